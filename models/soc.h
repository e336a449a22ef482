// The SoC: every unit, wired. One program, executed once.
//
//   Dsp (core) --- Mma (array) --- L2
//       |  \________________________|__ Interconnect --- L2, L3, Ddr
//       +--- Dma ---read, write---------/
#pragma once

#include <functional>
#include <memory>

#include "isa/program.h"
#include "isa/semantics/semantics.h"
#include "isa/semantics/untimed.h"
#include "models/activity.h"
#include "models/dma/dma.h"
#include "models/dsp/dsp.h"
#include "models/interconnect/interconnect.h"
#include "models/memory/ddr.h"
#include "models/memory/sram.h"
#include "models/mma/mma.h"
#include "models/soc_config.h"

namespace mmasim::models {

class Soc : public sc_core::sc_module {
 public:
  // `values` is the storage of the memories, or null for time alone. The program must outlive the SoC.
  Soc(sc_core::sc_module_name name, const SocConfig& config, const isa::Program& program,
      const isa::MemoryView* values, const isa::TokenWatcher& watcher = {},
      const Dsp::LayerBegins& layer_begins = {});

  // Runs the kernel until the program has ended. Throws what a unit threw, or isa::Deadlock.
  Activity run();

  // For a platform that embeds the SoC and runs the kernel itself. Its own initiators bind to `initiators()` and
  // share links and memories with the program; what they move is not in the program's activity.
  tlm_utils::multi_passthrough_target_socket<Interconnect>& initiators() { return interconnect_.initiators; }
  bool ended() const { return core_.ended(); }
  Activity finish();  // once the kernel has stopped; throws as run() does

 private:
  Storage storage(const isa::MemoryView* values, isa::Space space, uint64_t bytes) const;

  const Clock clock_;
  TokenBoard tokens_;
  Ledger ledger_;
  Failure failure_;
  std::unique_ptr<isa::CoreState> state_;  // none in a run without values
  Sram l2_, l3_;
  Ddr ddr_;
  Interconnect interconnect_;
  Mma array_;
  Dma dma_;
  Dsp core_;
};

}  // namespace mmasim::models
