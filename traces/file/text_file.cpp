#include "traces/file/text_file.h"

#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace mmasim::traces {
namespace {

constexpr unsigned kBufferBytes = 1 << 18;

}  // namespace

TextFile::TextFile(const std::string& path, std::string name, bool compress)
    : name_(std::move(name)), file_(gzopen(path.c_str(), compress ? "wb1" : "wbT")) {
  if (file_ == nullptr) refuse();
  gzbuffer(file_, kBufferBytes);
}

TextFile::~TextFile() {
  if (file_ != nullptr) gzclose(file_);
}

void TextFile::write(std::string_view text) {
  text_bytes_ += text.size();
  errno = 0;
  if (!text.empty() && gzwrite(file_, text.data(), static_cast<unsigned>(text.size())) == 0) refuse();
}

void TextFile::close() {
  errno = 0;
  if (gzclose(std::exchange(file_, nullptr)) != Z_OK) refuse();
}

void TextFile::refuse() const {
  throw TraceFileError(name_ + ": cannot be written: " + (errno != 0 ? std::strerror(errno) : "no room"));
}

}  // namespace mmasim::traces
