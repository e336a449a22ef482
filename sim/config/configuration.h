// Everything a configuration file says: the hardware, which the models are built from, and the rules of the
// part's compiler, which lowering obeys.
#pragma once

#include "models/soc_config.h"
#include "runtime/lower/schedule/schedule_config.h"

namespace mmasim::sim {

struct Configuration : models::SocConfig {
  runtime::ScheduleRules schedule;
};

}  // namespace mmasim::sim
