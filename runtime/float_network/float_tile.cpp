// One body, compiled per SIMD level with the accumulators that fit its registers.
#include "runtime/float_network/float_tile.h"

#include "isa/kit/simd.h"

namespace mmasim::runtime::quantization {

namespace {

template <int Bytes>
struct VectorOf {
  typedef float Type __attribute__((vector_size(Bytes), aligned(4), may_alias));
};

// Rows x (Vectors * Bytes / 4) accumulators at (row, lane) of the tile.
template <int Bytes, int Rows, int Vectors>
inline __attribute__((always_inline)) void accumulate_block(const float* rows, const float* lanes,
                                                            int64_t depth, float* tile) {
  using Vector = typename VectorOf<Bytes>::Type;
  constexpr int kWidth = Bytes / 4;
  Vector sums[Rows][Vectors];
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      sums[r][v] = *reinterpret_cast<const Vector*>(tile + r * kTileLanes + v * kWidth);
    }
  }
  for (int64_t k = 0; k < depth; ++k) {
    Vector lane[Vectors];
    for (int v = 0; v < Vectors; ++v) lane[v] = *reinterpret_cast<const Vector*>(lanes + v * kWidth);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      for (int v = 0; v < Vectors; ++v) sums[r][v] += rows[r] * lane[v];
    }
    rows += kTileRows;
    lanes += kTileLanes;
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      *reinterpret_cast<Vector*>(tile + r * kTileLanes + v * kWidth) = sums[r][v];
    }
  }
}

template <int Bytes, int Rows, int Vectors>
inline __attribute__((always_inline)) void accumulate_blocks(const float* rows, const float* lanes,
                                                             int64_t depth, float* tile) {
  constexpr int kLanes = Vectors * Bytes / 4;
  for (int64_t row = 0; row < kTileRows; row += Rows) {
    for (int64_t lane = 0; lane < kTileLanes; lane += kLanes) {
      accumulate_block<Bytes, Rows, Vectors>(rows + row, lanes + lane, depth, tile + row * kTileLanes + lane);
    }
  }
}

void accumulate_narrow(const float* rows, const float* lanes, int64_t depth, float* tile) {
  accumulate_blocks<16, 4, 2>(rows, lanes, depth, tile);
}

#if MMASIM_SIMD_LEVELS
__attribute__((target("avx2"))) void accumulate_avx2(const float* rows, const float* lanes, int64_t depth,
                                                     float* tile) {
  accumulate_blocks<32, 4, 2>(rows, lanes, depth, tile);
}
__attribute__((target("avx512f"))) void accumulate_avx512(const float* rows, const float* lanes,
                                                          int64_t depth, float* tile) {
  accumulate_blocks<64, 8, 2>(rows, lanes, depth, tile);
}

#endif

}  // namespace

std::vector<TileFunction> tile_functions() {
  std::vector<TileFunction> functions = {accumulate_narrow};
#if MMASIM_SIMD_LEVELS
  if (__builtin_cpu_supports("avx2")) functions.push_back(accumulate_avx2);
  if (__builtin_cpu_supports("avx512f")) functions.push_back(accumulate_avx512);
#endif
  return functions;
}

void accumulate_tile(const float* rows, const float* lanes, int64_t depth, float* tile) {
  static const TileFunction widest = tile_functions().back();
  widest(rows, lanes, depth, tile);
}

MMASIM_SIMD_CLONES void accumulate_tap(float weight, const float* __restrict__ source, int64_t stride,
                                       int64_t count, float* __restrict__ sums) {
  if (stride == 1) {
    for (int64_t i = 0; i < count; ++i) sums[i] += weight * source[i];
  } else if (stride == 2) {
    for (int64_t i = 0; i < count; ++i) sums[i] += weight * source[2 * i];
  } else {
    for (int64_t i = 0; i < count; ++i) sums[i] += weight * source[i * stride];
  }
}

}  // namespace mmasim::runtime::quantization
