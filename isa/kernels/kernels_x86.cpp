// mma.stream in AVX2 and AVX-512 VNNI. A block of rows x columns of C stays in registers over the whole
// depth: a broadcast A operand against B vectors. 8-bit operands are pairs of int16 (pmaddwd, vpdpwssd): two
// products and their sum in 32 bits at once, exact for every sign. Wider operands are 64-bit lanes (pmuldq).
// Functions are compiled for their level by attribute, never by compiler flags, so nothing else changes.
#include "isa/kernels/kernels_x86.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include <cstring>

#include "isa/kernels/avx2_level.h"
#include "isa/kernels/kernel_loops.h"
#include "isa/kernels/kernels_avx2.h"
#include "isa/kernels/kernels_vnni.h"

#define MMASIM_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define MMASIM_AVX512_INLINE \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"), always_inline)) inline

namespace mmasim::isa {
namespace {

int32_t read_pair(const int16_t* at) {
  int32_t pair;
  std::memcpy(&pair, at, sizeof pair);
  return pair;
}

// ---------------------------------------------------------------- AVX2

template <int kRows>
MMASIM_AVX2_INLINE void pairs_block_avx2(const PairProduct& p, const int16_t* a, const int16_t* b,
                                         int32_t* c) {
  __m256i sums[kRows][2];
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < 2; ++v)
      sums[r][v] = p.start == SumsStart::from_zero
                       ? _mm256_setzero_si256()
                       : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(c + r * p.columns + 8 * v));
  for (uint32_t pair = 0; pair < p.depth_pairs; ++pair, a += 2, b += 2 * p.columns) {
    const __m256i b0 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b));
    const __m256i b1 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b + 16));
    for (int r = 0; r < kRows; ++r) {
      const __m256i operand = _mm256_set1_epi32(read_pair(a + r * p.a_pitch));
      sums[r][0] = _mm256_add_epi32(sums[r][0], _mm256_madd_epi16(operand, b0));
      sums[r][1] = _mm256_add_epi32(sums[r][1], _mm256_madd_epi16(operand, b1));
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < 2; ++v)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(c + r * p.columns + 8 * v), sums[r][v]);
}

MMASIM_AVX2 void multiply_pairs_avx2(const PairProduct& p) {
  for (uint32_t column = 0; column < p.columns; column += 16) {
    const int16_t* b = p.b + 2 * column;
    uint32_t row = 0;
    for (; row + 4 <= p.rows; row += 4)
      pairs_block_avx2<4>(p, p.a + row * p.a_pitch, b, p.c + row * p.columns + column);
    for (; row < p.rows; ++row)
      pairs_block_avx2<1>(p, p.a + row * p.a_pitch, b, p.c + row * p.columns + column);
  }
}

template <int kRows>
MMASIM_AVX2_INLINE void lanes_block_avx2(const LaneProduct& p, const int64_t* a, const int64_t* b,
                                         int64_t* c) {
  __m256i sums[kRows][2];
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < 2; ++v)
      sums[r][v] = p.start == SumsStart::from_zero
                       ? _mm256_setzero_si256()
                       : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(c + r * p.columns + 4 * v));
  for (uint32_t k = 0; k < p.depth; ++k, ++a, b += p.columns) {
    const __m256i b0 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b));
    const __m256i b1 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b + 4));
    for (int r = 0; r < kRows; ++r) {
      const __m256i operand = _mm256_set1_epi64x(a[r * p.a_pitch]);
      sums[r][0] = _mm256_add_epi64(sums[r][0], _mm256_mul_epi32(operand, b0));
      sums[r][1] = _mm256_add_epi64(sums[r][1], _mm256_mul_epi32(operand, b1));
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < 2; ++v)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(c + r * p.columns + 4 * v), sums[r][v]);
}

MMASIM_AVX2 void multiply_lanes_avx2(const LaneProduct& p) {
  for (uint32_t column = 0; column < p.columns; column += 8) {
    uint32_t row = 0;
    for (; row + 4 <= p.rows; row += 4)
      lanes_block_avx2<4>(p, p.a + row * p.a_pitch, p.b + column, p.c + row * p.columns + column);
    for (; row < p.rows; ++row)
      lanes_block_avx2<1>(p, p.a + row * p.a_pitch, p.b + column, p.c + row * p.columns + column);
  }
}

MMASIM_AVX2 void gather_pairs_avx2(const Gather& from, bool is_signed, int16_t* a) {
  kernel_loops::gather_pairs(from, is_signed, a);
}

MMASIM_AVX2 void widen_pairs_avx2(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns,
                                  bool is_signed, int16_t* b) {
  kernel_loops::widen_pairs(panel, row_bytes, rows, columns, is_signed, b);
}

// ---------------------------------------------------------------- AVX-512

template <int kRows, int kVectors>
MMASIM_AVX512_INLINE void pairs_block_avx512(const PairProduct& p, const int16_t* a, const int16_t* b,
                                             int32_t* c) {
  __m512i sums[kRows][kVectors];
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v)
      sums[r][v] = p.start == SumsStart::from_zero ? _mm512_setzero_si512()
                                                   : _mm512_loadu_si512(c + r * p.columns + 16 * v);
  for (uint32_t pair = 0; pair < p.depth_pairs; ++pair, a += 2, b += 2 * p.columns) {
    __m512i panel[kVectors];
    for (int v = 0; v < kVectors; ++v) panel[v] = _mm512_loadu_si512(b + 32 * v);
    for (int r = 0; r < kRows; ++r) {
      const __m512i operand = _mm512_set1_epi32(read_pair(a + r * p.a_pitch));
      for (int v = 0; v < kVectors; ++v) sums[r][v] = _mm512_dpwssd_epi32(sums[r][v], operand, panel[v]);
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) _mm512_storeu_si512(c + r * p.columns + 16 * v, sums[r][v]);
}

template <int kVectors>
MMASIM_AVX512_INLINE void pairs_columns_avx512(const PairProduct& p, uint32_t column) {
  const int16_t* b = p.b + 2 * column;
  uint32_t row = 0;
  for (; row + 4 <= p.rows; row += 4)
    pairs_block_avx512<4, kVectors>(p, p.a + row * p.a_pitch, b, p.c + row * p.columns + column);
  for (; row < p.rows; ++row)
    pairs_block_avx512<1, kVectors>(p, p.a + row * p.a_pitch, b, p.c + row * p.columns + column);
}

MMASIM_AVX512 void multiply_pairs_avx512(const PairProduct& p) {
  uint32_t column = 0;
  for (; column + 64 <= p.columns; column += 64) pairs_columns_avx512<4>(p, column);
  for (; column < p.columns; column += 16) pairs_columns_avx512<1>(p, column);
}

template <int kRows, int kVectors>
MMASIM_AVX512_INLINE void lanes_block_avx512(const LaneProduct& p, const int64_t* a, const int64_t* b,
                                             int64_t* c) {
  __m512i sums[kRows][kVectors];
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v)
      sums[r][v] = p.start == SumsStart::from_zero ? _mm512_setzero_si512()
                                                   : _mm512_loadu_si512(c + r * p.columns + 8 * v);
  for (uint32_t k = 0; k < p.depth; ++k, ++a, b += p.columns) {
    __m512i panel[kVectors];
    for (int v = 0; v < kVectors; ++v) panel[v] = _mm512_loadu_si512(b + 8 * v);
    for (int r = 0; r < kRows; ++r) {  // maskz: GCC 12 warns of the plain form's own undefined source
      const __m512i operand = _mm512_set1_epi64(a[r * p.a_pitch]);
      for (int v = 0; v < kVectors; ++v)
        sums[r][v] = _mm512_add_epi64(sums[r][v], _mm512_maskz_mul_epi32(0xff, operand, panel[v]));
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) _mm512_storeu_si512(c + r * p.columns + 8 * v, sums[r][v]);
}

template <int kVectors>
MMASIM_AVX512_INLINE void lanes_columns_avx512(const LaneProduct& p, uint32_t column) {
  uint32_t row = 0;
  for (; row + 4 <= p.rows; row += 4)
    lanes_block_avx512<4, kVectors>(p, p.a + row * p.a_pitch, p.b + column, p.c + row * p.columns + column);
  for (; row < p.rows; ++row)
    lanes_block_avx512<1, kVectors>(p, p.a + row * p.a_pitch, p.b + column, p.c + row * p.columns + column);
}

MMASIM_AVX512 void multiply_lanes_avx512(const LaneProduct& p) {
  uint32_t column = 0;
  for (; column + 32 <= p.columns; column += 32) lanes_columns_avx512<4>(p, column);
  for (; column < p.columns; column += 16) lanes_columns_avx512<2>(p, column);
}

MMASIM_AVX512 void gather_pairs_avx512(const Gather& from, bool is_signed, int16_t* a) {
  kernel_loops::gather_pairs(from, is_signed, a);
}

MMASIM_AVX512 void widen_pairs_avx512(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns,
                                      bool is_signed, int16_t* b) {
  kernel_loops::widen_pairs(panel, row_bytes, rows, columns, is_signed, b);
}

constexpr StreamKernels kAvx2 = {
    SimdLevel::avx2,  gather_pairs_avx2,    widen_pairs_avx2, multiply_pairs_avx2, multiply_lanes_avx2, 2, 2,
    avx2::pack_bytes, avx2::multiply_bytes, avx2::pack_words, avx2::gather_words,  avx2::multiply_words};
constexpr StreamKernels kAvx512 = {SimdLevel::avx512,
                                   gather_pairs_avx512,
                                   widen_pairs_avx512,
                                   multiply_pairs_avx512,
                                   multiply_lanes_avx512,
                                   1,
                                   1,
                                   vnni::pack_bytes,
                                   vnni::multiply_bytes,
                                   vnni::pack_words,
                                   vnni::gather_words,
                                   vnni::multiply_words};

}  // namespace

const StreamKernels* x86_stream_kernels(SimdLevel level) {
  return level == SimdLevel::avx512 ? &kAvx512 : level == SimdLevel::avx2 ? &kAvx2 : nullptr;
}

}  // namespace mmasim::isa

#else

namespace mmasim::isa {
const StreamKernels* x86_stream_kernels(SimdLevel) { return nullptr; }
}  // namespace mmasim::isa

#endif
