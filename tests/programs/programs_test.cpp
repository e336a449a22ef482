// Every NAME.s of this folder, assembled and executed with time and without, must write the bytes of
// NAME.expect: outputs by name, then their bytes row-major in hexadecimal, worked out by hand; '#' begins a
// comment.
#include <algorithm>
#include <filesystem>
#include <map>
#include <vector>

#include "runtime/io/npy.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

const std::string kPrograms = MMASIM_SOURCE_DIR "/tests/programs/";

std::vector<std::string> program_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kPrograms)) {
    if (entry.path().extension() == ".s") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

using Bytes = std::vector<uint8_t>;

bool is_byte(const std::string& word) {
  return word.size() == 2 && word.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::map<std::string, Bytes> expected_outputs(const std::string& file) {
  std::map<std::string, Bytes> outputs;
  std::ifstream in(file);
  std::string line, word, output;
  while (std::getline(in, line)) {
    std::istringstream words(line.substr(0, line.find('#')));
    while (words >> word) {
      if (is_byte(word)) {
        outputs.at(output).push_back(static_cast<uint8_t>(std::stoul(word, nullptr, 16)));
      } else {
        output = word;
        outputs[output] = {};
      }
    }
  }
  return outputs;
}

void check_program(const std::string& name, const std::string& mode) {
  CAPTURE(name);
  CAPTURE(mode);
  const TemporaryFolder folder("programs");
  const auto assembled = command_line("assemble " + kPrograms + name + ".s -o " + folder.file("p.mma"));
  CAPTURE(assembled.error);
  REQUIRE(assembled.exit_code == 0);
  const auto said = command_line("simulate " + folder.file("p.mma") + " --set mma.c_banks=4 --quiet " + mode +
                                 " --out " + folder.file("out"));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto expected = expected_outputs(kPrograms + name + ".expect");
  const auto report = json_of_file(folder.file("out/report.json"));
  CHECK(report["outputs"].size() == expected.size());
  for (const auto& output : report["outputs"]) {
    CAPTURE(output["name"]);
    const auto array = runtime::read_npy(folder.file("out/" + output["file"].get<std::string>()));
    CHECK(array.bytes == expected.at(output["name"]));
  }
}

}  // namespace

TEST_CASE("programs: each writes the bytes worked out by hand, with time and without") {
  const auto names = program_names();
  CHECK(names.size() >= 6);
  for (const auto& name : names) {
    check_program(name, "");
    check_program(name, "--functional-only");
  }
}

TEST_CASE("programs: the text of each, assembled and disassembled, assembles to the same bytes") {
  for (const auto& name : program_names()) {
    CAPTURE(name);
    const TemporaryFolder folder("programs-text");
    REQUIRE(command_line("assemble " + kPrograms + name + ".s -o " + folder.file("p.mma")).exit_code == 0);
    REQUIRE(command_line("disassemble " + folder.file("p.mma") + " -o " + folder.file("q.s")).exit_code == 0);
    REQUIRE(command_line("assemble " + folder.file("q.s") + " -o " + folder.file("q.mma")).exit_code == 0);
    CHECK(text_of_file(folder.file("p.mma")) == text_of_file(folder.file("q.mma")));
  }
}
