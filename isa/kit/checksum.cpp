// Eight bytes per step, by eight tables (slicing-by-8). Host byte order does not matter.
#include "isa/kit/checksum.h"

#include <array>

namespace mmasim::isa {
namespace {

using Tables = std::array<std::array<uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t value = 0; value < 256; ++value) {
    uint32_t crc = value;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0u);
    tables[0][value] = crc;
  }
  // tables[n][v]: the effect of byte v with n bytes behind it.
  for (size_t n = 1; n < 8; ++n) {
    for (size_t value = 0; value < 256; ++value) {
      const uint32_t crc = tables[n - 1][value];
      tables[n][value] = crc >> 8 ^ tables[0][crc & 0xff];
    }
  }
  return tables;
}
constexpr Tables kTables = make_tables();

}  // namespace

uint32_t crc32(const uint8_t* from, size_t bytes, uint32_t previous) {
  uint32_t crc = ~previous;
  for (; bytes >= 8; bytes -= 8, from += 8) {
    const uint32_t low =
        crc ^ (from[0] | from[1] << 8 | from[2] << 16 | static_cast<uint32_t>(from[3]) << 24);
    crc = kTables[7][low & 0xff] ^ kTables[6][low >> 8 & 0xff] ^ kTables[5][low >> 16 & 0xff] ^
          kTables[4][low >> 24] ^ kTables[3][from[4]] ^ kTables[2][from[5]] ^ kTables[1][from[6]] ^
          kTables[0][from[7]];
  }
  for (; bytes > 0; --bytes, ++from) crc = crc >> 8 ^ kTables[0][(crc ^ *from) & 0xff];
  return ~crc;
}

}  // namespace mmasim::isa
