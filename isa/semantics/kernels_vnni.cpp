// mma.stream in AVX-512 VNNI for signed B. 8 bit: vpdpbusd, four products and their sum in 32 bits at once,
// without saturation. 16 bit: A in two bytes, each against B by vpdpwssd, whose sums 32 bits hold for the
// depth of a panel; then put together in 64 bits. Functions are compiled for their level by attribute.
#include "isa/semantics/kernels_vnni.h"

#if defined(__x86_64__) && defined(__GNUC__)
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12 warns of undefined sources in its own header
#endif
#include <immintrin.h>

#include <algorithm>
#include <cstring>

#define MMASIM_VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define MMASIM_VNNI_INLINE \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"), always_inline)) inline

namespace mmasim::isa::vnni {
namespace {

int32_t read_four_bytes(const void* at) {
  int32_t four;
  std::memcpy(&four, at, sizeof four);
  return four;
}

__mmask64 first_bytes(size_t count) { return count >= 64 ? ~__mmask64{0} : (__mmask64{1} << count) - 1; }

template <int kRows, int kVectors>
MMASIM_VNNI_INLINE void quads_block(const QuadProduct& p, uint32_t row, uint32_t column) {
  const uint8_t* a = p.a + row * p.a_pitch;
  const int8_t* b = p.b + 4 * static_cast<size_t>(column);
  int32_t* c = p.c + static_cast<size_t>(row) * p.columns + column;
  __m512i sums[kRows][kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const __m512i start =
        p.correction ? _mm512_loadu_si512(p.correction + column + 16 * v) : _mm512_setzero_si512();
    for (int r = 0; r < kRows; ++r)
      sums[r][v] = p.start == SumsStart::from_zero
                       ? start
                       : _mm512_add_epi32(start, _mm512_loadu_si512(c + r * p.columns + 16 * v));
  }
  for (uint32_t quad = 0; quad < p.depth_quads; ++quad, a += 4, b += 4 * static_cast<size_t>(p.columns)) {
    __m512i panel[kVectors];
    for (int v = 0; v < kVectors; ++v) panel[v] = _mm512_loadu_si512(b + 64 * v);
    for (int r = 0; r < kRows; ++r) {
      const __m512i operand = _mm512_set1_epi32(read_four_bytes(a + r * p.a_pitch));
      for (int v = 0; v < kVectors; ++v) sums[r][v] = _mm512_dpbusd_epi32(sums[r][v], operand, panel[v]);
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) _mm512_storeu_si512(c + r * p.columns + 16 * v, sums[r][v]);
}

template <int kVectors>
MMASIM_VNNI_INLINE void quads_columns(const QuadProduct& p, uint32_t column) {
  uint32_t row = 0;
  for (; row + 6 <= p.rows; row += 6) quads_block<6, kVectors>(p, row, column);
  switch (p.rows - row) {
    case 5:
      return quads_block<5, kVectors>(p, row, column);
    case 4:
      return quads_block<4, kVectors>(p, row, column);
    case 3:
      return quads_block<3, kVectors>(p, row, column);
    case 2:
      return quads_block<2, kVectors>(p, row, column);
    case 1:
      return quads_block<1, kVectors>(p, row, column);
    default:
      return;
  }
}

// c += 256 * high + low, 16 columns.
MMASIM_VNNI_INLINE void add_halves(__m512i low, __m512i high, SumsStart start, int64_t* c) {
  const __m256i lows[] = {_mm512_castsi512_si256(low), _mm512_extracti64x4_epi64(low, 1)};
  const __m256i highs[] = {_mm512_castsi512_si256(high), _mm512_extracti64x4_epi64(high, 1)};
  for (int half = 0; half < 2; ++half) {
    const __m512i sum = _mm512_add_epi64(_mm512_slli_epi64(_mm512_cvtepi32_epi64(highs[half]), 8),
                                         _mm512_cvtepi32_epi64(lows[half]));
    _mm512_storeu_si512(c + 8 * half, start == SumsStart::from_zero
                                          ? sum
                                          : _mm512_add_epi64(sum, _mm512_loadu_si512(c + 8 * half)));
  }
}

template <int kRows, int kVectors>
MMASIM_VNNI_INLINE void split_block(const SplitProduct& p, uint32_t row, uint32_t column) {
  const int16_t *low = p.a_low + row * p.a_pitch, *high = p.a_high + row * p.a_pitch;
  const int16_t* b = p.b + 2 * static_cast<size_t>(column);
  __m512i lows[kRows][kVectors], highs[kRows][kVectors];
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) lows[r][v] = highs[r][v] = _mm512_setzero_si512();
  for (uint32_t pair = 0; pair < p.depth_pairs;
       ++pair, low += 2, high += 2, b += 2 * static_cast<size_t>(p.columns)) {
    __m512i panel[kVectors];
    for (int v = 0; v < kVectors; ++v) panel[v] = _mm512_loadu_si512(b + 32 * v);
    for (int r = 0; r < kRows; ++r) {
      const __m512i low_operand = _mm512_set1_epi32(read_four_bytes(low + r * p.a_pitch));
      const __m512i high_operand = _mm512_set1_epi32(read_four_bytes(high + r * p.a_pitch));
      for (int v = 0; v < kVectors; ++v) {
        lows[r][v] = _mm512_dpwssd_epi32(lows[r][v], low_operand, panel[v]);
        highs[r][v] = _mm512_dpwssd_epi32(highs[r][v], high_operand, panel[v]);
      }
    }
  }
  int64_t* c = p.c + static_cast<size_t>(row) * p.columns + column;
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v)
      add_halves(lows[r][v], highs[r][v], p.start, c + r * p.columns + 16 * v);
}

template <int kVectors>
MMASIM_VNNI_INLINE void split_columns(const SplitProduct& p, uint32_t column) {
  uint32_t row = 0;
  for (; row + 4 <= p.rows; row += 4) split_block<4, kVectors>(p, row, column);
  for (; row < p.rows; ++row) split_block<1, kVectors>(p, row, column);
}

template <bool kIsSigned>
MMASIM_VNNI_INLINE void split_run(const uint8_t* src, int16_t* low, int16_t* high, uint32_t count) {
  const __m512i low_byte = _mm512_set1_epi16(0xff);
  for (uint32_t done = 0; done < count; done += 32) {
    const auto mask = static_cast<__mmask32>(count - done >= 32 ? ~0u : (1u << (count - done)) - 1);
    const __m512i values = _mm512_maskz_loadu_epi16(mask, src + 2 * static_cast<size_t>(done));
    _mm512_mask_storeu_epi16(low + done, mask, _mm512_and_si512(values, low_byte));
    _mm512_mask_storeu_epi16(high + done, mask,
                             kIsSigned ? _mm512_srai_epi16(values, 8) : _mm512_srli_epi16(values, 8));
  }
}

template <bool kIsSigned>
MMASIM_VNNI_INLINE void split_rows(const Gather& from, int16_t* low, int16_t* high) {
  for (uint32_t row = 0; row < from.rows; ++row, low += from.pitch, high += from.pitch) {
    for (size_t i = 0; i < from.run_count; ++i) {
      const DepthRun& run = from.runs[i];
      split_run<kIsSigned>(from.row_starts[row] + run.offset_bytes, low + run.start, high + run.start,
                           run.count);
    }
    if (from.depth % 2 != 0) low[from.depth] = high[from.depth] = 0;
  }
}

}  // namespace

MMASIM_VNNI void multiply_quads(const QuadProduct& p) {
  uint32_t column = 0;
  for (; column + 64 <= p.columns; column += 64) quads_columns<4>(p, column);
  for (; column < p.columns; column += 16) quads_columns<1>(p, column);
}

MMASIM_VNNI void multiply_split(const SplitProduct& p) {
  uint32_t column = 0;
  for (; column + 32 <= p.columns; column += 32) split_columns<2>(p, column);
  for (; column < p.columns; column += 16) split_columns<1>(p, column);
}

MMASIM_VNNI void gather_bytes(const Gather& from, uint8_t flip, uint8_t* a) {
  const __m512i flips = _mm512_set1_epi8(static_cast<char>(flip));
  for (uint32_t row = 0; row < from.rows; ++row, a += from.pitch) {
    const uint8_t* start = from.row_starts[row];
    for (size_t at = from.depth / 64 * 64; at < from.pitch; at += 64) _mm512_storeu_si512(a + at, flips);
    for (size_t i = 0; i < from.run_count; ++i) {
      const DepthRun& run = from.runs[i];
      for (uint32_t done = 0; done < run.count; done += 64) {
        const __mmask64 mask = first_bytes(run.count - done);
        const __m512i bytes = _mm512_maskz_loadu_epi8(mask, start + run.offset_bytes + done);
        _mm512_mask_storeu_epi8(a + run.start + done, mask, _mm512_xor_si512(bytes, flips));
      }
    }
  }
}

MMASIM_VNNI void gather_split(const Gather& from, bool is_signed, int16_t* low, int16_t* high) {
  is_signed ? split_rows<true>(from, low, high) : split_rows<false>(from, low, high);
}

// 64 columns at a time: unpacking leaves groups of four columns in the wrong 128-bit lanes, which two rounds
// of lane shuffles then sort.
MMASIM_VNNI void widen_quads(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns,
                             int8_t* b, int32_t* correction) {
  const __m512i ones = _mm512_set1_epi8(1);
  for (uint32_t column = 0; column < columns; column += 64) {
    const size_t present = column < row_bytes ? row_bytes - column : 0;
    const __mmask64 mask = first_bytes(present);
    const uint32_t vectors = std::min<uint32_t>(4, (columns - column) / 16);
    __m512i sums[4] = {};
    for (uint32_t row = 0; row < rows; row += 4) {
      __m512i r[4];
      for (int i = 0; i < 4; ++i)
        r[i] = _mm512_maskz_loadu_epi8(mask, panel + (row + static_cast<uint32_t>(i)) * row_bytes + column);
      const __m512i low01 = _mm512_unpacklo_epi8(r[0], r[1]), high01 = _mm512_unpackhi_epi8(r[0], r[1]);
      const __m512i low23 = _mm512_unpacklo_epi8(r[2], r[3]), high23 = _mm512_unpackhi_epi8(r[2], r[3]);
      // q[j], lane l: the quads of columns 16 l + 4 j ..
      const __m512i q[] = {_mm512_unpacklo_epi16(low01, low23), _mm512_unpackhi_epi16(low01, low23),
                           _mm512_unpacklo_epi16(high01, high23), _mm512_unpackhi_epi16(high01, high23)};
      const __m512i s0 = _mm512_shuffle_i32x4(q[0], q[1], 0x44), s1 = _mm512_shuffle_i32x4(q[2], q[3], 0x44);
      const __m512i s2 = _mm512_shuffle_i32x4(q[0], q[1], 0xee), s3 = _mm512_shuffle_i32x4(q[2], q[3], 0xee);
      const __m512i sorted[] = {_mm512_shuffle_i32x4(s0, s1, 0x88), _mm512_shuffle_i32x4(s0, s1, 0xdd),
                                _mm512_shuffle_i32x4(s2, s3, 0x88), _mm512_shuffle_i32x4(s2, s3, 0xdd)};
      int8_t* to = b + (static_cast<size_t>(row / 4) * columns + column) * 4;
      for (uint32_t v = 0; v < vectors; ++v) {
        _mm512_storeu_si512(to + 64 * v, sorted[v]);
        sums[v] = _mm512_dpbusd_epi32(sums[v], ones, sorted[v]);
      }
    }
    for (uint32_t v = 0; v < vectors; ++v)
      _mm512_storeu_si512(correction + column + 16 * v,
                          _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_slli_epi32(sums[v], 7)));
  }
}

}  // namespace mmasim::isa::vnni
#endif
