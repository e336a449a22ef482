#include "sim/host/output_folder.h"

#include <unistd.h>

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

[[noreturn]] void cannot_write(const fs::path& path, const std::string& why) {
  throw runtime::UserError(path.string() + ": cannot be written: " + why);
}

// path is named in messages, the text goes to `file`.
void write_text(const fs::path& path, const fs::path& file, const FileParts& parts) {
  errno = 0;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  for (const auto part : parts) out.write(part.data(), static_cast<std::streamsize>(part.size()));
  out.close();
  if (!out) cannot_write(path, std::strerror(errno));
}

// A file that is not there before or after: gone with its scope, renamed away, or gone with the process.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& path) : path_(path), guard_(path.string()) {}
  ~TemporaryFile() {
    std::error_code error;
    fs::remove(path_, error);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const fs::path& path() const { return path_; }

 private:
  const fs::path path_;
  const RemovedOnInterrupt guard_;
};

}  // namespace

GrowingFile::GrowingFile(const fs::path& path)
    : path_(path), temporary_((check_writable(path), temporary_beside(path))), guard_(temporary_.string()) {}

GrowingFile::~GrowingFile() {
  std::error_code error;
  fs::remove(temporary_, error);
}

void GrowingFile::keep() {
  std::error_code error;
  fs::rename(temporary_, path_, error);
  if (error) cannot_write(path_, error.message());
}

void write_file(const fs::path& path, const std::function<void(const std::string& temporary)>& make) {
  GrowingFile file(path);
  make(file.temporary());
  file.keep();
}

void write_file(const fs::path& path, const FileParts& parts) {
  write_file(path, [&](const std::string& temporary) { write_text(path, temporary, parts); });
}

void write_file(const fs::path& path, const std::string& text) { write_file(path, FileParts{text}); }

void check_writable(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) cannot_write(path, "it is a folder");
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
    cannot_write(path, "it exists and is no regular file");
  }
  const TemporaryFile temporary(temporary_beside(path));
  write_text(path, temporary.path(), {});
}

OutputFolder::OutputFolder(const std::string& path) : path_(path) {
  try {
    create(path_);
    check_writable(path_ / "report.json");
  } catch (const fs::filesystem_error& failure) {
    remove_created();
    throw runtime::UserError("--out " + path + " cannot be written: " + failure.code().message());
  } catch (...) {
    remove_created();
    throw;
  }
}

OutputFolder::~OutputFolder() { remove_created(); }

// A folder that holds something is not removed; nor does anything inside it need to be.
void OutputFolder::remove_created() {
  std::error_code error;
  for (size_t i = created_.size(); i-- > 0;) fs::remove(created_[i].path, error);
}

void OutputFolder::create(const fs::path& folder) {
  if (folder.empty() || fs::exists(folder)) {
    if (!folder.empty() && !fs::is_directory(folder)) {
      throw fs::filesystem_error("", folder, std::make_error_code(std::errc::not_a_directory));
    }
    return;
  }
  create(folder.parent_path());
  RemovedOnInterrupt guard(folder.string());
  if (fs::create_directory(folder)) created_.push_back({folder, std::move(guard)});
}

void OutputFolder::write(const std::string& name, const FileParts& parts) {
  create(path_of(name).parent_path());
  write_file(path_of(name), parts);
}

void OutputFolder::remove(const std::string& name) {
  std::error_code error;
  fs::remove(path_of(name), error);
}

}  // namespace mmasim::sim
