// The bytes that a strided access touches, from the first to one past the last, relative to its base address.
// Exact: 128-bit sums of what the instructions' fields can hold never overflow.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mmasim::isa {

__extension__ typedef __int128 Int128;

struct Extent {
  Int128 first = 0;
  Int128 end = 0;

  static Extent of_bytes(uint64_t bytes) { return {0, static_cast<Int128>(bytes)}; }

  // The same bytes `count` times (at least once), `stride` bytes apart.
  Extent& repeat(uint64_t count, int64_t stride) {
    return spread(std::min<Int128>(0, steps(count, stride)), std::max<Int128>(0, steps(count, stride)));
  }
  // The same bytes somewhere at least `lowest` and at most `highest` further on.
  Extent& spread(Int128 lowest, Int128 highest) {
    first += lowest;
    end += highest;
    return *this;
  }

 private:
  static Int128 steps(uint64_t count, int64_t stride) { return (static_cast<Int128>(count) - 1) * stride; }
};

// The pattern of mma.stream and mma.transfer: index i lies at
// (i % n0)*stride0 + (i / n0 % n1)*stride1 + (i / n0 / n1)*stride2.
struct Pattern {
  uint32_t n0, n1;
  int64_t stride0, stride1, stride2;
};

struct Span {
  Int128 lowest, highest;
};

// Over the indices first .. first + count - 1, which stay below 2^32; one step per run of n0.
inline Span span_of(const Pattern& pattern, uint32_t first, uint32_t count) {
  uint32_t i0 = first % pattern.n0;
  uint32_t i1 = first / pattern.n0 % pattern.n1;
  uint32_t i2 = first / pattern.n0 / pattern.n1;
  const Int128 origin = static_cast<Int128>(i0) * pattern.stride0 +
                        static_cast<Int128>(i1) * pattern.stride1 + static_cast<Int128>(i2) * pattern.stride2;
  Span span{origin, origin};
  while (true) {
    const uint32_t run = std::min(count, pattern.n0 - i0);
    const Int128 start = static_cast<Int128>(i0) * pattern.stride0 +
                         static_cast<Int128>(i1) * pattern.stride1 +
                         static_cast<Int128>(i2) * pattern.stride2;
    const Int128 last = start + static_cast<Int128>(run - 1) * pattern.stride0;
    span.lowest = std::min({span.lowest, start, last});
    span.highest = std::max({span.highest, start, last});
    count -= run;
    if (count == 0) return span;
    i0 = 0;
    if (++i1 == pattern.n1) {
      i1 = 0;
      ++i2;
    }
  }
}

}  // namespace mmasim::isa
