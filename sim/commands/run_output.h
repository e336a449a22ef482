// What `run` and `simulate` have in common: a request performed, its files written, its report printed.
#pragma once

#include "sim/commands/options.h"
#include "sim/experiment/request.h"
#include "sim/report/trace_files.h"

namespace mmasim::sim {

// Returns the exit code.
int perform_and_write(Request request, const OutputOptions& output, const LayerSelection& selection,
                      const TraceOptions& trace);

}  // namespace mmasim::sim
