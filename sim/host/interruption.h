// What an interrupted process takes away with it: folders it made that are still empty, and the file it was
// in the middle of writing. Does not decide what those are: output_folder.cpp does.
#pragma once

#include <cstddef>
#include <string>

namespace mmasim::sim {

// From now on SIGINT, SIGTERM and SIGHUP, unless ignored, remove every RemovedOnInterrupt path and end the
// process.
void install_interruption();

// Its path is removed if the process is interrupted while it lives: a file, or a folder that is empty by
// then.
class RemovedOnInterrupt {
 public:
  explicit RemovedOnInterrupt(const std::string& path);
  ~RemovedOnInterrupt();
  RemovedOnInterrupt(RemovedOnInterrupt&& other) noexcept;
  RemovedOnInterrupt& operator=(RemovedOnInterrupt&&) = delete;

 private:
  size_t slot_;
};

}  // namespace mmasim::sim
