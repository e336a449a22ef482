// How far a tensor's values are from those it should have. A sum of squares, to be added up over tensors.
#pragma once

#include "runtime/tensor_data.h"

namespace mmasim::runtime {

// Of two tensors of one shape.
double energy_between(const FloatTensor& exact, const FloatTensor& seen);

}  // namespace mmasim::runtime
