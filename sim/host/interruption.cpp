#include "sim/host/interruption.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "sim/host/exit_code.h"

namespace mmasim::sim {

// A link of a chain that a signal handler can walk: it may neither take memory nor lock.
struct RemovedOnInterrupt::Registration {
  const std::string path;
  Registration* const older;
  std::atomic<bool> is_live{true};
};

namespace {

using Registration = RemovedOnInterrupt::Registration;

constexpr int kEndingSignals[] = {SIGINT, SIGTERM, SIGHUP};

std::atomic<Registration*> newest{nullptr};
pthread_t file_thread;   // the one that makes files, and removes them
pid_t file_process = 0;  // likewise: what is removed is not its children's
bool is_on_terminal = false;

void remove_all() {
  for (auto* each = newest.load(); each != nullptr; each = each->older) {  // what was made last lies deepest
    if (!each->is_live) continue;
    if (unlink(each->path.c_str()) != 0)
      rmdir(each->path.c_str());  // fails for a folder that holds something
  }
}

extern "C" void end_interrupted(int signal) {
  if (pthread_equal(pthread_self(), file_thread) == 0) {
    pthread_kill(file_thread, signal);
    return;
  }
  if (getpid() == file_process) {
    remove_all();
    if (is_on_terminal && write(STDERR_FILENO, "\n", 1) < 0) is_on_terminal = false;  // behind the ^C
  }
  _exit(signal == SIGINT ? kInterrupted : 128 + signal);
}

}  // namespace

void install_interruption() {
  file_thread = pthread_self();
  file_process = getpid();
  is_on_terminal = isatty(STDERR_FILENO) == 1;
  for (const int signal : kEndingSignals) {
    if (std::signal(signal, end_interrupted) == SIG_IGN)
      std::signal(signal, SIG_IGN);  // nohup, background jobs
  }
}

InterruptsHeld::InterruptsHeld() {
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : kEndingSignals) sigaddset(&held, signal);
  pthread_sigmask(SIG_BLOCK, &held, &before_);
}

InterruptsHeld::~InterruptsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

RemovedOnInterrupt::RemovedOnInterrupt(const std::string& path)
    : registration_(new Registration{path, newest}) {
  newest = registration_.get();
}

// Links go in the order opposite to their coming; one that ends early waits for those that came later.
void RemovedOnInterrupt::Ended::operator()(Registration* registration) const {
  registration->is_live = false;
  while (newest != nullptr && !newest.load()->is_live) {
    auto* const ended = newest.load();
    newest = ended->older;
    delete ended;
  }
}

}  // namespace mmasim::sim
