// A binary32 number as its bits and back.
#pragma once

#include <cstdint>
#include <cstring>

namespace mmasim::isa {

inline uint32_t float_bits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline float float_of_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace mmasim::isa
