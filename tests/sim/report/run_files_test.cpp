// The names of a run's output files: one's own for each output, whatever the network calls them.
#include "sim/report/run_files.h"

#include <doctest/doctest.h>

#include "runtime/io/npy.h"
#include "tests/runtime/io/temporary_folder.h"

namespace mmasim::sim {
namespace {

using Names = std::vector<std::string>;

// Outputs of one byte each, 1, 2, 3, ...; gives their files back.
Names files_of(const Names& outputs, const std::string& folder_path) {
  isa::Program program;
  std::vector<std::vector<uint8_t>> bytes;
  for (const auto& name : outputs) {
    isa::TensorPlacement placement;
    placement.name = name;
    placement.shape = {1};
    program.outputs.push_back(placement);
    bytes.push_back({static_cast<uint8_t>(bytes.size() + 1)});
  }
  OutputFolder folder(folder_path);
  Names files;
  const auto facts = output_facts(program, bytes);
  write_outputs(folder, program, bytes, facts);
  folder.publish();
  for (const auto& fact : facts) files.push_back(fact.file.value());
  return files;
}

}  // namespace

TEST_CASE("run files: an output has its own name but for folders and hidden files") {
  const runtime::test::TemporaryFolder folder("run-files");
  CHECK(files_of({"y", "a/b", ".c", ""}, folder.path()) ==
        Names{"outputs/y.npy", "outputs/a_b.npy", "outputs/_.c.npy", "outputs/_.npy"});
}

TEST_CASE("run files: no output's two files are another's") {
  const runtime::test::TemporaryFolder folder("run-files-collide");
  const Names outputs{"a", "a.float", "b.float", "b", "c/d", "c_d", "c_d_2"};
  const Names files = files_of(outputs, folder.path());
  // a.float.npy is a's floats, so a.float goes aside; b.float was there first, so b goes aside
  CHECK(files == Names{"outputs/a.npy", "outputs/a.float_2.npy", "outputs/b.float.npy", "outputs/b_2.npy",
                       "outputs/c_d.npy", "outputs/c_d_2.npy", "outputs/c_d_2_2.npy"});
  for (size_t i = 0; i < files.size(); ++i)
    CHECK(runtime::read_npy(folder.file(files[i])).bytes ==
          std::vector<uint8_t>{static_cast<uint8_t>(i + 1)});
  CHECK(std::distance(std::filesystem::directory_iterator(folder.file("outputs")), {}) == 14);
}

}  // namespace mmasim::sim
