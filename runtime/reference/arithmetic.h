// The total functions on integers of quantization.md section 2, written from their definitions: SRS, SAT, the
// output stage, and an accumulator of limited width. Knows no operator and no tensor.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/quantize/plan.h"

namespace mmasim::runtime::reference {

// v / 2^shift, rounded; a negative shift multiplies by 2^-shift. |shift| <= 127. A product too large for the
// result's type is given as +-2^126: every clip range is narrower.
int128 shift_round(int128 value, int shift, isa::Rounding rounding);

int128 saturate(int128 value, int128 low, int128 high);

// v * multiplier in 128 bits, two's complement.
int128 multiply(int128 value, int64_t multiplier);

// The output stage for one channel: SAT(SRS(v * multiplier, shift) + zero_point, clip_min, clip_max).
int64_t requantize(int128 value, const Requantization& requant, size_t channel);

// An accumulator of 32, 64 or 128 bits: what a sum becomes that leaves it, and how often that was.
class Accumulator {
 public:
  Accumulator(uint32_t bits, isa::Overflow policy) : bits_(bits), policy_(policy) {}

  // The exact sum + bias, brought into the accumulator's range. `trap` counts and wraps.
  int128 finish(int128 sum, int128 bias);
  uint64_t overflow_count() const { return overflow_count_; }

 private:
  uint32_t bits_;
  isa::Overflow policy_;
  uint64_t overflow_count_ = 0;
};

}  // namespace mmasim::runtime::reference
