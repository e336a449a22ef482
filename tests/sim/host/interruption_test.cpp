// A run that the user stops takes away what it made and has not filled.
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/sim/command_line.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;

namespace {

// Starts a run that takes seconds, interrupts it as soon as its folder is there, gives the exit code back.
int interrupt_run(const std::string& out, int signal) {
  const auto network = kNetworks + "vgg16.onnx";
  const pid_t process = fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    execl(MMASIM_BINARY, "mmasim", "run", network.c_str(), "--random-weights", "1", "--quiet", "--out",
          out.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  for (int waited_ms = 0; waited_ms < 20'000 && !std::filesystem::exists(out); waited_ms += 5)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(std::filesystem::exists(out));
  kill(process, signal);
  int status = 0;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("interruption: an interrupted run leaves no empty folder behind") {
  const TemporaryFolder folder("interrupted");
  CHECK(interrupt_run(folder.file("new/out"), SIGINT) == 130);
  CHECK_FALSE(std::filesystem::exists(folder.file("new")));
  CHECK(interrupt_run(folder.file("new/out"), SIGTERM) == 128 + SIGTERM);
  CHECK_FALSE(std::filesystem::exists(folder.file("new")));
}
