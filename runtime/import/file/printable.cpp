#include "runtime/import/file/printable.h"

#include <algorithm>
#include <cstdint>

namespace mmasim::runtime::importing {
namespace {

bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

// Bytes of the printable character that begins at `place`; 0 if none does.
size_t character_bytes(const std::string& text, size_t place) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  const uint32_t lead = byte(place);
  if (is_control(text[place])) return 0;
  const size_t bytes = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
  if (bytes <= 1 || place + bytes > text.size()) return bytes == 1 ? 1 : 0;
  uint32_t code = lead & (0xffu >> (bytes + 1));
  for (size_t k = 1; k < bytes; ++k) {
    if (byte(place + k) >> 6 != 2) return 0;
    code = code << 6 | (byte(place + k) & 63u);
  }
  const uint32_t least = bytes == 2   ? 0x80
                         : bytes == 3 ? 0x800
                                      : 0x10000;  // else it is written longer than it is
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return code < least || code > 0x10ffff || surrogate ? 0 : bytes;
}

}  // namespace

bool is_name(const std::string& text) {
  for (size_t place = 0; place < text.size();) {
    const bool is_kept = is_control(text[place]) && text[place] != '\0';
    const size_t bytes = is_kept ? 1 : character_bytes(text, place);
    if (bytes == 0) return false;
    place += bytes;
  }
  return true;
}

std::string made_printable(std::string text) {
  for (size_t place = 0; place < text.size();) {
    const size_t bytes = character_bytes(text, place);
    if (bytes == 0) text[place] = '?';
    place += std::max<size_t>(1, bytes);
  }
  return text;
}

}  // namespace mmasim::runtime::importing
