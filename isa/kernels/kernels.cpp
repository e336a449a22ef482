// Plain loops and the choice of level. The vector versions are in kernels_x86.cpp.
#include "isa/kernels/kernels.h"

#include "isa/kernels/kernel_loops.h"
#include "isa/kernels/kernels_plain.h"
#include "isa/kernels/kernels_x86.h"

namespace mmasim::isa {
namespace {

void gather_pairs(const Gather& from, bool is_signed, int16_t* a) {
  kernel_loops::gather_pairs(from, is_signed, a);
}

void widen_pairs(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, bool is_signed,
                 int16_t* b) {
  kernel_loops::widen_pairs(panel, row_bytes, rows, columns, is_signed, b);
}

void multiply_pairs(const PairProduct& p) {
  for (uint32_t row = 0; row < p.rows; ++row) {
    int32_t* __restrict c = p.c + static_cast<size_t>(row) * p.columns;
    if (p.start == SumsStart::from_zero)
      for (uint32_t column = 0; column < p.columns; ++column) c[column] = 0;
    for (uint32_t pair = 0; pair < p.depth_pairs; ++pair) {
      const int16_t* a = p.a + row * p.a_pitch + 2 * pair;
      const int16_t* __restrict b = p.b + static_cast<size_t>(pair) * p.columns * 2;
      for (uint32_t column = 0; column < p.columns; ++column)
        c[column] += a[0] * b[2 * column] + a[1] * b[2 * column + 1];
    }
  }
}

void multiply_lanes(const LaneProduct& p) {
  for (uint32_t row = 0; row < p.rows; ++row) {
    int64_t* __restrict c = p.c + static_cast<size_t>(row) * p.columns;
    if (p.start == SumsStart::from_zero)
      for (uint32_t column = 0; column < p.columns; ++column) c[column] = 0;
    for (uint32_t k = 0; k < p.depth; ++k) {
      const int64_t a = p.a[row * p.a_pitch + k];
      const int64_t* __restrict b = p.b + static_cast<size_t>(k) * p.columns;
      for (uint32_t column = 0; column < p.columns; ++column) c[column] += a * b[column];
    }
  }
}

constexpr StreamKernels kPlain = {SimdLevel::plain,
                                  gather_pairs,
                                  widen_pairs,
                                  multiply_pairs,
                                  multiply_lanes,
                                  2,
                                  0,
                                  plain::pack_bytes,
                                  plain::multiply_bytes,
                                  plain::pack_words,
                                  plain::gather_words,
                                  plain::multiply_words};

}  // namespace

const StreamKernels& stream_kernels(SimdLevel level) {
  const StreamKernels* vector_kernels = x86_stream_kernels(level);
  return vector_kernels ? *vector_kernels : kPlain;
}

}  // namespace mmasim::isa
