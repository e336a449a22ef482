// The SoC: one core or several, each with what is its own, sharing L3 and DDR. Every core executes the same
// program, once, in memory of its own.
//
//   CoreCluster 0 --- l3 ---+--- Sram (L3)
//              \-------------\-- ddr --+--- Ddr
//   CoreCluster 1 --- l3 ---/         /
//              \---------------------/
#pragma once

#include <memory>
#include <vector>

#include "isa/program.h"
#include "isa/semantics/program_run.h"
#include "models/core_cluster.h"
#include "models/kit/activity.h"
#include "models/memory/ddr.h"
#include "models/memory/sram.h"
#include "models/soc_config.h"

namespace mmasim::models {

class Soc : public sc_core::sc_module {
 public:
  // `values` is the storage of the first core's memories, or null for time alone; further cores begin with a
  // copy of it. The program must outlive the SoC. `watcher` and `layer_begins` hear of the first core,
  // `listener` of what the units of all do; it may be null.
  Soc(sc_core::sc_module_name name, const SocConfig& config, const isa::Program& program,
      const isa::MemoryView* values, const isa::TokenWatcher& watcher = {},
      const Dsp::LayerBegins& layer_begins = {}, traces::Observer* listener = nullptr);

  // Runs the kernel until every core's program has ended. Throws what a unit threw, or isa::Deadlock. Tells
  // of the core that ended last.
  Activity run();

  // For a platform that embeds the SoC and runs the kernel itself. Its own initiators bind to `initiators()`
  // and share links and memories with the program; what they move is not in the program's activity.
  tlm_utils::multi_passthrough_target_socket<Interconnect>& initiators() {
    return cores_.front()->interconnect().initiators;
  }
  bool ended() const;
  Activity finish();  // once the kernel has stopped; throws as run() does

 private:
  std::vector<const isa::MemoryView*> views_of_cores(const SocConfig& config, const isa::MemoryView* values);
  void check_values() const;

  const Clock clock_;
  Failure failure_;
  std::vector<std::unique_ptr<isa::OwnedMemory>> copies_;  // of the cores after the first
  std::vector<isa::MemoryView> copy_views_;
  const std::vector<const isa::MemoryView*> views_;  // one per core; null without values
  std::vector<std::unique_ptr<CoreCluster>> cores_;
  Sram l3_;
  Ddr ddr_;
};

}  // namespace mmasim::models
