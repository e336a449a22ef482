// Row-major integers of 8, 16 or 32 bits.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/graph/graph.h"

namespace mmasim::runtime {

struct IntegerArray {
  uint32_t bits = 8;
  Shape shape;
  std::vector<int8_t> s8;  // the one of `bits` holds the values; empty without values
  std::vector<int16_t> s16;
  std::vector<int32_t> s32;

  int64_t at(size_t index) const { return bits == 8 ? s8[index] : bits == 16 ? s16[index] : s32[index]; }
};

}  // namespace mmasim::runtime
