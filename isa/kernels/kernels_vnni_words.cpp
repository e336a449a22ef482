// mma.stream in AVX-512 VNNI for signed 16-bit B. vpdpwssd sums whole products modulo 2^32; vpdpbusd sums the
// products of the high bytes, which tell each sum to within 2^31 (kernels.h); so three instructions make 64
// products, and sums of 46 bits stay in two 32-bit lanes. Functions are compiled for their level by
// attribute.
#include "isa/kernels/kernels_vnni.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <algorithm>

#include "isa/kernels/vnni_level.h"

namespace mmasim::isa::vnni {
namespace {

__mmask32 first_words(size_t count) { return count >= 32 ? ~__mmask32{0} : (__mmask32{1} << count) - 1; }

// A sum is the number that is `low` modulo 2^32 and less than 2^31 from 2^16 * high. What `low` then has over
// 2^16 * high, exactly:
MMASIM_VNNI_INLINE __m512i rest(__m512i low, __m512i high) {
  return _mm512_sub_epi32(low, _mm512_slli_epi32(high, 16));
}

// `high` brought to within 1.
MMASIM_VNNI_INLINE __m512i renewed(__m512i low, __m512i high) {
  return _mm512_add_epi32(high, _mm512_srai_epi32(rest(low, high), 16));
}

MMASIM_VNNI_INLINE __m512i low_halves(__m512i first, __m512i second) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(first)),
                            _mm512_cvtepi64_epi32(second), 1);
}
MMASIM_VNNI_INLINE __m512i read_low(const int64_t* c) {
  return low_halves(_mm512_loadu_si512(c), _mm512_loadu_si512(c + 8));
}
MMASIM_VNNI_INLINE __m512i read_high(const int64_t* c) {
  return low_halves(_mm512_srai_epi64(_mm512_loadu_si512(c), 16),
                    _mm512_srai_epi64(_mm512_loadu_si512(c + 8), 16));
}

MMASIM_VNNI_INLINE void write_sums(__m512i low, __m512i high, int64_t* c) {
  low = rest(low, high);
  const __m256i lows[] = {_mm512_castsi512_si256(low), _mm512_extracti64x4_epi64(low, 1)};
  const __m256i highs[] = {_mm512_castsi512_si256(high), _mm512_extracti64x4_epi64(high, 1)};
  for (int half = 0; half < 2; ++half)
    _mm512_storeu_si512(c + 8 * half,
                        _mm512_add_epi64(_mm512_slli_epi64(_mm512_cvtepi32_epi64(highs[half]), 16),
                                         _mm512_cvtepi32_epi64(lows[half])));
}

// kRows x 16 kVectors of C stay in registers over the whole depth.
template <bool kFromZero, int kVectors, int kRows>
MMASIM_VNNI_INLINE void block_from(const WordProduct& p, uint32_t row, uint32_t column) {
  int64_t* const* c = p.c + row;
  __m512i low[kRows][kVectors], high[kRows][kVectors];
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) {
      low[r][v] = kFromZero ? _mm512_setzero_si512() : read_low(c[r] + column + 16 * v);
      high[r][v] = kFromZero ? _mm512_setzero_si512() : read_high(c[r] + column + 16 * v);
    }
  const int16_t* a = p.a + row * p.a_pitch;
  const uint8_t* a_high = p.a_high + row * p.a_pitch;
  const size_t step = 2 * static_cast<size_t>(p.b_columns);
  uint32_t window = 0;
  for (size_t i = 0; i < p.panel_count; ++i) {
    const WordPanel& panel = p.panels[i];
    window += 4 * panel.quads;
    const bool is_full = window > kWordWindow;
    if (is_full) window = 4 * panel.quads;
    for (int v = 0; v < kVectors; ++v) {
      const __m512i low_of_panel = _mm512_loadu_si512(panel.low_correction + column + 16 * v);
      const __m512i high_of_panel = _mm512_loadu_si512(panel.high_correction + column + 16 * v);
      for (int r = 0; r < kRows; ++r) {
        if (is_full) high[r][v] = renewed(low[r][v], high[r][v]);
        low[r][v] = _mm512_add_epi32(low[r][v], low_of_panel);
        high[r][v] = _mm512_add_epi32(high[r][v], high_of_panel);
      }
    }
    const int16_t* pairs = panel.pairs + 2 * static_cast<size_t>(column);
    const int8_t* highs = panel.highs + 4 * static_cast<size_t>(column);
    for (uint32_t quad = 0; quad < panel.quads;
         ++quad, a += 4, a_high += 4, pairs += 2 * step, highs += 2 * step) {
      __m512i b[kVectors];
      for (int v = 0; v < kVectors; ++v) b[v] = _mm512_loadu_si512(pairs + 32 * v);
      for (int r = 0; r < kRows; ++r) {
        const __m512i operand = _mm512_set1_epi32(read_four_bytes(a + static_cast<size_t>(r) * p.a_pitch));
        for (int v = 0; v < kVectors; ++v) low[r][v] = _mm512_dpwssd_epi32(low[r][v], operand, b[v]);
      }
      for (int v = 0; v < kVectors; ++v) b[v] = _mm512_loadu_si512(highs + 64 * v);
      for (int r = 0; r < kRows; ++r) {
        const __m512i operand =
            _mm512_set1_epi32(read_four_bytes(a_high + static_cast<size_t>(r) * p.a_pitch));
        for (int v = 0; v < kVectors; ++v) high[r][v] = _mm512_dpbusd_epi32(high[r][v], operand, b[v]);
      }
      for (int v = 0; v < kVectors; ++v) b[v] = _mm512_loadu_si512(pairs + step + 32 * v);
      for (int r = 0; r < kRows; ++r) {
        const __m512i operand =
            _mm512_set1_epi32(read_four_bytes(a + 2 + static_cast<size_t>(r) * p.a_pitch));
        for (int v = 0; v < kVectors; ++v) low[r][v] = _mm512_dpwssd_epi32(low[r][v], operand, b[v]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) write_sums(low[r][v], high[r][v], c[r] + column + 16 * v);
}

template <int kVectors, int kRows>
MMASIM_VNNI void block(const WordProduct& p, uint32_t row, uint32_t column) {
  p.start == SumsStart::from_zero ? block_from<true, kVectors, kRows>(p, row, column)
                                  : block_from<false, kVectors, kRows>(p, row, column);
}

template <int kVectors, int kRows>
MMASIM_VNNI void block_of(uint32_t rows, const WordProduct& p, uint32_t row, uint32_t column) {
  if (rows == kRows) return block<kVectors, kRows>(p, row, column);
  if constexpr (kRows > 1) block_of<kVectors, kRows - 1>(rows, p, row, column);
}

template <int kVectors, int kMost>
MMASIM_VNNI void all_rows(const WordProduct& p, uint32_t column) {
  uint32_t blocks = (p.rows + kMost - 1) / kMost;
  for (uint32_t row = 0; blocks > 0; --blocks) {
    const uint32_t rows = (p.rows - row + blocks - 1) / blocks;
    block_of<kVectors, kMost>(rows, p, row, column);
    row += rows;
  }
}

// Columns 0..15 and 16..31 of two rows of words, each column's two side by side.
MMASIM_VNNI_INLINE void interleave(__m512i even, __m512i odd, __m512i* both) {
  const __m512i low = _mm512_unpacklo_epi16(even, odd), high = _mm512_unpackhi_epi16(even, odd);
  both[0] = _mm512_permutex2var_epi64(low, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high);
  both[1] = _mm512_permutex2var_epi64(low, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), high);
}

// Four rows of 32 columns: stored, and added to what the corrections need.
MMASIM_VNNI_INLINE void pack_four_rows(const __m512i (&r)[4], uint32_t columns, uint32_t vectors,
                                       int16_t* pairs, int8_t* highs, __m512i (&word_sums)[2],
                                       __m512i (&high_sums)[2]) {
  const __m512i high_byte = _mm512_set1_epi16(static_cast<short>(0xff00));
  __m512i first[2], second[2], high[2];
  interleave(r[0], r[1], first);
  interleave(r[2], r[3], second);
  interleave(_mm512_or_si512(_mm512_srli_epi16(r[0], 8), _mm512_and_si512(r[1], high_byte)),
             _mm512_or_si512(_mm512_srli_epi16(r[2], 8), _mm512_and_si512(r[3], high_byte)), high);
  for (uint32_t v = 0; v < vectors; ++v) {
    _mm512_storeu_si512(pairs + 32 * v, first[v]);
    _mm512_storeu_si512(pairs + 2 * columns + 32 * v, second[v]);
    _mm512_storeu_si512(highs + 64 * v, high[v]);
    const __m512i ones = _mm512_set1_epi16(1);
    word_sums[v] = _mm512_dpwssd_epi32(_mm512_dpwssd_epi32(word_sums[v], first[v], ones), second[v], ones);
    high_sums[v] = _mm512_dpbusd_epi32(high_sums[v], _mm512_set1_epi8(1), high[v]);
  }
}

// The high bytes of signed words, plus 128.
MMASIM_VNNI_INLINE __m256i high_bytes(__m512i words) {
  return _mm256_xor_si256(_mm512_cvtepi16_epi8(_mm512_srli_epi16(words, 8)),
                          _mm256_set1_epi8(static_cast<char>(0x80)));
}

MMASIM_VNNI_INLINE void store_words(__m512i words, __mmask32 mask, int16_t* a, uint8_t* a_high) {
  _mm512_mask_storeu_epi16(a, mask, words);
  _mm256_mask_storeu_epi8(a_high, mask, high_bytes(words));
}

}  // namespace

MMASIM_VNNI void multiply_words(const WordProduct& p) {
  uint32_t column = 0;
  for (; column + 32 <= p.columns; column += 32) all_rows<2, 6>(p, column);
  if (column < p.columns) all_rows<1, 8>(p, column);
}

// A's high bytes come plus 128 (minus 128 times the sum of B's), and an unsigned A less 2^15 (plus 2^15 times
// the sum of B, half that in units of 2^16).
MMASIM_VNNI uint32_t pack_words(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns,
                                bool a_is_signed, int16_t* pairs, int8_t* highs, int32_t* low_correction,
                                int32_t* high_correction) {
  uint32_t used = 0;
  for (uint32_t column = 0; column < columns; column += 32) {
    const size_t present = row_bytes / 2;
    const __mmask32 mask = first_words(column < present ? present - column : 0);
    const uint32_t vectors = std::min<uint32_t>(2, (columns - column) / 16);
    __m512i any = _mm512_setzero_si512(), word_sums[2] = {}, high_sums[2] = {};
    for (uint32_t row = 0; row < rows; row += 4) {
      __m512i r[4];
      for (uint32_t i = 0; i < 4; ++i) {
        r[i] =
            _mm512_maskz_loadu_epi16(row + i < rows ? mask : 0, panel + (row + i) * row_bytes + 2 * column);
        any = _mm512_or_si512(any, r[i]);
      }
      const size_t at = static_cast<size_t>(row) * columns;
      pack_four_rows(r, columns, vectors, pairs + at + 2 * column, highs + at + 4 * column, word_sums,
                     high_sums);
    }
    for (uint32_t v = 0; v < vectors; ++v) {
      const __m512i flipped = _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_slli_epi32(high_sums[v], 7));
      const __m512i low = a_is_signed ? _mm512_setzero_si512() : _mm512_slli_epi32(word_sums[v], 15);
      const __m512i half = a_is_signed ? _mm512_setzero_si512() : _mm512_srai_epi32(word_sums[v], 1);
      _mm512_storeu_si512(low_correction + column + 16 * v, low);
      _mm512_storeu_si512(high_correction + column + 16 * v, _mm512_add_epi32(flipped, half));
    }
    const uint32_t nonzero = _mm512_test_epi16_mask(any, any);
    if (nonzero != 0) used = column + 32 - static_cast<uint32_t>(__builtin_clz(nonzero));
  }
  return used;
}

MMASIM_VNNI void gather_words(const Gather& from, bool is_signed, int16_t* a, uint8_t* a_high) {
  const __m512i to_signed = _mm512_set1_epi16(is_signed ? 0 : static_cast<short>(0x8000));
  for (uint32_t row = 0; row < from.rows; ++row, a += from.pitch, a_high += from.pitch) {
    if (from.depth < from.pitch)  // what no run covers are zeros
      for (size_t at = 0; at < from.pitch; at += 32)
        store_words(to_signed, first_words(from.pitch - at), a + at, a_high + at);
    for (size_t i = 0; i < from.run_count; ++i) {
      const DepthRun& run = from.runs[i];
      const uint8_t* src = from.row_starts[row] + run.offset_bytes;
      int16_t* words = a + run.start;
      uint8_t* highs = a_high + run.start;
      uint32_t left = run.count;
      for (; left >= 32; left -= 32, src += 64, words += 32, highs += 32) {
        const __m512i values = _mm512_xor_si512(_mm512_loadu_si512(src), to_signed);
        _mm512_storeu_si512(words, values);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(highs), high_bytes(values));
      }
      if (left == 0) continue;
      const __mmask32 mask = first_words(left);
      store_words(_mm512_xor_si512(_mm512_maskz_loadu_epi16(mask, src), to_signed), mask, words, highs);
    }
  }
}

}  // namespace mmasim::isa::vnni
#endif
