// What an interrupted process takes away with it: folders it made that are still empty, and the file it was
// in the middle of writing. Does not decide what those are: output_folder.cpp does.
#pragma once

#include <csignal>
#include <memory>
#include <string>

namespace mmasim::sim {

// From now on SIGINT, SIGTERM and SIGHUP, unless ignored, remove every RemovedOnInterrupt path and end the
// process; a process forked from it removes none. On a terminal the line is ended. To be called on the thread
// that makes files: removing happens there, whichever thread the signal reaches, and so never between a
// file's making and its registration.
void install_interruption();

// Signals that would end the process wait while one of these lives: for steps that belong together. On the
// thread that called install_interruption().
class InterruptsHeld {
 public:
  InterruptsHeld();
  ~InterruptsHeld();
  InterruptsHeld(const InterruptsHeld&) = delete;
  InterruptsHeld& operator=(const InterruptsHeld&) = delete;

 private:
  sigset_t before_;
};

// Its path is removed if the process is interrupted while it lives: a file, or a folder that is empty by
// then. To be made before what lies at the path, on the thread that called install_interruption().
class RemovedOnInterrupt {
 public:
  explicit RemovedOnInterrupt(const std::string& path);

  struct Registration;

 private:
  struct Ended {
    void operator()(Registration* registration) const;
  };
  std::unique_ptr<Registration, Ended> registration_;
};

}  // namespace mmasim::sim
