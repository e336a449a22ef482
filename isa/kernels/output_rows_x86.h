// The output stage's usual case in AVX2 and AVX-512: rows of 32-bit sums, 32-bit lanes, 8-bit results.
#pragma once

#include "isa/kernels/row_ops.h"

namespace mmasim::isa {

// dst[i][lane] = the low byte of what RowOps::stage makes of rows[i][lane]. Lanes are of whole tables.
using StageRowsToBytes = void (*)(const int32_t* const* rows, uint8_t* const* dst, size_t row_count,
                                  size_t lane_count, const StageLanes<int32_t>& lanes);

// Null where the level has none.
StageRowsToBytes stage_rows_to_bytes(SimdLevel level = best_simd_level());

}  // namespace mmasim::isa
