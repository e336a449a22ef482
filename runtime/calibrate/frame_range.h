// Smallest and largest of many floats, at host speed.
#pragma once

#include <cstddef>
#include <optional>

#include "runtime/calibrate/ranges.h"

namespace mmasim::runtime::calibration {

// None if a value is not finite; {0, 0} of no values.
std::optional<Range> range_of(const float* values, size_t count);

}  // namespace mmasim::runtime::calibration
