#include "sim/host/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

// Whoever had the lock before may have removed the file meanwhile: a lock on it is worth nothing.
bool is_still_there(int descriptor, const std::filesystem::path& file) {
  struct stat held {
  }, seen{};
  return fstat(descriptor, &held) == 0 && stat(file.c_str(), &seen) == 0 && held.st_ino == seen.st_ino &&
         held.st_dev == seen.st_dev;
}

[[noreturn]] void refuse(const std::filesystem::path& folder, const std::string& why) {
  throw runtime::UserError((folder.empty() ? "." : folder.string()) + why);
}

}  // namespace

FolderLock::FolderLock(int descriptor, const std::filesystem::path& file)
    : descriptor_(descriptor), file_(file), guard_(file.string()) {}

std::unique_ptr<FolderLock> FolderLock::take(const std::filesystem::path& folder,
                                             const std::string& lock_file) {
  const auto file = folder / lock_file;
  constexpr int kTries = 20;
  for (int tries = 1; tries <= kTries; ++tries) {
    {
      const InterruptsHeld held;
      const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
      if (descriptor < 0 && errno == ENOENT) return nullptr;
      if (descriptor < 0) refuse(folder, std::string(" cannot be written: ") + std::strerror(errno));
      const bool is_mine = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
      const int error = is_mine ? 0 : errno;
      if (is_mine && is_still_there(descriptor, file))
        return std::unique_ptr<FolderLock>(new FolderLock(descriptor, file));
      close(descriptor);
      if (error != 0 && error != EWOULDBLOCK && error != EINTR)
        refuse(folder, std::string(": cannot be locked: ") + std::strerror(error));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  refuse(folder, ": another mmasim is writing there");
}

FolderLock::~FolderLock() {
  const InterruptsHeld held;
  unlink(file_.c_str());
  guard_.reset();
  close(descriptor_);
}

}  // namespace mmasim::sim
