// What single ranges cannot say: keys that must fit each other.
#pragma once

#include "sim/config/config_entries.h"
#include "sim/config/configuration.h"

namespace mmasim::sim {

// Adds a fault at the place of the key that is at fault.
void check_consistency(const Configuration& config, ConfigEntries& entries);

}  // namespace mmasim::sim
