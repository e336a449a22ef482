// A constant beside a tensor x, as Add, PRelu and their kin have it: which axes of x its values go along.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/import/file/constant.h"

namespace mmasim::runtime::importing {

// From the first axis of x along which the constant's values vary to the last; no axis for one value. None if
// the constant does not broadcast to x.
std::optional<AxisSpan> varying_axes(const Shape& constant, const Shape& x);

// The constant's values over these axes of x, row-major: those between that it does not vary along repeat it.
std::vector<double> values_along(const Constant& constant, const Shape& x, const AxisSpan& axes);

// "constant operand 'k' of shape [3, 1] with an input of shape [2, 4]: ..." of what does not broadcast.
[[noreturn]] void refuse_broadcast(const std::string& role, const Constant& constant, const Shape& x);

}  // namespace mmasim::runtime::importing
