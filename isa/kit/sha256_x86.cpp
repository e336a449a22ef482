// SHA-256 by the SHA extensions of x86: two rounds an instruction. The state lives in two registers, as the
// instructions want it: {A, B, E, F} and {C, D, G, H}, highest lane first.
#include "isa/kit/sha256_blocks.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <immintrin.h>

namespace mmasim {
namespace {

#define MMASIM_SHA __attribute__((target("sha,sse4.1")))

constexpr int kBlockBytes = 64;

bool host_has_sha() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSE4_1) == 0) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

struct Halves {
  __m128i abef, cdgh;
};

MMASIM_SHA inline Halves load_state(const Sha256State& state) {
  const __m128i dcba = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data()));
  const __m128i hgfe = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data() + 4));
  const __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
  return {_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
}

MMASIM_SHA inline void store_state(const Halves& halves, Sha256State& state) {
  const __m128i feba = _mm_shuffle_epi32(halves.abef, 0x1b), dchg = _mm_shuffle_epi32(halves.cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data()), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data() + 4), _mm_alignr_epi8(dchg, feba, 8));
}

// Rounds 4 * step to 4 * step + 3 with their four message words.
MMASIM_SHA inline void four_rounds(Halves& halves, __m128i words, int step) {
  const __m128i round = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kSha256Round.data() + 4 * step));
  const __m128i sums = _mm_add_epi32(words, round);
  halves.cdgh = _mm_sha256rnds2_epu32(halves.cdgh, halves.abef, sums);
  halves.abef = _mm_sha256rnds2_epu32(halves.abef, halves.cdgh, _mm_shuffle_epi32(sums, 0x0e));
}

// The next four message words of the sixteen before: w[0] holds the oldest.
MMASIM_SHA inline __m128i next_words(const __m128i* w) {
  const __m128i partial = _mm_add_epi32(_mm_sha256msg1_epu32(w[0], w[1]), _mm_alignr_epi8(w[3], w[2], 4));
  return _mm_sha256msg2_epu32(partial, w[3]);
}

MMASIM_SHA void sha256_blocks_by_sha(Sha256State& state, const uint8_t* blocks, size_t count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  Halves halves = load_state(state);
  for (; count > 0; --count, blocks += kBlockBytes) {
    const Halves before = halves;
    __m128i w[16];
    for (int i = 0; i < 4; ++i) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks) + i);
      w[i] = _mm_shuffle_epi8(bytes, big_endian);
    }
    for (int i = 4; i < 16; ++i) w[i] = next_words(w + i - 4);
    for (int i = 0; i < 16; ++i) four_rounds(halves, w[i], i);
    halves.abef = _mm_add_epi32(halves.abef, before.abef);
    halves.cdgh = _mm_add_epi32(halves.cdgh, before.cdgh);
  }
  store_state(halves, state);
}

}  // namespace

Sha256Blocks x86_sha256_blocks() { return host_has_sha() ? &sha256_blocks_by_sha : nullptr; }

}  // namespace mmasim

#else

namespace mmasim {

Sha256Blocks x86_sha256_blocks() { return nullptr; }

}  // namespace mmasim

#endif
