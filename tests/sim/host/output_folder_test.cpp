// Files appear whole or not at all, and a run that fails leaves no folder behind.
#include "sim/host/output_folder.h"

#include <sys/stat.h>

#include <filesystem>
#include <stdexcept>

#include "runtime/user_error.h"
#include "sim/report/run_files.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using runtime::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

size_t files_in(const std::string& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("output folder: one that nothing was written to disappears with all its made parents") {
  const TemporaryFolder folder("out-empty");
  { const sim::OutputFolder out(folder.file("a/b/c")); }
  CHECK_FALSE(fs::exists(folder.file("a")));
}

TEST_CASE("output folder: one that was there stays, and one that was written to stays") {
  const TemporaryFolder folder("out-kept");
  fs::create_directory(folder.file("there"));
  { const sim::OutputFolder out(folder.file("there")); }
  CHECK(fs::exists(folder.file("there")));
  {
    sim::OutputFolder out(folder.file("a/b"));
    out.write("x/file", "text");
  }
  CHECK(sim::test::text_of_file(folder.file("a/b/x/file")) == "text");
  CHECK(files_in(folder.file("a/b/x")) == 1);  // nothing temporary remains
}

TEST_CASE("output folder: a file whose making fails leaves the old one as it was") {
  const TemporaryFolder folder("out-failed");
  folder.write("file", "old");
  CHECK_THROWS_AS(sim::write_file(folder.file("file"),
                                  [](const std::string& temporary) {
                                    std::ofstream(temporary) << "half";
                                    throw std::runtime_error("power cut");
                                  }),
                  std::runtime_error);
  CHECK(sim::test::text_of_file(folder.file("file")) == "old");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("output folder: a place that cannot be written is the user's mistake and names the place") {
  const TemporaryFolder folder("out-mistake");
  folder.write("file", "");
  CHECK_THROWS_AS(sim::OutputFolder(folder.file("file")), runtime::UserError);
  CHECK_THROWS_AS(sim::OutputFolder(folder.file("file/below")), runtime::UserError);
  CHECK_THROWS_AS(sim::write_file(folder.file("missing/file"), "text"), runtime::UserError);
  CHECK_THROWS_AS(sim::write_file(folder.path(), "text"), runtime::UserError);
}

TEST_CASE("output folder: what is no regular file is not replaced by one") {
  const TemporaryFolder folder("out-fifo");
  const auto fifo = folder.file("fifo");
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(sim::write_file(fifo, "text"),
                       (fifo + ": cannot be written: it exists and is no regular file").c_str(),
                       runtime::UserError);
  CHECK(fs::is_fifo(fifo));
}

TEST_CASE("output folder: one that cannot be made whole takes its made parents away") {
  const TemporaryFolder folder("out-long");
  CHECK_THROWS_AS(sim::OutputFolder(folder.file("a/b/" + std::string(300, 'c'))), runtime::UserError);
  CHECK_FALSE(fs::exists(folder.file("a")));
}

TEST_CASE("output folder: an earlier report that names files outside outputs/ removes none of them") {
  const TemporaryFolder folder("out-hostile");
  folder.write("mine.npy", "mine");
  folder.write("mine.txt", "mine");
  sim::OutputFolder out(folder.file("out"));
  out.write("report.json",
            R"({"schema": "mmasim.report/1", "outputs": [{"file": "../mine.npy"}, {"file": 3}, 4,
                               {"file": "outputs/../../mine.npy"}, {"file": "../mine.txt"}]})");
  sim::remove_earlier_run(out);
  CHECK(fs::exists(folder.file("mine.npy")));
  CHECK(fs::exists(folder.file("mine.txt")));
  CHECK_FALSE(fs::exists(folder.file("out/report.json")));
}
