// What single ranges cannot say: keys that must fit each other.
#pragma once

#include "models/soc_config.h"
#include "sim/config/config_entries.h"

namespace mmasim::sim {

// Adds a fault at the place of the key that is at fault.
void check_consistency(const models::SocConfig& config, ConfigEntries& entries);

}  // namespace mmasim::sim
