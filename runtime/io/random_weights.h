// The generator behind fill_random_weights.
#pragma once

#include <array>
#include <cstdint>

namespace mmasim::runtime {

inline constexpr double kUndeclaredSlope = 0.25;  // of a PRelu declared without values

namespace importing {

// Philox4x32-10: 128 bits that depend on counter and key alone.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

}  // namespace importing
}  // namespace mmasim::runtime
