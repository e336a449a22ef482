// Opening files after checking what they are, and reading their parts.
#include "runtime/import/file/network_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "runtime/import/file/limits.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::importing {
namespace {

namespace fs = std::filesystem;

bool is_inside(const fs::path& file, const fs::path& folder) {
  auto part = file.begin();
  for (const fs::path& step : folder) {
    if (part == file.end() || *part != step) return false;
    ++part;
  }
  return true;
}

// The real path of an external data file, or a refusal if it lies outside the network's folder.
fs::path resolve(const std::string& network_path, const std::string& location) {
  const fs::path relative(location);
  const std::string what = "external data file '" + location + "'";
  if (location.empty() || location.find('\0') != std::string::npos)
    refuse("an external data file has no valid name");
  if (relative.is_absolute()) refuse(what + " is an absolute path; expected a file in the network's folder");
  for (const fs::path& step : relative) {
    if (step == "..") refuse(what + " leaves the network's folder; expected a file inside it");
  }
  std::error_code fault;
  const fs::path folder = fs::canonical(fs::absolute(network_path, fault).parent_path(), fault);
  if (fault) refuse("the network's folder cannot be resolved: " + fault.message());
  const fs::path real = fs::canonical(folder / relative, fault);
  if (fault) refuse(what + " cannot be opened: " + fault.message());
  if (!is_inside(real, folder))
    refuse(what + " links out of the network's folder; expected a file inside it");
  return real;
}

}  // namespace

RegularFile::RegularFile(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) refuse("cannot be opened: " + std::string(std::strerror(errno)));
  struct stat status {};
  const bool is_regular = fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  if (!is_regular) {
    close(descriptor_);
    refuse("is not a regular file");
  }
  size_bytes_ = static_cast<uint64_t>(status.st_size);
}

RegularFile::~RegularFile() { close(descriptor_); }

void RegularFile::read(uint64_t offset_bytes, uint64_t count, char* to) const {
  while (count > 0) {
    const ssize_t done = pread(descriptor_, to, count, static_cast<off_t>(offset_bytes));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) refuse("cannot be read");
    offset_bytes += static_cast<uint64_t>(done);
    count -= static_cast<uint64_t>(done);
    to += done;
  }
}

void TensorBytes::read(uint64_t from, uint64_t count, char* to) const {
  if (file_) return file_->read(offset_bytes_ + from, count, to);
  std::memcpy(to, in_memory_.data() + from, count);
}

FilePtr open_network_file(const std::string& path) {
  std::error_code fault;
  const fs::file_status status = fs::status(path, fault);
  if (status.type() == fs::file_type::not_found) throw UserError(path + ": no such file");
  if (status.type() == fs::file_type::directory)
    throw UserError(path + ": is a directory; expected an ONNX file");
  if (fault) throw UserError(path + ": cannot be opened: " + fault.message());
  if (status.type() != fs::file_type::regular)
    throw UserError(path + ": is not a regular file; expected an ONNX file");
  const uintmax_t size_bytes = fs::file_size(path, fault);
  if (fault) throw UserError(path + ": cannot be read: " + fault.message());
  if (size_bytes == 0) throw UserError(path + ": the file is empty; expected an ONNX network");
  if (size_bytes > INT_MAX) {
    throw UserError(
        path + ": the file has " + std::to_string(size_bytes) +
        " bytes; ONNX files hold at most 2147483647 (larger networks keep weights as external data)");
  }
  try {
    return std::make_shared<const RegularFile>(path);
  } catch (const std::invalid_argument& failure) {
    throw UserError(path + ": " + failure.what());
  }
}

TensorBytes ExternalData::find(const std::string& location, uint64_t offset_bytes,
                               uint64_t length_bytes) const {
  const fs::path path = resolve(network_path_, location);
  const std::string what = "external data file '" + location + "'";
  std::error_code fault;
  if (!fs::is_regular_file(path, fault)) refuse(what + " is not a regular file");
  try {
    auto file = std::make_shared<const RegularFile>(path.string());
    const uint64_t size_bytes = file->size_bytes();
    if (offset_bytes <= size_bytes && length_bytes <= size_bytes - offset_bytes)
      return {std::move(file), offset_bytes, length_bytes};
    refuse("has " + std::to_string(size_bytes) + " bytes; " + std::to_string(length_bytes) + " from byte " +
           std::to_string(offset_bytes) + " do not fit");
  } catch (const std::invalid_argument& failure) {
    refuse(what + " " + failure.what());
  }
}

}  // namespace mmasim::runtime::importing
