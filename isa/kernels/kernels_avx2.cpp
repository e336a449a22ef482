// mma.stream in AVX2 for signed 8-bit B. pmaddubsw would saturate, so both operands are widened to words, B
// as it is packed: pmaddwd sums two products at once, exact for every sign. Functions are compiled for their
// level by attribute.
#include "isa/kernels/kernels_avx2.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <algorithm>

#include "isa/kernels/avx2_level.h"
#include "isa/kernels/kernel_loops.h"

namespace mmasim::isa::avx2 {
namespace {

// A chunk of A, widened: 24 KB, so that a column block's 8 KB of B stay beside it in the first-level cache.
constexpr uint32_t kRows = 48, kDepth = 256;
using WideRows = int16_t[kRows][kDepth];

MMASIM_AVX2_INLINE void widen(const uint8_t* from, int16_t* to, uint32_t count, bool is_signed) {
  uint32_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
    store(to + i, is_signed ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes));
  }
  for (; i < count; ++i) to[i] = is_signed ? static_cast<int8_t>(from[i]) : int16_t{from[i]};
}

MMASIM_AVX2 void widen_rows(const ByteProduct& p, uint32_t first_row, uint32_t rows, WideRows& a) {
  for (uint32_t row = 0; row < rows; ++row) {
    int16_t* to = a[row];
    for (size_t s = 0; s < p.strip_count; ++s) {
      const uint32_t count = 4 * p.strips[s].quads;
      widen(p.a[first_row + row] + p.strips[s].a_offset, to, count, p.a_is_signed);
      to += count;
    }
  }
}

// Sums of kCount rows x 16 columns, one inside the other: GCC keeps members in registers, and arrays not.
template <int kCount>
struct RowSums {
  RowSums<kCount - 1> others;
  __m256i first, second;

  MMASIM_AVX2_INLINE void clear() {
    others.clear();
    first = second = _mm256_setzero_si256();
  }
  MMASIM_AVX2_INLINE void read(int32_t* const* c, uint32_t column) {
    others.read(c, column);
    first = load(c[kCount - 1] + column), second = load(c[kCount - 1] + column + 8);
  }
  MMASIM_AVX2_INLINE void add(const int16_t* a, __m256i b_first, __m256i b_second) {
    others.add(a, b_first, b_second);
    const __m256i operand = broadcast_four_bytes(a + (kCount - 1) * kDepth);
    first = _mm256_add_epi32(first, _mm256_madd_epi16(operand, b_first));
    second = _mm256_add_epi32(second, _mm256_madd_epi16(operand, b_second));
  }
  MMASIM_AVX2_INLINE void write(int32_t* const* c, uint32_t column) const {
    others.write(c, column);
    store(c[kCount - 1] + column, first), store(c[kCount - 1] + column + 8, second);
  }
};
template <>
struct RowSums<0> {
  void clear() {}
  void read(int32_t* const*, uint32_t) {}
  MMASIM_AVX2_INLINE void add(const int16_t*, __m256i, __m256i) {}
  void write(int32_t* const*, uint32_t) const {}
};

// kCount x 16 of C stay in registers over the depth of `p`'s strips.
template <int kCount>
MMASIM_AVX2 void multiply_rows(uint32_t rows, const ByteProduct& p, const int16_t* a, int32_t* const* c,
                               uint32_t column) {
  if constexpr (kCount > 1)
    if (rows != kCount) return multiply_rows<kCount - 1>(rows, p, a, c, column);
  RowSums<kCount> sums;
  p.start == SumsStart::from_zero ? sums.clear() : sums.read(c, column);
  for (size_t s = 0; s < p.strip_count; ++s) {
    const uint8_t* b = p.strips[s].b + 4 * size_t{column};
    for (uint32_t pair = 0; pair < 2 * p.strips[s].quads; ++pair, a += 2, b += p.b_quad_bytes / 2)
      sums.add(a, load(b), load(b + 32));
  }
  sums.write(c, column);
}

// Strips of kDepth at most in all.
MMASIM_AVX2 void multiply_piece(const ByteProduct& p) {
  constexpr uint32_t kMost = 6;
  alignas(32) WideRows a;
  for (uint32_t first = 0; first < p.rows; first += kRows) {
    const uint32_t rows = std::min(kRows, p.rows - first);
    widen_rows(p, first, rows, a);
    for (uint32_t column = 0; column < p.columns; column += 16)
      for_blocks_of_rows<kMost>(rows, [&](uint32_t row, uint32_t count) {
        multiply_rows<kMost>(count, p, a[row], p.c + first + row, column);
      });
  }
}

}  // namespace

MMASIM_AVX2 void multiply_bytes(const ByteProduct& p) {
  kernel_loops::for_depth_chunks<kDepth / 4>(p, multiply_piece);
}

// [depth / 2][column][2], as words.
MMASIM_AVX2 uint32_t pack_bytes(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, bool,
                                uint8_t* packed) {
  uint32_t used = 0;
  for (uint32_t column = 0; column < columns; column += 16) {
    const size_t present = column < row_bytes ? row_bytes - column : 0;
    const auto row_at = [&](uint32_t row) MMASIM_AVX2 {
      return row < rows ? load_bytes(panel + row * row_bytes + column, present) : _mm_setzero_si128();
    };
    __m128i any = _mm_setzero_si128();
    for (uint32_t row = 0; row < (rows + 3) / 4 * 4; row += 2) {
      const __m128i even = row_at(row), odd = row_at(row + 1);
      any = _mm_or_si128(any, _mm_or_si128(even, odd));
      uint8_t* const to = packed + size_t{row} * 2 * columns + 4 * size_t{column};
      store(to, _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(even, odd)));
      store(to + 32, _mm256_cvtepi8_epi16(_mm_unpackhi_epi8(even, odd)));
    }
    if (const uint32_t bytes = used_bytes(any)) used = column + bytes;
  }
  return used;
}

}  // namespace mmasim::isa::avx2
#endif
