// What `run` and `simulate` print of a finished run, and the exit code it means.
#pragma once

#include "sim/commands/options.h"
#include "sim/report/run_report.h"

namespace mmasim::sim {

void print_run(const RunReport& report, const std::string& format);

// Notes on standard error: what differs from the reference, overflows. Returns the exit code.
int conclude_run(const RunReport& report);

Mode mode_of(const ModeOptions& options);

}  // namespace mmasim::sim
