// The steps of a linear layer whose tiling is chosen: which tile meets which weights when, and what is
// fetched and stored. What the array does within a step is array/array_work.h.
#pragma once

#include <memory>

#include "runtime/lower/array/array_work.h"

namespace mmasim::runtime {

void add_array_steps(LoweringContext& context, uint32_t row, std::shared_ptr<ArrayLayer> shared,
                     const Tiling& tiling);

}  // namespace mmasim::runtime
