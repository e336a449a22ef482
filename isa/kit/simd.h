// Compiles a function once per SIMD level of x86 and picks at load time. Results never depend on the choice:
// the functions so marked are elementwise or keep one order of additions, and the build forbids fused
// multiply-add.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define MMASIM_SIMD_LEVELS 1
#define MMASIM_SIMD_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define MMASIM_SIMD_LEVELS 0
#define MMASIM_SIMD_CLONES
#endif
