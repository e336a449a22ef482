// What a core of the SoC has for itself: tokens, vector core, array, DMA engine, L2, and its links to the
// memories that all cores share. Executes one program, once; owns neither L3 nor DDR.
//
//   Dsp --- Mma --- L2
//    |  \____________|__ Interconnect --- (l3, ddr)
//    +--- Dma ---read, write----/
#pragma once

#include <memory>
#include <string>

#include "isa/executor/core/execute_core.h"
#include "isa/program.h"
#include "isa/semantics/program_run.h"
#include "models/dma/dma.h"
#include "models/dsp/dsp.h"
#include "models/interconnect/interconnect.h"
#include "models/kit/activity.h"
#include "models/kit/probe.h"
#include "models/memory/sram.h"
#include "models/mma/mma.h"
#include "models/soc_config.h"
#include "traces/ledger.h"

namespace mmasim::models {

class CoreCluster : public sc_core::sc_module {
 public:
  // `values` is the storage of the memories as this core sees them, or null for time alone. `listener` hears
  // what this core's units do, or is null.
  CoreCluster(sc_core::sc_module_name name, uint32_t index, const SocConfig& config,
              const isa::Program& program, const isa::MemoryView* values, const isa::TokenWatcher& watcher,
              const Dsp::LayerBegins& layer_begins, traces::Observer* listener, Failure& failure);

  Interconnect& interconnect() { return interconnect_; }
  Probe& probe() { return probe_; }
  bool ended() const { return core_.ended(); }
  std::string waiting_for() const { return core_.waiting_for() + dma_.waiting_for(); }
  Activity finish();  // when ended

 private:
  const Clock clock_;
  TokenBoard tokens_;
  traces::Ledger ledger_;
  traces::Fan fan_;  // the ledger and the listener
  Probe probe_;
  std::unique_ptr<isa::CoreState> state_;  // none in a run without values
  StreamBanks l2_banks_;
  Sram l2_;
  Interconnect interconnect_;
  Mma array_;
  Dma dma_;
  Dsp core_;
};

// The storage of a memory in `values`, or `bytes` of none. A view may hold less than the whole memory: then
// its end is the memory's.
ByteStore storage_of(const isa::MemoryView* values, isa::Space space, uint64_t bytes);

}  // namespace mmasim::models
