// Reads the header of a .npy file: a Python dictionary of three keys, written in ASCII.
#include <algorithm>
#include <cstring>
#include <optional>

#include "runtime/io/npy.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace {

constexpr uint64_t kMaxHeaderBytes = 65536;  // NumPy itself reads no more than 10,000
constexpr uint64_t kMaxArrayBytes = uint64_t{1} << 48;
constexpr size_t kMaxRank = 32;  // NumPy's

class HeaderParser {
 public:
  HeaderParser(const std::string& text, uint64_t offset, const std::string& source)
      : text_(text), offset_(offset), source_(source) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      value_of(key);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (skip_spaces() != text_.size()) fail("nothing more expected in the header, seen '" + seen() + "'");
    if (!dtype_ || !fortran_order_ || !shape_) fail("the header lacks 'descr', 'fortran_order' or 'shape'");
    NpyHeader header;
    header.dtype = *dtype_;
    header.shape = *shape_;
    if (*fortran_order_ && header.shape.size() > 1)
      fail("the array is in Fortran order; C order is expected");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw UserError(source_ + ": byte " + std::to_string(offset_ + at_) + ": " + what);
  }

  size_t skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
    return at_;
  }

  std::string seen() const {
    std::string part = text_.substr(at_, 16);
    for (char& c : part) {
      if (c < ' ' || c > '~') c = '?';
    }
    return part.empty() ? "the header's end" : part;
  }

  bool accept(char wanted) {
    if (skip_spaces() >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) fail(std::string("'") + wanted + "' expected in the header, seen '" + seen() + "'");
  }

  bool accept_word(const std::string& word) {
    skip_spaces();
    if (text_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }

  std::string quoted() {
    skip_spaces();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string::npos;
    if (end == std::string::npos) fail("a quoted word expected in the header, seen '" + seen() + "'");
    const std::string word = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return word;
  }

  void value_of(const std::string& key) {
    if (key == "descr" && !dtype_) {
      read_dtype();
    } else if (key == "fortran_order" && !fortran_order_) {
      fortran_order_ = accept_word("True");
      if (!*fortran_order_ && !accept_word("False")) fail("True or False expected, seen '" + seen() + "'");
    } else if (key == "shape" && !shape_) {
      read_shape();
    } else {
      fail("the header's keys are 'descr', 'fortran_order' and 'shape', each once");
    }
  }

  void read_dtype() {
    skip_spaces();
    const size_t begin = at_;
    if (at_ < text_.size() && text_[at_] != '\'' && text_[at_] != '"')
      fail("dtype " + seen() + "... is not supported");
    dtype_ = quoted();
    if (npy_element_bytes(*dtype_) > 0) return;
    at_ = begin;
    fail("dtype " + seen() +
         " is not supported; allowed are b1, i1, u1, i2, u2, i4, u4, i8, u8, f4 and f8, little endian");
  }

  void read_shape() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      if (shape.size() == kMaxRank) fail("more than " + std::to_string(kMaxRank) + " dimensions");
      shape.push_back(dimension());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    shape_ = shape;
  }

  int64_t dimension() {
    skip_spaces();
    const size_t begin = at_;
    uint64_t value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && value <= kMaxArrayBytes) {
      value = value * 10 + static_cast<uint64_t>(text_[at_++] - '0');
    }
    if (at_ == begin) fail("a dimension expected, seen '" + seen() + "'");
    if (value > kMaxArrayBytes) fail("a dimension is larger than any array");
    return static_cast<int64_t>(value);
  }

  const std::string& text_;
  uint64_t offset_;
  const std::string& source_;
  size_t at_ = 0;
  std::optional<std::string> dtype_;
  std::optional<bool> fortran_order_;
  std::optional<Shape> shape_;
};

// Elements times bytes; a dimension of 0 makes it 0 whatever the others are.
uint64_t payload_bytes(const NpyHeader& header, const std::string& source) {
  if (std::find(header.shape.begin(), header.shape.end(), 0) != header.shape.end()) return 0;
  uint64_t bytes = npy_element_bytes(header.dtype);
  for (const int64_t dimension : header.shape) {
    if (static_cast<uint64_t>(dimension) > kMaxArrayBytes / bytes) {
      throw UserError(source + ": the header's shape is of more than 2^48 bytes");
    }
    bytes *= static_cast<uint64_t>(dimension);
  }
  return bytes;
}

}  // namespace

uint64_t npy_element_bytes(const std::string& dtype) {
  if (dtype.size() != 3) return 0;
  const char order = dtype[0], kind = dtype[1], digit = dtype[2];
  const bool known = kind == 'b' ? digit == '1'
                     : kind == 'f'
                         ? digit == '4' || digit == '8'
                         : (kind == 'i' || kind == 'u') && std::strchr("1248", digit) && digit != '\0';
  if (!known || (order != '<' && !(order == '|' && digit == '1'))) return 0;
  return static_cast<uint64_t>(digit - '0');
}

NpyHeader parse_npy_header(const uint8_t* data, uint64_t size_bytes, const std::string& source) {
  const char magic[] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};
  if (size_bytes < 10 || std::memcmp(data, magic, sizeof magic) != 0) {
    throw UserError(source + ": not a .npy file: it does not begin with \\x93NUMPY");
  }
  const int version = data[6];
  if (version < 1 || version > 3 || data[7] != 0) {
    throw UserError(source + ": byte 6: .npy version " + std::to_string(version) + "." +
                    std::to_string(data[7]) + "; expected 1.0, 2.0 or 3.0");
  }
  const uint64_t begin = version == 1 ? 10 : 12;
  if (size_bytes < begin) throw UserError(source + ": byte 8: the file ends inside its header");
  uint64_t length = data[8] | uint64_t{data[9]} << 8;
  if (version > 1) length |= uint64_t{data[10]} << 16 | uint64_t{data[11]} << 24;
  if (length > kMaxHeaderBytes) {
    throw UserError(source + ": byte 8: a header of " + std::to_string(length) + " bytes; at most " +
                    std::to_string(kMaxHeaderBytes) + " expected");
  }
  if (length > size_bytes - begin) {
    throw UserError(source + ": byte 8: a header of " + std::to_string(length) + " bytes, but only " +
                    std::to_string(size_bytes - begin) + " follow");
  }
  const std::string text(reinterpret_cast<const char*>(data + begin), length);
  NpyHeader header = HeaderParser(text, begin, source).parse();
  header.header_bytes = begin + length;
  header.payload_bytes = payload_bytes(header, source);
  return header;
}

}  // namespace mmasim::runtime
