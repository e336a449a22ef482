// Reads a file whose size is checked first.
#include "runtime/io/file_bytes.h"

#include <filesystem>
#include <fstream>

#include "runtime/user_error.h"

namespace mmasim::runtime {

std::vector<uint8_t> read_file_bytes(const std::string& path, uint64_t max_bytes) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw UserError(path + ": no such file");
  if (!std::filesystem::is_regular_file(status)) throw UserError(path + ": not a regular file");
  const uint64_t size_bytes = std::filesystem::file_size(path, error);
  if (error) throw UserError(path + ": " + error.message());
  if (size_bytes > max_bytes) {
    throw UserError(path + ": " + std::to_string(size_bytes) + " bytes; at most " +
                    std::to_string(max_bytes) + " are read");
  }
  std::ifstream stream(path, std::ios::binary);
  std::vector<uint8_t> bytes(size_bytes);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size_bytes));
  if (!stream || static_cast<uint64_t>(stream.gcount()) != size_bytes)
    throw UserError(path + ": cannot be read");
  return bytes;
}

}  // namespace mmasim::runtime
