// mma.stream in AVX-512 VNNI for signed 8-bit B: vpdpbusd, four products and their sum in 32 bits at once,
// without saturation. A is read where it lies. The unsigned operand is A, or B plus 128 where A is signed;
// what that adds is 128 times the sum of A's row. Functions are compiled for their level by attribute.
#include "isa/kernels/kernels_vnni.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <algorithm>

#include "isa/kernels/kernel_loops.h"
#include "isa/kernels/vnni_level.h"

namespace mmasim::isa::vnni {
namespace {

constexpr uint32_t kQuadsAtOnce = 128;  // their B, 32 KB of 64 columns, stays in the first-level cache

__mmask64 first_bytes(size_t count) { return count >= 64 ? ~__mmask64{0} : (__mmask64{1} << count) - 1; }

MMASIM_VNNI_INLINE int32_t row_sum(const uint8_t* row, const ByteStrip* strips, size_t count) {
  __m512i sums = _mm512_setzero_si512();
  for (size_t s = 0; s < count; ++s) {
    const uint8_t* a = row + strips[s].a_offset;
    size_t left = 4 * size_t{strips[s].quads};
    for (; left >= 64; left -= 64, a += 64)
      sums = _mm512_dpbusd_epi32(sums, _mm512_set1_epi8(1), _mm512_loadu_si512(a));
    if (left > 0)
      sums = _mm512_dpbusd_epi32(sums, _mm512_set1_epi8(1), _mm512_maskz_loadu_epi8(first_bytes(left), a));
  }
  return _mm512_reduce_add_epi32(sums);
}

// kRows x 16 kVectors of C stay in registers over the depth of `p`'s strips.
template <bool kIsSigned, bool kFromZero, int kVectors, int kRows>
MMASIM_VNNI_INLINE void block_from(const ByteProduct& p, uint32_t row, uint32_t column) {
  const uint8_t* const* rows = p.a + row;
  int32_t* const* c = p.c + row;
  int32_t excess[kRows] = {};
  if constexpr (kIsSigned)
    for (int r = 0; r < kRows; ++r) excess[r] = -128 * row_sum(rows[r], p.strips, p.strip_count);
  __m512i sums[kRows][kVectors];
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) {
      sums[r][v] = _mm512_set1_epi32(excess[r]);
      if constexpr (!kFromZero)
        sums[r][v] = _mm512_add_epi32(sums[r][v], _mm512_loadu_si512(c[r] + column + 16 * v));
    }
  for (size_t s = 0; s < p.strip_count; ++s) {
    const ByteStrip& strip = p.strips[s];
    const uint8_t* a[kRows];
    for (int r = 0; r < kRows; ++r) a[r] = rows[r] + strip.a_offset;
    const uint8_t* b = strip.b + 4 * static_cast<size_t>(column);
    for (size_t at = 0; at < 4 * size_t{strip.quads}; at += 4, b += p.b_quad_bytes) {
      __m512i panel[kVectors];
      for (int v = 0; v < kVectors; ++v) panel[v] = _mm512_loadu_si512(b + 64 * v);
      for (int r = 0; r < kRows; ++r) {
        const __m512i operand = _mm512_set1_epi32(read_four_bytes(a[r] + at));
        for (int v = 0; v < kVectors; ++v)
          sums[r][v] = kIsSigned ? _mm512_dpbusd_epi32(sums[r][v], panel[v], operand)
                                 : _mm512_dpbusd_epi32(sums[r][v], operand, panel[v]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) _mm512_storeu_si512(c[r] + column + 16 * v, sums[r][v]);
}

template <bool kIsSigned, int kVectors, int kRows>
MMASIM_VNNI void block(const ByteProduct& p, uint32_t row, uint32_t column) {
  p.start == SumsStart::from_zero ? block_from<kIsSigned, true, kVectors, kRows>(p, row, column)
                                  : block_from<kIsSigned, false, kVectors, kRows>(p, row, column);
}

template <bool kIsSigned, int kVectors, int kRows>
MMASIM_VNNI void block_of(uint32_t rows, const ByteProduct& p, uint32_t row, uint32_t column) {
  if (rows == kRows) return block<kIsSigned, kVectors, kRows>(p, row, column);
  if constexpr (kRows > 1) block_of<kIsSigned, kVectors, kRows - 1>(rows, p, row, column);
}

// Rows in blocks of kMost at most, as even as they go.
template <bool kIsSigned, int kVectors, int kMost>
MMASIM_VNNI void all_rows(const ByteProduct& p, uint32_t column) {
  uint32_t blocks = (p.rows + kMost - 1) / kMost;
  for (uint32_t row = 0; blocks > 0; --blocks) {
    const uint32_t rows = (p.rows - row + blocks - 1) / blocks;
    block_of<kIsSigned, kVectors, kMost>(rows, p, row, column);
    row += rows;
  }
}

template <bool kIsSigned>
MMASIM_VNNI void all_columns(const ByteProduct& p) {
  uint32_t column = 0;
  for (; column + 64 <= p.columns; column += 64) all_rows<kIsSigned, 4, 6>(p, column);
  switch ((p.columns - column) / 16) {
    case 3:
      return all_rows<kIsSigned, 3, 8>(p, column);
    case 2:
      return all_rows<kIsSigned, 2, 8>(p, column);
    case 1:
      return all_rows<kIsSigned, 1, 8>(p, column);
    default:
      return;
  }
}

}  // namespace

MMASIM_VNNI void multiply_bytes(const ByteProduct& p) {
  kernel_loops::for_depth_chunks<kQuadsAtOnce>(p, [](const ByteProduct& chunk) MMASIM_VNNI {
    chunk.a_is_signed ? all_columns<true>(chunk) : all_columns<false>(chunk);
  });
}

// 64 columns at a time: unpacking leaves groups of four columns in the wrong 128-bit lanes, which two rounds
// of lane shuffles then sort.
MMASIM_VNNI uint32_t pack_bytes(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns,
                                bool a_is_signed, uint8_t* quads) {
  const __m512i flips = _mm512_set1_epi8(static_cast<char>(a_is_signed ? 0x80 : 0));
  uint32_t used = 0;
  for (uint32_t column = 0; column < columns; column += 64) {
    const __mmask64 mask = first_bytes(column < row_bytes ? row_bytes - column : 0);
    const uint32_t vectors = std::min<uint32_t>(4, (columns - column) / 16);
    __m512i any = _mm512_setzero_si512();
    for (uint32_t row = 0; row < rows; row += 4) {
      __m512i r[4];
      for (uint32_t i = 0; i < 4; ++i) {
        r[i] = _mm512_maskz_loadu_epi8(row + i < rows ? mask : 0, panel + (row + i) * row_bytes + column);
        any = _mm512_or_si512(any, r[i]);
        r[i] = _mm512_xor_si512(r[i], flips);
      }
      const __m512i low01 = _mm512_unpacklo_epi8(r[0], r[1]), high01 = _mm512_unpackhi_epi8(r[0], r[1]);
      const __m512i low23 = _mm512_unpacklo_epi8(r[2], r[3]), high23 = _mm512_unpackhi_epi8(r[2], r[3]);
      // q[j], lane l: the quads of columns 16 l + 4 j ..
      const __m512i q[] = {_mm512_unpacklo_epi16(low01, low23), _mm512_unpackhi_epi16(low01, low23),
                           _mm512_unpacklo_epi16(high01, high23), _mm512_unpackhi_epi16(high01, high23)};
      const __m512i s0 = _mm512_shuffle_i32x4(q[0], q[1], 0x44), s1 = _mm512_shuffle_i32x4(q[2], q[3], 0x44);
      const __m512i s2 = _mm512_shuffle_i32x4(q[0], q[1], 0xee), s3 = _mm512_shuffle_i32x4(q[2], q[3], 0xee);
      const __m512i sorted[] = {_mm512_shuffle_i32x4(s0, s1, 0x88), _mm512_shuffle_i32x4(s0, s1, 0xdd),
                                _mm512_shuffle_i32x4(s2, s3, 0x88), _mm512_shuffle_i32x4(s2, s3, 0xdd)};
      uint8_t* to = quads + (static_cast<size_t>(row / 4) * columns + column) * 4;
      for (uint32_t v = 0; v < vectors; ++v) _mm512_storeu_si512(to + 64 * v, sorted[v]);
    }
    const uint64_t nonzero = _mm512_test_epi8_mask(any, any);
    if (nonzero != 0) used = column + 64 - static_cast<uint32_t>(__builtin_clzll(nonzero));
  }
  return used;
}

}  // namespace mmasim::isa::vnni
#endif
