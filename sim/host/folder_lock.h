// One process at a time in a folder: a lock file in it, there while the lock is held. The kernel gives up the
// lock of a process that has ended, however it ended; its lock file may stay, and hinders nobody.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "sim/host/interruption.h"

namespace mmasim::sim {

class FolderLock {
 public:
  // Null: the folder is gone. Throws runtime::UserError if another process has it: one that has just been
  // killed is waited for, as its children share the lock until they have ended; and if no lock can be made
  // there.
  static std::unique_ptr<FolderLock> take(const std::filesystem::path& folder,
                                          const std::string& lock_file = ".mmasim-lock");
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  FolderLock(int descriptor, const std::filesystem::path& file);

  const int descriptor_;
  const std::filesystem::path file_;
  std::optional<RemovedOnInterrupt> guard_;
};

}  // namespace mmasim::sim
