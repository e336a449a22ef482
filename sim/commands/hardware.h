// The hardware a command runs on: its options resolved.
#pragma once

#include "models/soc_config.h"
#include "sim/commands/options.h"

namespace mmasim::sim {

models::SocConfig resolve_hardware(const HardwareOptions& options);

}  // namespace mmasim::sim
