#include "traces/file/text_source.h"

#include <sys/stat.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>

#include "traces/file/text_file.h"

namespace mmasim::traces {

TextSource::TextSource(const std::string& path) : path_(path), file_(nullptr), buffer_(kBufferBytes) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) refuse(std::string("cannot be read: ") + std::strerror(errno));
  if (!S_ISREG(facts.st_mode)) refuse("cannot be read: it is no regular file");
  file_ = gzopen(path.c_str(), "rb");
  if (file_ == nullptr) refuse(std::string("cannot be read: ") + std::strerror(errno));
}

TextSource::~TextSource() {
  if (file_ != nullptr) gzclose(file_);
}

void TextSource::refuse(const std::string& what) const { throw TraceFileError(path_ + ": " + what); }

TextSource::int_type TextSource::underflow() {
  const int count = gzread(file_, buffer_.data(), static_cast<unsigned>(buffer_.size()));
  int error = Z_OK;
  gzerror(file_, &error);
  if (count < 0 || error == Z_BUF_ERROR) refuse("damaged: the compressed data ends early or is broken");
  if (count <= 0) return traits_type::eof();
  for (int i = 0; i < count; ++i) {
    const char c = buffer_[static_cast<size_t>(i)];
    piece_bytes_ = c == '"' || c == '\n' ? 0 : piece_bytes_ + 1;
    if (piece_bytes_ > kLongestPiece) refuse("no trace of mmasim: a text of more than 4 MB in one piece");
  }
  setg(buffer_.data(), buffer_.data(), buffer_.data() + count);
  return traits_type::to_int_type(buffer_[0]);
}

}  // namespace mmasim::traces
