#include "models/simulate.h"

#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "models/soc.h"

namespace mmasim::models {

Activity simulate(const isa::Program& program, const SocConfig& config, isa::MemoryView* values,
                  const isa::TokenWatcher& watcher, const LayerProgress& progress,
                  traces::Observer* listener) {
  if (sc_core::sc_get_status() != sc_core::SC_ELABORATION)
    throw std::logic_error("simulate: a process elaborates one SoC only");
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);

  Dsp::LayerBegins layer_begins;
  if (progress) layer_begins = [&](uint32_t layer) { progress(layer, program.layers.size()); };
  const auto soc = std::make_unique<Soc>("soc", config, program, values, watcher, layer_begins, listener);
  return soc->run();
}

}  // namespace mmasim::models
