#include "isa/kernels/output_rows_x86.h"

#if defined(__x86_64__) && defined(__GNUC__)
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC 12 warns of undefined sources in its own header
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "isa/kernels/avx2_level.h"

#define MMASIM_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

namespace mmasim::isa {
namespace {

// What some lanes of all rows pass through. Their first lane, and how many of its width are present.
using StageSome = void (*)(const int32_t* const* rows, uint8_t* const* dst, size_t row_count, size_t lane,
                           size_t present, const StageLanes<int32_t>& lanes);

// ---------------------------------------------------------------- AVX2

// 8 lanes of all rows, whose tables stay in registers. The arithmetic is that of row_loops.h.
template <bool kHalfUp, bool kScales>
MMASIM_AVX2 void stage_eight(const int32_t* const* rows, uint8_t* const* dst, size_t row_count, size_t lane,
                             size_t present, const StageLanes<int32_t>& s) {
  const __m256i is_present = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(present)),
                                                _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  const __m256i bias = _mm256_maskload_epi32(s.bias + lane, is_present);
  const __m256i multiplier = _mm256_maskload_epi32(s.multiplier + lane, is_present);
  const __m256i shift = _mm256_maskload_epi32(s.shift + lane, is_present);
  const __m256i half = _mm256_maskload_epi32(s.half + lane, is_present);
  const __m256i mask = _mm256_maskload_epi32(s.mask + lane, is_present);
  const __m256i away = _mm256_set1_epi32(s.away), even = _mm256_set1_epi32(s.even);
  const __m256i zero_and_one = _mm256_set1_epi32(s.zero + 1);
  const __m256i lowest = _mm256_set1_epi32(s.lowest), highest = _mm256_set1_epi32(s.highest);
  const __m256i low_bytes = _mm256_setr_epi64x(0x0c080400, 0, 0x0c080400, 0);
  for (size_t i = 0; i < row_count; ++i) {
    __m256i v = _mm256_add_epi32(_mm256_maskload_epi32(rows[i] + lane, is_present), bias);
    if constexpr (kScales) v = _mm256_mullo_epi32(v, multiplier);
    const __m256i floor = _mm256_srav_epi32(v, shift);
    __m256i threshold = half;
    if constexpr (!kHalfUp)
      threshold = _mm256_add_epi32(_mm256_add_epi32(half, _mm256_and_si256(_mm256_srli_epi32(v, 31), away)),
                                   _mm256_andnot_si256(floor, even));
    const __m256i is_down = _mm256_cmpgt_epi32(threshold, _mm256_and_si256(v, mask));  // -1
    v = _mm256_add_epi32(_mm256_add_epi32(floor, is_down), zero_and_one);
    v = _mm256_shuffle_epi8(_mm256_min_epi32(_mm256_max_epi32(v, lowest), highest), low_bytes);
    const int32_t bytes[] = {_mm256_cvtsi256_si32(v), _mm256_extract_epi32(v, 4)};
    std::memcpy(dst[i] + lane, bytes, present == 8 ? 8 : present);
  }
}

// ---------------------------------------------------------------- AVX-512

// 16 lanes of all rows, whose tables stay in registers. The arithmetic is that of row_loops.h.
template <bool kHalfUp, bool kScales>
MMASIM_AVX512 void stage_sixteen(const int32_t* const* rows, uint8_t* const* dst, size_t row_count,
                                 size_t lane, size_t lanes_present, const StageLanes<int32_t>& s) {
  const auto present = static_cast<__mmask16>((1u << lanes_present) - 1);
  const __m512i bias = _mm512_maskz_loadu_epi32(present, s.bias + lane);
  const __m512i multiplier = _mm512_maskz_loadu_epi32(present, s.multiplier + lane);
  const __m512i shift = _mm512_maskz_loadu_epi32(present, s.shift + lane);
  const __m512i half = _mm512_maskz_loadu_epi32(present, s.half + lane);
  const __m512i mask = _mm512_maskz_loadu_epi32(present, s.mask + lane);
  const __m512i away = _mm512_set1_epi32(s.away), even = _mm512_set1_epi32(s.even);
  const __m512i zero = _mm512_set1_epi32(s.zero);
  const __m512i lowest = _mm512_set1_epi32(s.lowest), highest = _mm512_set1_epi32(s.highest);
  for (size_t i = 0; i < row_count; ++i) {
    __m512i v = _mm512_add_epi32(_mm512_maskz_loadu_epi32(present, rows[i] + lane), bias);
    if constexpr (kScales) v = _mm512_mullo_epi32(v, multiplier);
    const __m512i floor = _mm512_srav_epi32(v, shift);
    __m512i threshold = half;
    if constexpr (!kHalfUp)
      threshold = _mm512_add_epi32(_mm512_add_epi32(half, _mm512_and_si512(_mm512_srli_epi32(v, 31), away)),
                                   _mm512_andnot_si512(floor, even));
    const __mmask16 is_up = _mm512_cmpge_epi32_mask(_mm512_and_si512(v, mask), threshold);
    v = _mm512_add_epi32(_mm512_mask_add_epi32(floor, is_up, floor, _mm512_set1_epi32(1)), zero);
    v = _mm512_min_epi32(_mm512_max_epi32(v, lowest), highest);
    const __m128i bytes = _mm512_cvtepi32_epi8(v);
    if (present == 0xffff)
      _mm_storeu_si128(reinterpret_cast<__m128i*>(dst[i] + lane), bytes);
    else
      _mm_mask_storeu_epi8(dst[i] + lane, present, bytes);
  }
}

// ----------------------------------------------------------------

// `stages`: for half up or not, that multiply or not.
template <size_t kLanes>
void stage_rows(const int32_t* const* rows, uint8_t* const* dst, size_t row_count, size_t lane_count,
                const StageLanes<int32_t>& s, const StageSome (&stages)[2][2]) {
  const bool is_half_up = s.away == 0 && s.even == 0;
  bool scales = false;
  for (size_t lane = 0; lane < lane_count; ++lane) scales |= s.multiplier[lane] != 1;
  for (size_t lane = 0; lane < lane_count; lane += kLanes)
    stages[is_half_up][scales](rows, dst, row_count, lane, std::min(lane_count - lane, kLanes), s);
}

void stage_rows_avx2(const int32_t* const* rows, uint8_t* const* dst, size_t row_count, size_t lane_count,
                     const StageLanes<int32_t>& lanes) {
  stage_rows<8>(rows, dst, row_count, lane_count, lanes,
                {{stage_eight<false, false>, stage_eight<false, true>},
                 {stage_eight<true, false>, stage_eight<true, true>}});
}
void stage_rows_avx512(const int32_t* const* rows, uint8_t* const* dst, size_t row_count, size_t lane_count,
                       const StageLanes<int32_t>& lanes) {
  stage_rows<16>(rows, dst, row_count, lane_count, lanes,
                 {{stage_sixteen<false, false>, stage_sixteen<false, true>},
                  {stage_sixteen<true, false>, stage_sixteen<true, true>}});
}

}  // namespace

StageRowsToBytes stage_rows_to_bytes(SimdLevel level) {
  return level == SimdLevel::avx512 ? stage_rows_avx512
         : level == SimdLevel::avx2 ? stage_rows_avx2
                                    : nullptr;
}

}  // namespace mmasim::isa

#else

namespace mmasim::isa {
StageRowsToBytes stage_rows_to_bytes(SimdLevel) { return nullptr; }
}  // namespace mmasim::isa

#endif
