// A run that the user stops takes away what it made and has not filled.
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "sim/host/interruption.h"
#include "sim/host/output_folder.h"
#include "tests/sim/command_line.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;

namespace {

pid_t start_run(const std::string& out) {  // of seconds
  const auto network = kNetworks + "vgg16.onnx";
  const pid_t process = fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    execl(MMASIM_BINARY, "mmasim", "run", network.c_str(), "--random-weights", "1", "--quiet", "--out",
          out.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  return process;
}

int exit_code_of(pid_t process) {
  int status = 0;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Interrupts a run so long after its folder is there, gives the exit code back.
int interrupt_run(const std::string& out, int signal, std::chrono::microseconds after = {}) {
  using std::chrono::steady_clock;
  const pid_t process = start_run(out);
  const auto latest = steady_clock::now() + std::chrono::seconds(20);
  while (!std::filesystem::exists(out) && steady_clock::now() < latest)
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  CHECK(std::filesystem::exists(out));
  std::this_thread::sleep_for(after);
  kill(process, signal);
  return exit_code_of(process);
}

// The signal comes while a file is half written, in a folder below 30 others made for it; on another thread
// than the one that writes if asked.
[[noreturn]] void be_interrupted_writing(const std::string& folder, bool is_elsewhere) {
  mmasim::sim::install_interruption();
  std::string deep = folder;
  for (int level = 0; level < 30; ++level) deep += "/level";
  const mmasim::sim::OutputFolder out(deep);
  mmasim::sim::FileSet().write(deep + "/file", [&](std::ostream& file) {
    file << "half" << std::flush;
    if (is_elsewhere) {
      std::thread([] { raise(SIGTERM); }).join();
      for (;;) pause();
    }
    raise(SIGTERM);
  });
  _exit(0);  // not reached
}

}  // namespace

TEST_CASE("interruption: an interrupted run leaves no empty folder behind") {
  const TemporaryFolder folder("interrupted");
  CHECK(interrupt_run(folder.file("new/out"), SIGINT) == 130);
  CHECK_FALSE(std::filesystem::exists(folder.file("new")));
  CHECK(interrupt_run(folder.file("new/out"), SIGTERM) == 128 + SIGTERM);
  CHECK_FALSE(std::filesystem::exists(folder.file("new")));
}

// In its first millisecond a run finds out whether its folder can be written.
TEST_CASE("interruption: an early one leaves nothing behind whenever it comes") {
  const TemporaryFolder folder("interrupted-early");
  for (int after_us = 0; after_us < 1000; after_us += 25) {
    CHECK(interrupt_run(folder.file("new/out"), SIGTERM, std::chrono::microseconds(after_us)) ==
          128 + SIGTERM);
    REQUIRE_FALSE(std::filesystem::exists(folder.file("new")));
  }
}

// A terminal shows ^C where the line then ends.
TEST_CASE("interruption: on a terminal the line is ended") {
  int terminal = -1;
  const pid_t process = forkpty(&terminal, nullptr, nullptr, nullptr);
  REQUIRE(process >= 0);
  if (process == 0) {
    const auto network = kNetworks + "vgg16.onnx";
    execl(MMASIM_BINARY, "mmasim", "run", network.c_str(), "--random-weights", "1", "--out", "none",
          static_cast<char*>(nullptr));
    _exit(127);
  }
  std::string shown;
  char buffer[4096];
  bool is_interrupted = false;
  for (ssize_t count; (count = read(terminal, buffer, sizeof buffer)) > 0;) {
    shown.append(buffer, static_cast<size_t>(count));
    if (is_interrupted) continue;
    is_interrupted = write(terminal, "\x03", 1) == 1;  // after the first line of progress
  }
  close(terminal);
  CHECK(exit_code_of(process) == 130);
  REQUIRE(is_interrupted);
  CHECK(shown.find("^C") != std::string::npos);
  CHECK(shown.back() == '\n');
}

TEST_CASE("interruption: a half written file goes and so do 31 folders made for it") {
  const TemporaryFolder folder("interrupted-deep");
  for (const bool is_elsewhere : {false, true}) {
    const pid_t process = fork();
    REQUIRE(process >= 0);
    if (process == 0) be_interrupted_writing(folder.file("new"), is_elsewhere);
    CHECK(exit_code_of(process) == 128 + SIGTERM);
    CHECK_FALSE(std::filesystem::exists(folder.file("new")));
  }
}
