// Pools whose windows are larger than L2: a window is cut into pieces, and what the pieces give is put
// together, one result position at a time. Sums stay whole in 64 bits, so that a cut window gives the
// integers of an uncut one (quantization.md 5.12). Does not decide which pools are cut.
#pragma once

#include "runtime/graph/graph.h"
#include "runtime/lower/tiles/context.h"

namespace mmasim::runtime {

struct PoolPieces {
  TensorView in, out;
  Window window;
  int64_t pad_value = 0;
  bool count_padding = false;  // of averages
};

void add_max_pieces(LoweringContext& context, NodeId id, uint32_t row, const PoolPieces& pool);
void add_average_pieces(LoweringContext& context, NodeId id, uint32_t row, const PoolPieces& pool);

}  // namespace mmasim::runtime
