// The inner loops of the float run: products of packed panels, and one filter tap along a row. Every output
// is its own chain of additions in the order of k, so neither the SIMD level nor the tiling shows in a
// result.
#pragma once

#include <cstdint>
#include <vector>

namespace mmasim::runtime::quantization {

constexpr int64_t kTileRows = 8;    // of one operand, each broadcast
constexpr int64_t kTileLanes = 32;  // of the other, in vectors

// tile[r][l] += rows[k][r] * lanes[k][l] for k = 0, 1, ... depth - 1
void accumulate_tile(const float* rows, const float* lanes, int64_t depth, float* tile);

// The same by each SIMD level that this host has, narrowest first: all give the same bits.
using TileFunction = void (*)(const float* rows, const float* lanes, int64_t depth, float* tile);
std::vector<TileFunction> tile_functions();

// sums[i] += weight * source[i * stride] for i = 0 .. count - 1
void accumulate_tap(float weight, const float* source, int64_t stride, int64_t count, float* sums);

}  // namespace mmasim::runtime::quantization
