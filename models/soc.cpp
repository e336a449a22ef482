#include "models/soc.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace mmasim::models {
namespace {

using isa::Space;
using Views = std::vector<const isa::MemoryView*>;
using Cores = std::vector<std::unique_ptr<CoreCluster>>;

Cores make_cores(const SocConfig& config, const isa::Program& program, const Views& views,
                 const isa::TokenWatcher& watcher, const Dsp::LayerBegins& layer_begins,
                 traces::Observer* listener, Failure& failure) {
  Cores cores;
  for (size_t core = 0; core < views.size(); ++core) {
    const bool is_first = core == 0;
    cores.push_back(
        std::make_unique<CoreCluster>(sc_core::sc_gen_unique_name("core"), static_cast<uint32_t>(core),
                                      config, program, views[core], is_first ? watcher : isa::TokenWatcher{},
                                      is_first ? layer_begins : Dsp::LayerBegins{}, listener, failure));
  }
  return cores;
}

std::vector<ByteStore> storages(const Views& views, Space space, uint64_t bytes) {
  std::vector<ByteStore> storages;
  for (const auto* view : views) storages.push_back(storage_of(view, space, bytes));
  return storages;
}

std::vector<Probe*> probes(const Cores& cores) {
  std::vector<Probe*> probes;
  for (const auto& core : cores) probes.push_back(&core->probe());
  return probes;
}

}  // namespace

Soc::Soc(sc_core::sc_module_name name, const SocConfig& config, const isa::Program& program,
         const isa::MemoryView* values, const isa::TokenWatcher& watcher,
         const Dsp::LayerBegins& layer_begins, traces::Observer* listener)
    : sc_module(name),
      clock_(config.core_clock_mhz),
      views_(views_of_cores(config, values)),
      cores_(make_cores(config, program, views_, watcher, layer_begins, listener, failure_)),
      l3_("l3", config.l3, clock_, storages(views_, Space::l3, config.machine.l3_bytes)),
      ddr_("ddr", config.dram, clock_, storages(views_, Space::ddr, config.machine.ddr_bytes),
           probes(cores_)) {
  for (const auto& core : cores_) {  // the order in which the memories know them
    core->interconnect().l3(l3_.ports);
    core->interconnect().ddr(ddr_.ports);
  }
}

std::vector<const isa::MemoryView*> Soc::views_of_cores(const SocConfig& config,
                                                        const isa::MemoryView* values) {
  Views views{values};
  copy_views_.reserve(config.cores);  // views point into it
  for (uint32_t core = 1; core < config.cores; ++core) {
    if (values == nullptr) {
      views.push_back(nullptr);
      continue;
    }
    copies_.push_back(
        std::make_unique<isa::OwnedMemory>(config.machine, values->bytes[static_cast<int>(Space::ddr)]));
    copy_views_.push_back(copies_.back()->view());
    for (const auto space : {Space::l2, Space::l3, Space::ddr}) {
      const auto index = static_cast<int>(space);
      const uint64_t bytes = std::min(values->bytes[index], copy_views_.back().bytes[index]);
      if (bytes > 0) std::memcpy(copy_views_.back().base[index], values->base[index], bytes);
    }
    views.push_back(&copy_views_.back());
  }
  return views;
}

Activity Soc::run() {
  sc_core::sc_start();
  return finish();
}

bool Soc::ended() const {
  return std::all_of(cores_.begin(), cores_.end(), [](const auto& core) { return core->ended(); });
}

Activity Soc::finish() {
  failure_.rethrow();
  for (const auto& core : cores_) {
    if (!core->ended()) throw isa::Deadlock(core->waiting_for());
  }
  ddr_.count_until_now();
  check_values();
  Activity slowest;
  for (const auto& core : cores_) {
    Activity activity = core->finish();
    if (core == cores_.front() || activity.total_cycles > slowest.total_cycles) slowest = std::move(activity);
  }
  return slowest;
}

// Every core computes the same; other bytes in DDR are a defect of the program or the models.
void Soc::check_values() const {
  const auto ddr = static_cast<int>(Space::ddr);
  for (size_t core = 0; core < copy_views_.size(); ++core) {
    const isa::MemoryView &first = *views_.front(), &other = copy_views_[core];
    if (std::memcmp(first.base[ddr], other.base[ddr], std::min(first.bytes[ddr], other.bytes[ddr])) == 0)
      continue;
    throw std::logic_error("the DDR of core " + std::to_string(core + 1) + " ends differently from core 0's");
  }
}

}  // namespace mmasim::models
