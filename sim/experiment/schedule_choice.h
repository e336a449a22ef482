// Whose hardware a network is scheduled for. Lowering chooses by an estimate, which may err: a change for the
// better can turn its choice for the worse. So the schedules of the part as it ships stay open to whatever is
// made of that part, and the models tell which is faster. Knows no network.
#pragma once

#include <vector>

#include "isa/machine.h"
#include "runtime/lower/schedule/lower_options.h"
#include "sim/config/configuration.h"

namespace mmasim::sim {

// What lowering is told of the hardware.
struct ScheduleChoice {
  isa::Machine machine;
  runtime::CostModel cost;
};

// The configuration's own first; then those of the parts it was made of (its base, the part of its name among
// those that come with mmasim), where lowering is told something else and the configuration's machine
// executes what is made for them. Where L2 has another size than a part's, also as if it had the next
// three sizes below in steps of 32 KiB.
std::vector<ScheduleChoice> schedule_choices(const Configuration& config);

// As much of everything, and the same widths.
bool executes_programs_of(const isa::Machine& machine, const isa::Machine& other);

}  // namespace mmasim::sim
