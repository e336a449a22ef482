// Section 2 of quantization.md, one definition after the other. Plain and slow on purpose; shares nothing
// with isa/semantics, so that agreement means something.
#include "runtime/reference/arithmetic.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace mmasim::runtime::reference {
namespace {

__extension__ typedef unsigned __int128 uint128;

constexpr int128 kMax128 = static_cast<int128>(~uint128{0} >> 1);
constexpr int128 kMin128 = -kMax128 - 1;
constexpr int128 kBeyondEveryClip = int128{1} << 126;

int128 shift_left(int128 value, int bits) {
  if (value == 0) return 0;
  const int128 limit = kBeyondEveryClip >> bits;
  if (value >= limit) return kBeyondEveryClip;
  if (value <= -limit) return -kBeyondEveryClip;
  return value * (int128{1} << bits);
}

// To the nearest; a tie goes towards plus infinity: (v + 2^(k-1)) >> k, where the sum carries out of the
// lower bits just if the highest of them is set.
int128 round_half_up(int128 value, int bits) { return (value >> bits) + ((value >> (bits - 1)) & 1); }

// To the nearest; a tie goes away from zero: sign(v) * ((|v| + 2^(k-1)) >> k).
int128 round_half_away(int128 value, int bits) {
  const uint128 magnitude = value < 0 ? -static_cast<uint128>(value) : static_cast<uint128>(value);
  const auto rounded = static_cast<int128>((magnitude + (uint128{1} << (bits - 1))) >> bits);
  return value < 0 ? -rounded : rounded;
}

// To the nearest; a tie goes to the even neighbour.
int128 round_half_even(int128 value, int bits) {
  const int128 floor = value >> bits;
  const uint128 remainder = static_cast<uint128>(value) - (static_cast<uint128>(floor) << bits);
  const uint128 half = uint128{1} << (bits - 1);
  const bool up = remainder > half || (remainder == half && (floor & 1) != 0);
  return floor + (up ? 1 : 0);
}

}  // namespace

int128 shift_round(int128 value, int shift, isa::Rounding rounding) {
  if (shift < -127 || shift > 127)
    throw std::logic_error("shift " + std::to_string(shift) + " is not in -127..127");
  if (shift < 0) return shift_left(value, -shift);
  if (shift == 0) return value;
  switch (rounding) {
    case isa::Rounding::half_up:
      return round_half_up(value, shift);
    case isa::Rounding::half_even:
      return round_half_even(value, shift);
    case isa::Rounding::half_away:
      return round_half_away(value, shift);
    case isa::Rounding::floor:
      return value >> shift;
  }
  throw std::logic_error("rounding mode " + std::to_string(static_cast<int>(rounding)) + " does not exist");
}

int128 saturate(int128 value, int128 low, int128 high) { return std::min(std::max(value, low), high); }

int128 multiply(int128 value, int64_t multiplier) {
  return static_cast<int128>(static_cast<uint128>(value) *
                             static_cast<uint128>(static_cast<int128>(multiplier)));
}

int64_t requantize(int128 value, const Requantization& requant, size_t channel) {
  const size_t index = requant.per_channel ? channel : 0;
  if (requant.has_multiplier) value = multiply(value, requant.multipliers.at(index));
  const int128 scaled = saturate(shift_round(value, requant.shifts.at(index), requant.rounding),
                                 -kBeyondEveryClip, kBeyondEveryClip);
  return static_cast<int64_t>(saturate(scaled + requant.zero_point, requant.clip_min, requant.clip_max));
}

int128 Accumulator::finish(int128 sum, int128 bias) {
  const int128 high = kMax128 >> (128 - bits_), low = kMin128 >> (128 - bits_);
  int128 total = 0;
  const bool left_128_bits = __builtin_add_overflow(sum, bias, &total);
  if (!left_128_bits && total >= low && total <= high) return total;
  ++overflow_count_;
  if (policy_ == isa::Overflow::saturate) {
    const bool positive =
        left_128_bits ? bias > 0 : total > 0;  // a sum leaves 128 bits on the side of both its terms
    return positive ? high : low;
  }
  // wrap: keep the low bits and read them as two's complement
  return static_cast<int128>(static_cast<uint128>(total) << (128 - bits_)) >> (128 - bits_);
}

}  // namespace mmasim::runtime::reference
