// Reading files: sizes first, then one buffer of just that size.
#include "runtime/import/network_file.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "runtime/import/limits.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::importing {
namespace {

namespace fs = std::filesystem;

std::string read_part(const fs::path& path, uint64_t offset_bytes, uint64_t length_bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse("cannot be opened: " + std::string(std::strerror(errno)));
  std::string bytes(length_bytes, '\0');
  file.seekg(static_cast<std::streamoff>(offset_bytes));
  file.read(bytes.data(), static_cast<std::streamsize>(length_bytes));
  if (static_cast<uint64_t>(file.gcount()) != length_bytes) refuse("cannot be read");
  return bytes;
}

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

std::string read_network_file(const std::string& path) {
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
    return read_part(path, 0, size_bytes);
  } catch (const std::invalid_argument& failure) {
    throw UserError(path + ": " + failure.what());
  }
}

std::string ExternalData::read(const std::string& location, uint64_t offset_bytes,
                               uint64_t length_bytes) const {
  const fs::path path = resolve(network_path_, location);
  const std::string what = "external data file '" + location + "'";
  std::error_code fault;
  if (!fs::is_regular_file(path, fault)) refuse(what + " is not a regular file");
  const uintmax_t size_bytes = fs::file_size(path, fault);
  if (fault) refuse(what + " cannot be read: " + fault.message());
  if (offset_bytes > size_bytes || length_bytes > size_bytes - offset_bytes) {
    refuse(what + " has " + std::to_string(size_bytes) + " bytes; " + std::to_string(length_bytes) +
           " from byte " + std::to_string(offset_bytes) + " do not fit");
  }
  try {
    return read_part(path, offset_bytes, length_bytes);
  } catch (const std::invalid_argument& failure) {
    refuse(what + " " + failure.what());
  }
}

}  // namespace mmasim::runtime::importing
