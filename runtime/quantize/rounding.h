// Roundings, logarithms and multipliers of the plan: quantization.md sections 2 and 3.1 in binary64. All
// exact where the text says exact. Knows nothing of graphs.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "runtime/quantize/plan.h"

namespace mmasim::runtime::quantization {

constexpr double kZeroRange = 1e-15;  // what stays below is a zero tensor

inline double round_half_up(double v) { return std::floor(v + 0.5); }
inline double round_half_away(double v) { return std::round(v); }
inline double round_half_even(double v) { return std::nearbyint(v); }

int ceil_log2(double positive);   // smallest e with positive <= 2^e, exactly
int floor_log2(double positive);  // largest e with 2^e <= positive, exactly
bool is_power_of_two(double positive);
inline double two_to(int exponent) { return std::ldexp(1.0, exponent); }

// Steps beyond these would leave binary64 after one more product: nothing a network of sane numbers comes
// near.
inline bool is_usable_step(double inv_step) { return inv_step > 1e-100 && inv_step < 1e100; }

// The integer nearest to v within [low, high]; v is already rounded.
int64_t saturate(double v, int64_t low, int64_t high);

// Accumulators are 4 times as wide as operands.
constexpr uint32_t accumulator_bits(uint32_t operand_bits) { return 4 * operand_bits; }
bool fits(double rounded, uint32_t bits);  // as a signed integer
bool fits(int128 value, uint32_t bits);

// Shifts a machine can be asked for. What is cut off would have given zero or saturation anyway.
constexpr int kMinShift = -40, kMaxShift = 127;
int clamp_shift(int shift);

// real = multiplier / 2^shift, multiplier in [2^(bits-1), 2^bits)
struct Multiplier {
  int64_t multiplier = 0;
  int shift = 0;
};
Multiplier normalize_multiplier(double real, uint32_t bits);

// One shift for all, from the largest magnitude; the others round to what it leaves them.
struct CommonMultipliers {
  std::vector<int64_t> multipliers;
  int shift = 0;
};
CommonMultipliers common_multipliers(const std::vector<double>& reals, uint32_t bits);

}  // namespace mmasim::runtime::quantization
