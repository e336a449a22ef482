// A file of text that is written once from front to back, plain or compressed with gzip. The same text gives
// the same bytes.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

struct gzFile_s;

namespace mmasim::traces {

// One line: the file, and what is wrong with it.
struct TraceFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class TextFile {
 public:
  // `name` is the file's in messages. Everything here throws TraceFileError where the host refuses.
  TextFile(const std::string& path, std::string name, bool compress);
  ~TextFile();
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;

  void write(std::string_view text);
  void close();
  uint64_t text_bytes() const { return text_bytes_; }  // before compression

 private:
  [[noreturn]] void refuse() const;

  const std::string name_;
  gzFile_s* file_;
  uint64_t text_bytes_ = 0;
};

}  // namespace mmasim::traces
