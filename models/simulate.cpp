#include "models/simulate.h"

#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "models/soc.h"

namespace mmasim::models {

namespace {

// The SystemC kernel for the time of one SoC: afterwards it is as it was before anything was elaborated.
class Kernel {
 public:
  Kernel() {
    if (!sc_core::sc_get_top_level_objects().empty())
      throw std::logic_error("simulate: the kernel has elaborated something else in this process");
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  }
  ~Kernel() { sc_core::sc_get_curr_simcontext()->reset(); }
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
};

}  // namespace

Activity simulate(const isa::Program& program, const SocConfig& config, isa::MemoryView* values,
                  const isa::TokenWatcher& watcher, const LayerProgress& progress,
                  traces::Observer* listener) {
  Dsp::LayerBegins layer_begins;
  if (progress) layer_begins = [&](uint32_t layer) { progress(layer, program.layers.size()); };
  const Kernel kernel;
  const auto soc = std::make_unique<Soc>("soc", config, program, values, watcher, layer_begins, listener);
  return soc->run();
}

}  // namespace mmasim::models
