// CRC-32 against its published check value.
#include "isa/kit/checksum.h"

#include <doctest/doctest.h>

#include <string>

namespace mmasim::isa {
namespace {

uint32_t crc32_of(const std::string& text, uint32_t previous = 0) {
  return crc32(reinterpret_cast<const uint8_t*>(text.data()), text.size(), previous);
}

}  // namespace

TEST_CASE("checksum: known values") {
  CHECK(crc32_of("") == 0);
  CHECK(crc32_of("a") == 0xE8B7BE43);
  CHECK(crc32_of("123456789") == 0xCBF43926);  // the check value of CRC-32/ISO-HDLC
  CHECK(crc32_of("The quick brown fox jumps over the lazy dog") == 0x414FA339);
}

TEST_CASE("checksum: parts give the same as the whole") {
  const std::string text = "The quick brown fox jumps over the lazy dog";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    CHECK(crc32_of(text.substr(cut), crc32_of(text.substr(0, cut))) == 0x414FA339);
  }
}

}  // namespace mmasim::isa
