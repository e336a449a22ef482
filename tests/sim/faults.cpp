#include "tests/sim/faults.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "test_places.h"
#include "tests/sim/command_line.h"

namespace mmasim::sim::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

void redirect_output(Printed printed) {
  int ends[2] = {-1, -1};
  switch (printed) {
    case Printed::kept:
      ends[1] = open("/dev/null", O_WRONLY);
      break;
    case Printed::closed:
      close(STDOUT_FILENO);
      return;
    case Printed::closed_pipe:
      if (pipe(ends) != 0) _exit(126);
      close(ends[0]);
      break;
    case Printed::full_device:
      ends[1] = open("/dev/full", O_WRONLY);
      break;
  }
  if (ends[1] < 0 || dup2(ends[1], STDOUT_FILENO) < 0) _exit(126);
  close(ends[1]);
}

// Of these the program is told once it is the program: what the test does of them is not meant.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : kSent) sigaddset(&held, signal);
    sigprocmask(SIG_BLOCK, &held, &before_);
  }
  ~SignalsHeld() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  void let_go() const {  // in the child
    for (const int signal : kSent) std::signal(signal, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  static constexpr int kSent[] = {SIGINT, SIGTERM};
  sigset_t before_;
};

[[noreturn]] void become(const Arguments& arguments, const Fault& fault, int error) {
  if (dup2(error, STDERR_FILENO) < 0) _exit(126);
  close(error);
  redirect_output(fault.printed);
  if (fault.most_file_bytes) {
    const rlimit limit{*fault.most_file_bytes, *fault.most_file_bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::vector<char*> argv{const_cast<char*>("mmasim")};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(MMASIM_BINARY, argv.data());
  _exit(127);
}

std::string read_all(int descriptor) {
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = read(descriptor, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(count));
  close(descriptor);
  return text;
}

// report.json and the report in a page say how long the host took.
std::string without_host(std::string text) {
  for (const std::string begin : {"\"host\":{", "\"host\": {"}) {
    for (size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
      const size_t end = text.find('}', at);
      if (end == std::string::npos) return text;  // torn: the comparison shows it
      text.erase(at + begin.size(), end - at - begin.size());
    }
  }
  return text;
}

// Without root: as root of a namespace of one's own.
bool enter_namespace() {
  if (unshare(CLONE_NEWNS) == 0) return true;
  const auto user = std::to_string(getuid()), group = std::to_string(getgid());
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
  std::ofstream("/proc/self/gid_map") << "0 " + group + " 1";
  return true;
}

bool make_disk(const std::string& folder, uint64_t bytes) {
  if (!enter_namespace()) return false;
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  const auto size = "size=" + std::to_string(bytes);
  return mount("disk", folder.c_str(), "tmpfs", 0, size.c_str()) == 0;
}

}  // namespace

Started start(const Arguments& arguments, const Fault& fault) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  Started started;
  started.at = steady_clock::now();
  const SignalsHeld held;
  started.process = fork();
  REQUIRE(started.process >= 0);
  if (started.process == 0) {
    held.let_go();
    close(ends[0]);
    become(arguments, fault, ends[1]);
  }
  close(ends[1]);
  started.error = ends[0];
  return started;
}

Ended end_of(const Started& started) {
  Ended ended;
  ended.error = read_all(started.error);
  int status = 0;
  REQUIRE(waitpid(started.process, &status, 0) == started.process);
  ended.took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - started.at);
  ended.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return ended;
}

Ended execute(const Arguments& arguments, const Fault& fault) {
  const auto started = start(arguments, fault);
  if (fault.signal != 0) {
    std::this_thread::sleep_until(started.at + fault.after);
    kill(started.process, fault.signal);
  }
  return end_of(started);
}

Files files_below(const std::string& folder) {
  Files files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = fs::relative(entry.path(), folder).string();
    if (entry.is_regular_file()) files[name] = without_host(text_of_file(entry.path().string()));
    if (entry.is_directory() && fs::is_empty(entry.path())) files[name + "/"] = "";
  }
  return files;
}

void put_files(const std::string& folder, const Files& files) {
  for (const auto& [name, text] : files) {
    const auto path = fs::path(folder) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
}

bool on_small_disk(const std::string& folder, uint64_t bytes, const std::function<bool()>& act) {
  constexpr int kWell = 0, kNotWell = 1, kNotAllowed = 2;
  const pid_t process = fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    if (!make_disk(folder, bytes)) _exit(kNotAllowed);
    _exit(act() ? kWell : kNotWell);
  }
  int status = 0;
  REQUIRE(waitpid(process, &status, 0) == process);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) != kNotWell);
  return WEXITSTATUS(status) != kNotAllowed;
}

void make_read_only(const std::string& folder) {
  if (mount("disk", folder.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) != 0) _exit(1);
}

}  // namespace mmasim::sim::test
