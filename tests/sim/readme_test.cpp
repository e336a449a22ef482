// What the README and the tutorial show is what the program prints; and every figure that the tutorial speaks
// of is one of those shown. MMASIM_RECORD_README=1 writes what is shown anew.
#include <filesystem>
#include <regex>
#include <set>

#include "tests/sim/workplace.h"

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
  for (const auto* name : {"configs", "docs", "tests", "traces"})  // what is made is not made there
    std::filesystem::create_directory_symlink(std::string(MMASIM_SOURCE_DIR "/") + name, folder.file(name));
  const auto said = command_line(command + " --quiet", "cd " + folder.path() + " && ");
  CAPTURE(command);
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  return said.out;
}

// Runs what a page shows, in the source tree, and compares; or records.
void check_shown(const std::string& file, size_t least) {
  auto page = text_of_file(file);
  auto shown = shown_in(page);
  REQUIRE(shown.size() >= least);
  const bool records = std::getenv("MMASIM_RECORD_README") != nullptr;
  for (auto it = shown.rbegin(); it != shown.rend(); ++it) {  // from the end, so that places hold
    const auto& [command, begin, end] = *it;
    CAPTURE(command);
    const auto text = page.substr(begin, end - begin);
    const auto now = printed(command);
    if (!records) CHECK(text == now);
    page.replace(begin, end - begin, now);
  }
  if (records) std::ofstream(file, std::ios::binary) << page;
}

// The texts between single backticks outside of blocks that are figures: begin with a digit or a sign.
std::vector<std::string> figures_in(const std::string& prose) {
  std::vector<std::string> figures;
  const std::regex figure("`([-+]?[0-9][^`\n]*)`");
  for (std::sregex_iterator it(prose.begin(), prose.end(), figure), end; it != end; ++it)
    figures.push_back((*it)[1]);
  return figures;
}

}  // namespace

namespace {

// The commands of the blocks that show what to type, without what a comment says of them.
std::vector<std::string> typed_in(const std::string& page) {
  std::vector<std::string> commands;
  const std::string begin = "```sh\n";
  for (auto at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) {
    std::stringstream lines(
        page.substr(at + begin.size(), page.find("```", at + begin.size()) - at - begin.size()));
    for (std::string line; std::getline(lines, line);) {
      line = line.substr(0, line.find("  #"));
      if (!line.empty() && line[0] != '#')
        commands.push_back(std::regex_replace(line, std::regex(" +$"), ""));
    }
  }
  return commands;
}

// What builds and installs: tests/package/chroot_test runs these on a bare system.
const std::set<std::string> kOfABareSystem{
    "scripts/demo",
    "scripts/test",
    "cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release && cmake --build build",
    "cmake --install build --prefix \"$HOME/.local\"",
    "apt-get install dpkg-dev file",
    "(cd build && cpack)",
    "apt-get install ./build/mmasim_0.1.0_amd64.deb"};

}  // namespace

TEST_CASE("readme: every command that it tells to type does what it says") {
  const Workplace workplace("readme");
  const auto commands = typed_in(text_of_file(MMASIM_SOURCE_DIR "/README.md"));
  std::set<std::string> of_a_bare_system;
  size_t run = 0;
  for (const auto& command : commands) {
    if (command.rfind("mmasim ", 0) != 0) {
      of_a_bare_system.insert(command);
      continue;
    }
    CAPTURE(command);
    const auto said = workplace.shell(command);
    CAPTURE(said.error);
    CHECK(said.exit_code == 0);
    ++run;
  }
  CHECK(run >= 18);
  CHECK(of_a_bare_system == kOfABareSystem);
}

TEST_CASE("readme: what it says of the exit codes is what the help says") {
  const auto readme =
      std::regex_replace(text_of_file(MMASIM_SOURCE_DIR "/README.md"), std::regex("\\s+"), " ");
  CHECK(readme.find(
            "Exit codes: 0 done; 1 a verification or a target failed; 2 a mistake in arguments or files; 3 a "
            "defect of mmasim; 130 interrupted.") != std::string::npos);
}

TEST_CASE("readme: the tables shown are those that the commands print") {
  check_shown(MMASIM_SOURCE_DIR "/README.md", 3);
}

TEST_CASE("tutorial: what is shown is what the commands print") {
  check_shown(MMASIM_SOURCE_DIR "/docs/tutorial.md", 3);
}

TEST_CASE("tutorial: every figure of its text stands in what is shown") {
  const auto page = text_of_file(MMASIM_SOURCE_DIR "/docs/tutorial.md");
  std::string prose, blocks;
  bool in_block = false;
  std::stringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) in_block = !in_block;
    (in_block ? blocks : prose) += line + "\n";
  }
  const auto figures = figures_in(prose);
  CHECK(figures.size() >= 8);
  for (const auto& figure : figures) CHECK_MESSAGE(blocks.find(figure) != std::string::npos, figure);
}
