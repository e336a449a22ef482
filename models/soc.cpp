#include "models/soc.h"

namespace mmasim::models {

using isa::Space;

Soc::Soc(sc_core::sc_module_name name, const SocConfig& config, const isa::Program& program,
         const isa::MemoryView* values, const isa::TokenWatcher& watcher,
         const Dsp::LayerBegins& layer_begins)
    : sc_module(name),
      clock_(config.core_clock_mhz),
      tokens_(config.machine.tokens, watcher),
      ledger_(program.layers.size()),
      state_(values != nullptr ? std::make_unique<isa::CoreState>(config.machine) : nullptr),
      l2_("l2", config.l2, clock_, storage(values, Space::l2, config.machine.l2_bytes)),
      l3_("l3", config.l3, clock_, storage(values, Space::l3, config.machine.l3_bytes)),
      ddr_("ddr", config.dram, clock_, storage(values, Space::ddr, config.machine.ddr_bytes), ledger_),
      interconnect_("interconnect", config.interconnect, clock_),
      array_("array", config.mma, config.machine, ledger_, state_.get()),
      dma_("dma", config.dma, config.machine, clock_, tokens_, ledger_, failure_),
      core_("core", CoreConfig{config.dsp, config.overhead, config.dma.issue_cycles}, program, clock_,
            tokens_, ledger_, failure_, state_.get(), layer_begins) {
  core_.array(array_);
  core_.dma(dma_);
  core_.memory(interconnect_.initiators);
  dma_.read(interconnect_.initiators);
  dma_.write(interconnect_.initiators);
  array_.l2(l2_.ports);
  interconnect_.l2(l2_.ports);
  interconnect_.l3(l3_.ports);
  interconnect_.ddr(ddr_.port);
}

// A view may hold less than the whole DDR: then its end is the memory's.
Storage Soc::storage(const isa::MemoryView* values, Space space, uint64_t bytes) const {
  if (values == nullptr) return {nullptr, bytes};
  return {values->base[static_cast<int>(space)], values->bytes[static_cast<int>(space)]};
}

Activity Soc::run() {
  sc_core::sc_start();
  return finish();
}

Activity Soc::finish() {
  failure_.rethrow();
  if (!core_.ended()) throw isa::Deadlock(core_.waiting_for() + dma_.waiting_for());
  ddr_.count_until_now();
  Activity activity = ledger_.finish(core_.end_cycle());
  if (state_ != nullptr) activity.overflow_count = state_->overflow_count();
  return activity;
}

}  // namespace mmasim::models
