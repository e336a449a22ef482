// What the README shows is what the program prints. MMASIM_RECORD_README=1 writes it anew.
#include <regex>

#include "tests/sim/command_line.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;

namespace {

// A command and what stands below it, as far as the next command or the end of the block.
struct Shown {
  std::string command;
  size_t begin, end;  // of the output, in the README
};

std::vector<Shown> shown_in(const std::string& readme) {
  std::vector<Shown> shown;
  const std::string prompt = "$ mmasim ";
  for (auto at = readme.find(prompt); at != std::string::npos; at = readme.find(prompt, at + 1)) {
    auto line_end = readme.find('\n', at);
    while (readme[line_end - 1] == '\\') line_end = readme.find('\n', line_end + 1);
    auto command = readme.substr(at + prompt.size(), line_end - at - prompt.size());
    command = std::regex_replace(command, std::regex("\\\\\n"), " ");
    const auto block_end = readme.find("```", at), next = readme.find("\n" + prompt, at);
    shown.push_back({command, line_end + 1, std::min(block_end, next)});  // npos is the largest
  }
  return shown;
}

std::string printed(const std::string& command) {
  const TemporaryFolder folder("readme");
  const bool makes_folder = command.rfind("run ", 0) == 0;
  const auto said = command_line(command + " --quiet" + (makes_folder ? " --out " + folder.file("out") : ""),
                                 "cd " MMASIM_SOURCE_DIR " && ");
  CAPTURE(command);
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  return said.out;
}

}  // namespace

TEST_CASE("readme: the tables shown are those that the commands print") {
  const std::string file = MMASIM_SOURCE_DIR "/README.md";
  auto readme = text_of_file(file);
  auto shown = shown_in(readme);
  REQUIRE(shown.size() >= 3);
  const bool records = std::getenv("MMASIM_RECORD_README") != nullptr;
  for (auto it = shown.rbegin(); it != shown.rend(); ++it) {  // from the end, so that places hold
    const auto& [command, begin, end] = *it;
    CAPTURE(command);
    const auto text = readme.substr(begin, end - begin);
    const auto now = printed(command);
    if (!records) CHECK(text == now);
    readme.replace(begin, end - begin, now);
  }
  if (records) std::ofstream(file, std::ios::binary) << readme;
}
