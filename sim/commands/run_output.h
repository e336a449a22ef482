// What `run` and `simulate` have in common: a request performed, its files written, its report printed.
#pragma once

#include "sim/commands/options.h"
#include "sim/experiment/request.h"

namespace mmasim::sim {

// Returns the exit code.
int perform_and_write(Request request, const OutputOptions& output, const LayerSelection& selection);

}  // namespace mmasim::sim
