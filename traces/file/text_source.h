// The text of a trace file, plain or compressed with gzip, as a stream from front to back. Untrusted: a text
// without a quote or a line's end for too long is refused, so that no reader must hold much of it.
#pragma once

#include <cstdint>
#include <streambuf>
#include <string>
#include <vector>

struct gzFile_s;

namespace mmasim::traces {

class TextSource : public std::streambuf {
 public:
  explicit TextSource(const std::string& path);  // throws TraceFileError, as reading does
  ~TextSource() override;
  TextSource(const TextSource&) = delete;
  TextSource& operator=(const TextSource&) = delete;

  const std::string& path() const { return path_; }
  [[noreturn]] void refuse(const std::string& what) const;  // "trace.json: what"

 protected:
  int_type underflow() override;

 private:
  static constexpr size_t kBufferBytes = 1 << 16, kLongestPiece = 1 << 22;

  const std::string path_;
  gzFile_s* file_;
  std::vector<char> buffer_;
  size_t piece_bytes_ = 0;  // since the last quote or line's end
};

}  // namespace mmasim::traces
