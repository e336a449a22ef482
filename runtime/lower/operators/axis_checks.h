// What an operator's lowering takes for granted of its tensors: the axes it works along, and how long its
// tables are. legalize() makes it so; what still differs here is a defect, and stops before anything runs.
#pragma once

#include "runtime/lower/array/linear_layer.h"
#include "runtime/lower/tiles/context.h"

namespace mmasim::runtime {

// Channels are the innermost axis in memory of input and result. Throws std::logic_error naming both axes.
void require_axes(const LoweringContext& context, NodeId node);

// Every table that channels index has as many entries as there are channels.
void require_tables(const LoweringContext& context, const LinearLayer& layer);
void require_table(const LoweringContext& context, NodeId node, const char* what, uint64_t entries,
                   int64_t channels);

}  // namespace mmasim::runtime
