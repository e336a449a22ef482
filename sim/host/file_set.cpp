#include "sim/host/file_set.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

namespace fs = std::filesystem;

fs::path temporary_beside(const fs::path& path) {
  return path.parent_path() / ("." + path.filename().string() + "." + std::to_string(getpid()) + ".part");
}

fs::path aside_of(const fs::path& temporary) { return temporary.string() + ".old"; }  // for an instant

void remove_quietly(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

// The host's reason for what a stream could not do.
std::string last_reason() { return errno != 0 ? std::strerror(errno) : "the host refuses"; }

}  // namespace

void cannot_write(const fs::path& path, const std::string& why) {
  throw runtime::UserError(path.string() + ": cannot be written: " + why);
}

void check_replaceable(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) cannot_write(path, "it is a folder");
  if (fs::exists(path, error) && !fs::is_regular_file(path, error))
    cannot_write(path, "it exists and is no regular file");
}

// Renames that are undone, the last one first, unless they are kept.
class FileSet::Moves {
 public:
  Moves() = default;
  ~Moves() {
    std::error_code error;
    for (size_t i = done_.size(); i-- > 0;) fs::rename(done_[i].to, done_[i].from, error);
  }
  Moves(const Moves&) = delete;
  Moves& operator=(const Moves&) = delete;

  void move(const fs::path& from, const fs::path& to, const fs::path& named) {
    std::error_code error;
    fs::rename(from, to, error);
    if (error) cannot_write(named, error.message());
    done_.push_back({from, to});
  }
  void keep() { done_.clear(); }

 private:
  struct Move {
    fs::path from, to;
  };
  std::vector<Move> done_;
};

FileSet::FileSet() : FileSet(temporary_beside) {}

FileSet::FileSet(TemporaryOf temporary_of) : temporary_of_(std::move(temporary_of)) {}

FileSet::~FileSet() { forget(); }

void FileSet::forget() {
  for (const auto& file : files_) remove_quietly(file.temporary);
  while (!files_.empty()) files_.pop_back();  // guards go in the order opposite to their coming
  removed_.clear();
}

std::string FileSet::stage(const fs::path& target) {
  check_replaceable(target);
  const auto temporary = temporary_of_(target);
  files_.push_back({target, temporary, std::make_unique<RemovedOnInterrupt>(temporary.string())});
  return temporary.string();
}

void FileSet::write(const fs::path& target, const std::function<void(std::ostream&)>& make) {
  const auto temporary = stage(target);
  errno = 0;
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  if (out) make(out);
  out.close();
  if (out) return;
  const auto why = last_reason();
  remove_quietly(temporary);
  files_.pop_back();
  cannot_write(target, why);
}

void FileSet::write(const fs::path& target, const FileParts& parts) {
  write(target, [&](std::ostream& out) {
    for (const auto part : parts) out.write(part.data(), static_cast<std::streamsize>(part.size()));
  });
}

void FileSet::remove(const fs::path& target) { removed_.push_back(target); }

// The file written last goes first: it tells of the others.
void FileSet::move_aside(Moves& moves, std::vector<fs::path>& aside) const {
  const auto move = [&](const fs::path& target, const fs::path& temporary) {
    if (!is_there(target)) return;
    aside.push_back(aside_of(temporary));
    moves.move(target, aside.back(), target);
  };
  for (size_t i = files_.size(); i-- > 0;) move(files_[i].target, files_[i].temporary);
  for (const auto& target : removed_) {
    const bool is_replaced =
        std::any_of(files_.begin(), files_.end(), [&](const File& file) { return file.target == target; });
    if (!is_replaced) move(target, temporary_of_(target));
  }
}

void FileSet::publish() {
  const InterruptsHeld held;
  Moves moves;
  std::vector<fs::path> aside;
  for (const auto& file : files_) check_replaceable(file.target);
  const bool is_one = files_.size() == 1 && removed_.empty();  // takes the old one's place in one step
  if (!is_one) move_aside(moves, aside);
  for (const auto& file : files_) moves.move(file.temporary, file.target, file.target);
  moves.keep();
  for (const auto& path : aside) remove_quietly(path);
  forget();
}

void write_file(const fs::path& path, const FileParts& parts) {
  FileSet files;
  files.write(path, parts);
  files.publish();
}

void write_file(const fs::path& path, const std::string& text) { write_file(path, FileParts{text}); }

void check_writable(const fs::path& path) {
  FileSet files;
  files.write(path, FileParts{});
}

}  // namespace mmasim::sim
