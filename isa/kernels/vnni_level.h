// What the AVX-512 VNNI kernels begin with: their level, and the four bytes that its instructions broadcast.
// Include inside the guard for x86-64 and GNU compilers.
#pragma once

#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC 12 warns of undefined sources in its own header
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <cstdint>
#include <cstring>

#define MMASIM_VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define MMASIM_VNNI_INLINE \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"), always_inline)) inline

namespace mmasim::isa::vnni {

inline int32_t read_four_bytes(const void* at) {
  int32_t four;
  std::memcpy(&four, at, sizeof four);
  return four;
}

}  // namespace mmasim::isa::vnni
