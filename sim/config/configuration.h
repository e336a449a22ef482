// Everything a configuration file says: the hardware, which the models are built from, and the rules of the
// part's compiler, which lowering obeys.
#pragma once

#include <string>

#include "models/soc_config.h"
#include "runtime/lower/schedule/schedule_config.h"

namespace mmasim::sim {

struct Configuration : models::SocConfig {
  runtime::ScheduleRules schedule;
  // No keys: where it came from. The file that it begins with, which is the last of its file's bases, or the
  // file itself; empty: none was read.
  std::string origin;
  bool is_origin = false;  // nothing of it was changed
};

}  // namespace mmasim::sim
