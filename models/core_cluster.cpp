#include "models/core_cluster.h"

namespace mmasim::models {

CoreCluster::CoreCluster(sc_core::sc_module_name name, uint32_t index, const SocConfig& config,
                         const isa::Program& program, const isa::MemoryView* values,
                         const isa::TokenWatcher& watcher, const Dsp::LayerBegins& layer_begins,
                         traces::Observer* listener, Failure& failure)
    : sc_module(name),
      clock_(config.core_clock_mhz),
      tokens_(config.machine.tokens, watcher),
      ledger_(program.layers.size()),
      fan_({&ledger_, listener}),
      probe_(index, listener != nullptr ? static_cast<traces::Observer&>(fan_) : ledger_),
      state_(values != nullptr ? std::make_unique<isa::CoreState>(config.machine) : nullptr),
      l2_banks_(config.l2_banks.banks, config.l2_banks.dma_wait_cycles),
      l2_("l2", config.l2, clock_, {storage_of(values, isa::Space::l2, config.machine.l2_bytes)}, &l2_banks_),
      interconnect_("interconnect", config.interconnect, clock_),
      array_("array", config.mma, config.machine, config.dsp.issue_cycles, probe_, l2_banks_, state_.get()),
      dma_("dma", config.dma, config.machine, Bench{clock_, tokens_, probe_, failure}),
      core_("core", CoreConfig{config.dsp, config.overhead, config.dma.issue_cycles}, program,
            Bench{clock_, tokens_, probe_, failure}, l2_banks_, state_.get(), layer_begins) {
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

ByteStore storage_of(const isa::MemoryView* values, isa::Space space, uint64_t bytes) {
  if (values == nullptr) return {nullptr, bytes};
  return {values->base[static_cast<int>(space)], values->bytes[static_cast<int>(space)]};
}

}  // namespace mmasim::models
