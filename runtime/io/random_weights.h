// Weights for a network that has a topology only, and the generator behind them.
#pragma once

#include <array>
#include <cstdint>

#include "runtime/graph/graph.h"

namespace mmasim::runtime {

// Gives values to weights declared without: N(0, 2 / fan_in), fan_in = product of the dimensions other than
// the output-channel axis, from a counter-based generator keyed by seed and weight name. Weights with values
// stay.
void fill_random_weights(Graph& graph, uint64_t seed);
bool has_missing_weights(const Graph& graph);

inline constexpr double kUndeclaredSlope = 0.25;  // of a PRelu declared without values

namespace importing {

// Philox4x32-10: 128 bits that depend on counter and key alone.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

}  // namespace importing
}  // namespace mmasim::runtime
