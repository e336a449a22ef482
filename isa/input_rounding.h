// How a float becomes an integer of a network input: which of the two roundings of quantization.md 5.12 its
// tensor's grid asks for. Says nothing of the output stage, whose modes are in element.h.
#pragma once

#include <cstdint>

namespace mmasim::isa {

enum class InputRounding : uint8_t {
  half_up_product = 0,    // floor(x * inv_step + 0.5) in binary64
  half_even_quotient = 1  // x / float(1 / inv_step) in binary32, a tie to the even integer
};

}  // namespace mmasim::isa
