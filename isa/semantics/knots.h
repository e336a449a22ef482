// A function of dsp.lookup and dsp.softmax as a table of 64-bit knots, joined by straight lines of
// 2^fraction_bits steps; with 0 bits every argument has its own entry.
#pragma once

#include <cstdint>

#include "isa/arithmetic.h"
#include "isa/semantics/elements.h"

namespace mmasim::isa {

struct Knots {
  const uint8_t* table;
  int fraction_bits;

  Wide at(uint64_t u) const {
    const uint64_t segment = u >> fraction_bits;
    const Wide left = read_as<int64_t>(table + segment * 8);
    if (fraction_bits == 0) return left;
    const Wide right = read_as<int64_t>(table + segment * 8 + 8);
    const auto fraction = static_cast<Wide>(u - (segment << fraction_bits));
    return left + shift_round((right - left) * fraction, fraction_bits, Rounding::half_up);
  }
};

}  // namespace mmasim::isa
