// Rearrangements by dsp.permute straight between memories, for the rare operators that need them.
#pragma once

#include "runtime/lower/tiles/tile.h"

namespace mmasim::runtime {

// One step that copies elements over any number of axes. Offsets are bytes within the storages.
void add_permute_step(LoweringContext& context, uint32_t row, const TensorView& from, int64_t from_offset,
                      const TensorView& to, int64_t to_offset, std::vector<CopyAxis> axes);

}  // namespace mmasim::runtime
