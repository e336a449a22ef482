#include "sim/commands/hardware.h"

#include "sim/config/config.h"

namespace mmasim::sim {

models::SocConfig resolve_hardware(const HardwareOptions& options) {
  return load_config(options.config.empty() ? default_config_path() : options.config, options.overrides);
}

}  // namespace mmasim::sim
