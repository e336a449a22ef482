#include "isa/semantics/output_rows_x86.h"

#if defined(__x86_64__) && defined(__GNUC__)
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC 12 warns of undefined sources in its own header
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#define MMASIM_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

namespace mmasim::isa {
namespace {

// 16 lanes of all rows, whose tables stay in registers. The arithmetic is that of row_loops.h.
template <bool kHalfUp, bool kScales>
MMASIM_AVX512 void stage_lanes(const int32_t* const* rows, uint8_t* const* dst, size_t row_count, size_t lane,
                               __mmask16 present, const StageLanes<int32_t>& s) {
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

MMASIM_AVX512 void stage_rows(const int32_t* const* rows, uint8_t* const* dst, size_t row_count,
                              size_t lane_count, const StageLanes<int32_t>& s) {
  const bool is_half_up = s.away == 0 && s.even == 0;
  bool scales = false;
  for (size_t lane = 0; lane < lane_count; ++lane) scales |= s.multiplier[lane] != 1;
  const auto stage = is_half_up ? (scales ? stage_lanes<true, true> : stage_lanes<true, false>)
                                : (scales ? stage_lanes<false, true> : stage_lanes<false, false>);
  for (size_t lane = 0; lane < lane_count; lane += 16) {
    const size_t left = lane_count - lane;
    stage(rows, dst, row_count, lane, static_cast<__mmask16>(left >= 16 ? 0xffff : (1u << left) - 1), s);
  }
}

}  // namespace

StageRowsToBytes stage_rows_to_bytes(SimdLevel level) {
  return level == SimdLevel::avx512 ? stage_rows : nullptr;
}

}  // namespace mmasim::isa

#else

namespace mmasim::isa {
StageRowsToBytes stage_rows_to_bytes(SimdLevel) { return nullptr; }
}  // namespace mmasim::isa

#endif
