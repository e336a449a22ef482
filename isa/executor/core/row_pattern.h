// The row half of mma.pattern and mma.store_pattern: where row r of a three-dimensional pattern begins,
// walked row by row without a division for each.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mmasim::isa {

class RowPattern {
 public:
  // Pattern is MmaPattern or MmaStorePattern.
  template <class Pattern>
  RowPattern(const Pattern& p, uint32_t first_row)
      : r0_(p.r0), r1_(p.r1), r0_stride_(p.r0_stride), r1_stride_(p.r1_stride), r2_stride_(p.r2_stride) {
    i0_ = first_row % r0_;
    i1_ = first_row / r0_ % r1_;
    const int64_t i2 = first_row / r0_ / r1_;
    outer_ = i1_ * r1_stride_ + i2 * r2_stride_;
  }

  int64_t offset_bytes() const { return outer_ + i0_ * r0_stride_; }

  void advance() {
    if (++i0_ < r0_) return;
    i0_ = 0;
    outer_ += r1_stride_;
    if (++i1_ < r1_) return;
    i1_ = 0;
    outer_ += r2_stride_ - r1_ * r1_stride_;
  }

  // Where the next `count` rows begin, from `base` on.
  template <class Pointer>
  void take(Pointer base, uint32_t count, Pointer* rows) {
    for (uint32_t done = 0; done < count;) {
      const auto run = static_cast<uint32_t>(std::min<int64_t>(r0_ - i0_, count - done));
      const Pointer first = base + offset_bytes();
      for (uint32_t i = 0; i < run; ++i) rows[done + i] = first + i * r0_stride_;
      done += run;
      i0_ += run - 1;
      advance();
    }
  }

 private:
  int64_t r0_, r1_, r0_stride_, r1_stride_, r2_stride_;
  int64_t i0_ = 0, i1_ = 0, outer_ = 0;
};

}  // namespace mmasim::isa
