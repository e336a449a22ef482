#include "sim/inputs/text_input.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "runtime/io/file_bytes.h"
#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

std::string read_stream(std::istream& stream, const std::string& name) {
  constexpr uint64_t kMostBytes = uint64_t{1} << 30;  // of what has no size of its own
  std::string text, piece(size_t{1} << 16, '\0');
  while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())) || stream.gcount() > 0) {
    text.append(piece, 0, static_cast<size_t>(stream.gcount()));
    if (text.size() > kMostBytes)
      throw runtime::UserError(name + ": more than " + std::to_string(kMostBytes) +
                               " bytes; put them into a file");
  }
  if (stream.bad()) throw runtime::UserError(name + ": reading failed");
  return text;
}

}  // namespace

std::string name_of_input(const std::string& path) { return path == "-" ? "standard input" : path; }

std::string read_text_input(const std::string& path) {
  if (path == "-") return read_stream(std::cin, name_of_input(path));
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  const bool has_no_size = std::filesystem::is_fifo(status) || std::filesystem::is_character_file(status);
  if (!has_no_size) {
    const auto bytes = runtime::read_file_bytes(path);
    return {bytes.begin(), bytes.end()};
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw runtime::UserError(path + ": cannot be opened for reading");
  return read_stream(stream, path);
}

}  // namespace mmasim::sim
