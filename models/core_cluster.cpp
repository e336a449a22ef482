#include "models/core_cluster.h"

namespace mmasim::models {

CoreCluster::CoreCluster(sc_core::sc_module_name name, const SocConfig& config, const isa::Program& program,
                         const isa::MemoryView* values, const isa::TokenWatcher& watcher,
                         const Dsp::LayerBegins& layer_begins, Failure& failure)
    : sc_module(name),
      clock_(config.core_clock_mhz),
      tokens_(config.machine.tokens, watcher),
      ledger_(program.layers.size()),
      state_(values != nullptr ? std::make_unique<isa::CoreState>(config.machine) : nullptr),
      l2_banks_(config.l2_banks.banks, config.l2_banks.dma_wait_cycles),
      l2_("l2", config.l2, clock_, {storage_of(values, isa::Space::l2, config.machine.l2_bytes)}, &l2_banks_),
      interconnect_("interconnect", config.interconnect, clock_),
      array_("array", config.mma, config.machine, ledger_, l2_banks_, state_.get()),
      dma_("dma", config.dma, config.machine, clock_, tokens_, ledger_, failure),
      core_("core", CoreConfig{config.dsp, config.overhead, config.dma.issue_cycles}, program, clock_,
            tokens_, ledger_, l2_banks_, failure, state_.get(), layer_begins) {
  core_.array(array_);
  core_.dma(dma_);
  core_.memory(interconnect_.initiators);
  dma_.read(interconnect_.initiators);
  dma_.write(interconnect_.initiators);
  array_.l2(l2_.ports);
  interconnect_.l2(l2_.ports);
}

Activity CoreCluster::finish() {
  Activity activity = ledger_.finish(core_.end_cycle());
  if (state_ != nullptr) activity.overflow_count = state_->overflow_count();
  return activity;
}

Storage storage_of(const isa::MemoryView* values, isa::Space space, uint64_t bytes) {
  if (values == nullptr) return {nullptr, bytes};
  return {values->base[static_cast<int>(space)], values->bytes[static_cast<int>(space)]};
}

}  // namespace mmasim::models
