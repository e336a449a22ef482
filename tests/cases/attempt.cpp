#include "tests/cases/attempt.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <systemc>

namespace mmasim::cases {
namespace {

constexpr unsigned kLongest_s = 120;  // of processor time they need a tenth of a second

[[noreturn]] void be_command(std::vector<std::string> arguments, const std::string& program,
                             const std::string& said) {
  const int error = open(said.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int nowhere = open("/dev/null", O_RDWR);
  dup2(nowhere, STDIN_FILENO);
  dup2(nowhere, STDOUT_FILENO);
  dup2(error, STDERR_FILENO);
  alarm(kLongest_s);
  arguments.insert(arguments.begin(), "mmasim");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  if (!program.empty()) {
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  const int code = sc_core::sc_elab_and_sim(static_cast<int>(argv.size()) - 1, argv.data());
  std::fflush(nullptr);
  _exit(code);
}

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

bool Attempt::is_refusal() const {
  return signal == 0 && exit_code == 2 && std::count(error.begin(), error.end(), '\n') == 1 &&
         error.back() == '\n';
}

Attempt attempt(const std::vector<std::string>& arguments, const std::string& program,
                const std::string& said) {
  std::fflush(nullptr);
  const pid_t process = fork();
  if (process < 0) throw std::runtime_error("no process can be made");
  if (process == 0) be_command(arguments, program, said);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  Attempt result;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.error = text_of(said);
  return result;
}

}  // namespace mmasim::cases
