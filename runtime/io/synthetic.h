// Inputs for a network when the user gives none: the same numbers for the same seed and name, on every host.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/tensor_data.h"

namespace mmasim::runtime {

// Bell-shaped values of mean 0 and variance 1, all within +-3.47. Each depends on seed, name and its own
// index only.
FloatTensor synthetic_input(const Shape& shape, uint64_t seed, const std::string& name);

}  // namespace mmasim::runtime
