#include "tests/sim/command_line.h"

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/runtime/io/temporary_folder.h"

namespace mmasim::sim::test {

std::string text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

nlohmann::json json_of_file(const std::string& path) { return nlohmann::json::parse(text_of_file(path)); }

Said command_line(const std::string& arguments, const std::string& environment) {
  const runtime::test::TemporaryFolder folder("said");
  const auto command = environment + " " + MMASIM_BINARY + " " + arguments + " >" + folder.file("out") +
                       " 2>" + folder.file("error") + " </dev/null";
  const int status = std::system(command.c_str());
  Said said;
  said.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  said.out = text_of_file(folder.file("out"));
  said.error = text_of_file(folder.file("error"));
  return said;
}

}  // namespace mmasim::sim::test
