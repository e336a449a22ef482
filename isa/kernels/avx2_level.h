// What the AVX2 kernels begin with: their level, and the operands that they broadcast and interleave. Include
// inside the guard for x86-64 and GNU compilers.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#define MMASIM_AVX2 __attribute__((target("avx2")))
#define MMASIM_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline

namespace mmasim::isa::avx2 {

// Calls take(row, count) for all rows in blocks of kMost at most, as even as they go.
template <uint32_t kMost, class Take>
MMASIM_AVX2_INLINE void for_blocks_of_rows(uint32_t rows, const Take& take) {
  uint32_t blocks = (rows + kMost - 1) / kMost;
  for (uint32_t row = 0; blocks > 0; --blocks) {
    const uint32_t count = (rows - row + blocks - 1) / blocks;
    take(row, count);
    row += count;
  }
}

// In every lane of 32 bits.
MMASIM_AVX2_INLINE __m256i broadcast_four_bytes(const void* at) {
  int32_t four;
  std::memcpy(&four, at, sizeof four);
  return _mm256_set1_epi32(four);
}

MMASIM_AVX2_INLINE __m256i load(const void* at) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(at));
}
MMASIM_AVX2_INLINE void store(void* at, __m256i v) { _mm256_storeu_si256(static_cast<__m256i*>(at), v); }

// Two halves, one behind the other.
MMASIM_AVX2_INLINE void store_halves(void* at, __m128i first, __m128i second) {
  _mm_storeu_si128(static_cast<__m128i*>(at), first);
  _mm_storeu_si128(static_cast<__m128i*>(at) + 1, second);
}

// The first `count` bytes, at most 16, and zeros.
MMASIM_AVX2_INLINE __m128i load_bytes(const uint8_t* at, size_t count) {
  if (count >= 16) return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  alignas(16) uint8_t bytes[16] = {};
  std::memcpy(bytes, at, count);
  return _mm_load_si128(reinterpret_cast<const __m128i*>(bytes));
}

// One behind the last byte that is not zero.
MMASIM_AVX2_INLINE uint32_t used_bytes(__m128i bytes) {
  const auto zeros = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128())));
  const uint32_t used = ~zeros & 0xffff;
  return used == 0 ? 0 : 32 - static_cast<uint32_t>(__builtin_clz(used));
}

}  // namespace mmasim::isa::avx2
