// mma.stream in AVX2 for signed 16-bit B. pmaddwd sums whole products modulo 2^32, and the products of the
// high bytes, which tell each sum to within 2^31 (kernels.h): signed as they are, words again. Functions are
// compiled for their level by attribute.
#include "isa/kernels/kernels_avx2.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <algorithm>

#include "isa/kernels/avx2_level.h"

namespace mmasim::isa::avx2 {
namespace {

constexpr uint32_t kColumns = 8;

// A sum is the number that is `low` modulo 2^32 and less than 2^31 from 2^16 * high. What `low` then has over
// 2^16 * high, exactly:
MMASIM_AVX2_INLINE __m256i rest(__m256i low, __m256i high) {
  return _mm256_sub_epi32(low, _mm256_slli_epi32(high, 16));
}

// `high` brought to within 1.
MMASIM_AVX2_INLINE __m256i renewed(__m256i low, __m256i high) {
  return _mm256_add_epi32(high, _mm256_srai_epi32(rest(low, high), 16));
}

MMASIM_AVX2_INLINE void read_sums(const int64_t* c, __m256i& low, __m256i& high) {
  alignas(32) int32_t lows[kColumns], highs[kColumns];
  for (uint32_t i = 0; i < kColumns; ++i) {
    lows[i] = static_cast<int32_t>(c[i]);
    highs[i] = static_cast<int32_t>(c[i] >> 16);
  }
  low = load(lows);
  high = load(highs);
}

MMASIM_AVX2_INLINE __m256i sums_of(__m128i rest, __m128i high) {
  return _mm256_add_epi64(_mm256_slli_epi64(_mm256_cvtepi32_epi64(high), 16), _mm256_cvtepi32_epi64(rest));
}
MMASIM_AVX2_INLINE void write_sums(__m256i low, __m256i high, int64_t* c) {
  low = rest(low, high);
  store(c, sums_of(_mm256_castsi256_si128(low), _mm256_castsi256_si128(high)));
  store(c + 4, sums_of(_mm256_extracti128_si256(low, 1), _mm256_extracti128_si256(high, 1)));
}

// Sums of kCount rows x 8 columns, one inside the other: GCC keeps members in registers, and arrays not.
template <int kCount>
struct RowSums {
  RowSums<kCount - 1> others;
  __m256i low, high;

  MMASIM_AVX2_INLINE void clear() {
    others.clear();
    low = high = _mm256_setzero_si256();
  }
  MMASIM_AVX2_INLINE void read(int64_t* const* c, uint32_t column) {
    others.read(c, column);
    read_sums(c[kCount - 1] + column, low, high);
  }
  MMASIM_AVX2_INLINE void renew() {
    others.renew();
    high = renewed(low, high);
  }
  MMASIM_AVX2_INLINE void correct(__m256i low_of_panel, __m256i high_of_panel) {
    others.correct(low_of_panel, high_of_panel);
    low = _mm256_add_epi32(low, low_of_panel);
    high = _mm256_add_epi32(high, high_of_panel);
  }
  MMASIM_AVX2_INLINE void add(const int16_t* a, const int16_t* a_high, size_t pitch, __m256i b,
                              __m256i b_high) {
    others.add(a, a_high, pitch, b, b_high);
    const size_t at = (kCount - 1) * pitch;
    low = _mm256_add_epi32(low, _mm256_madd_epi16(broadcast_four_bytes(a + at), b));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(broadcast_four_bytes(a_high + at), b_high));
  }
  MMASIM_AVX2_INLINE void write(int64_t* const* c, uint32_t column) const {
    others.write(c, column);
    write_sums(low, high, c[kCount - 1] + column);
  }
};
template <>
struct RowSums<0> {
  void clear() {}
  void read(int64_t* const*, uint32_t) {}
  void renew() {}
  MMASIM_AVX2_INLINE void correct(__m256i, __m256i) {}
  MMASIM_AVX2_INLINE void add(const int16_t*, const int16_t*, size_t, __m256i, __m256i) {}
  void write(int64_t* const*, uint32_t) const {}
};

// kCount x 8 of C stay in registers over the whole depth.
template <int kCount>
MMASIM_AVX2 void multiply_rows(uint32_t rows, const WordProduct& p, uint32_t row, uint32_t column) {
  if constexpr (kCount > 1)
    if (rows != kCount) return multiply_rows<kCount - 1>(rows, p, row, column);
  RowSums<kCount> sums;
  p.start == SumsStart::from_zero ? sums.clear() : sums.read(p.c + row, column);
  const int16_t* a = p.a + row * p.a_pitch;
  const int16_t* a_high = reinterpret_cast<const int16_t*>(p.a_high) + row * p.a_pitch;
  uint32_t window = 0;
  for (size_t i = 0; i < p.panel_count; ++i) {
    const WordPanel& panel = p.panels[i];
    window += 4 * panel.quads;
    if (window > kWordWindow) sums.renew(), window = 4 * panel.quads;
    sums.correct(load(panel.low_correction + column), load(panel.high_correction + column));
    const int16_t* pairs = panel.pairs + 2 * size_t{column};
    for (uint32_t pair = 0; pair < 2 * panel.quads; ++pair) {
      const __m256i b = load(pairs);
      sums.add(a, a_high, p.a_pitch, b, _mm256_srai_epi16(b, 8));
      a += 2, a_high += 2, pairs += 2 * size_t{p.b_columns};
    }
  }
  sums.write(p.c + row, column);
}

}  // namespace

MMASIM_AVX2 void multiply_words(const WordProduct& p) {
  constexpr uint32_t kMost = 4;
  for (uint32_t column = 0; column < p.columns; column += kColumns)
    for_blocks_of_rows<kMost>(
        p.rows, [&](uint32_t row, uint32_t count) { multiply_rows<kMost>(count, p, row, column); });
}

// An unsigned A comes less 2^15, which takes 2^15 times the sum of B from the sum: half that in units of
// 2^16.
MMASIM_AVX2 uint32_t pack_words(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns,
                                bool a_is_signed, int16_t* pairs, int8_t*, int32_t* low_correction,
                                int32_t* high_correction) {
  uint32_t used = 0;
  for (uint32_t column = 0; column < columns; column += kColumns) {
    const size_t begin = 2 * size_t{column};
    const size_t present = begin < row_bytes ? row_bytes - begin : 0;
    const auto row_at = [&](uint32_t row) MMASIM_AVX2 {
      return row < rows ? load_bytes(panel + row * row_bytes + begin, present) : _mm_setzero_si128();
    };
    __m128i any = _mm_setzero_si128();
    __m256i word_sums = _mm256_setzero_si256();
    for (uint32_t row = 0; row < (rows + 3) / 4 * 4; row += 2) {
      const __m128i even = row_at(row), odd = row_at(row + 1);
      any = _mm_or_si128(any, _mm_or_si128(even, odd));
      int16_t* const to = pairs + size_t{row} * columns + begin;
      store_halves(to, _mm_unpacklo_epi16(even, odd), _mm_unpackhi_epi16(even, odd));
      word_sums = _mm256_add_epi32(word_sums, _mm256_madd_epi16(load(to), _mm256_set1_epi16(1)));
    }
    store(low_correction + column, a_is_signed ? _mm256_setzero_si256() : _mm256_slli_epi32(word_sums, 15));
    store(high_correction + column, a_is_signed ? _mm256_setzero_si256() : _mm256_srai_epi32(word_sums, 1));
    if (const uint32_t bytes = used_bytes(any)) used = column + (bytes + 1) / 2;
  }
  return used;
}

MMASIM_AVX2 void gather_words(const Gather& from, bool is_signed, int16_t* a, uint8_t* a_high) {
  auto* highs = reinterpret_cast<int16_t*>(a_high);
  const auto flip = static_cast<int16_t>(is_signed ? 0 : INT16_MIN);
  const __m256i flips = _mm256_set1_epi16(flip);
  for (uint32_t row = 0; row < from.rows; ++row, a += from.pitch, highs += from.pitch) {
    if (from.depth < from.pitch) std::fill_n(a, from.pitch, flip);  // what no run covers are zeros
    for (size_t i = 0; i < from.run_count; ++i) {
      const DepthRun& run = from.runs[i];
      const uint8_t* src = from.row_starts[row] + run.offset_bytes;
      int16_t* words = a + run.start;
      uint32_t left = run.count;
      for (; left >= 16; left -= 16, src += 32, words += 16) store(words, _mm256_xor_si256(load(src), flips));
      for (; left > 0; --left, src += 2, ++words) {
        std::memcpy(words, src, 2);
        *words = static_cast<int16_t>(*words ^ flip);
      }
    }
    for (size_t k = 0; k < from.pitch; ++k) highs[k] = static_cast<int16_t>(a[k] >> 8);
  }
}

}  // namespace mmasim::isa::avx2
#endif
