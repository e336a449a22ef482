#include "models/memory/ddr.h"

#include <cmath>

namespace mmasim::models {

namespace {

// A whole share, and a row of every channel more, so that the windows begin in different banks.
uint64_t window_bytes(const DramConfig& config, size_t cores) {
  const uint64_t row_bytes = uint64_t{config.channels} * config.columns * (config.bus_width_bits / 8);
  return config.capacity_bytes() / cores / row_bytes * row_bytes + row_bytes;
}

}  // namespace

SC_HAS_PROCESS(Ddr);

Ddr::Ddr(sc_core::sc_module_name name, const DramConfig& config, const Clock& clock,
         std::vector<ByteStore> storages, std::vector<Probe*> probes)
    : sc_module(name),
      dram_cycles_per_core_cycle_(1000 / clock.mhz() / config.clock_period_ns),
      clock_(clock),
      window_bytes_(window_bytes(config, storages.size())),
      storages_(std::move(storages)),
      probes_(std::move(probes)),
      controller_(config) {
  ports.register_b_transport(this, &Ddr::b_transport);
  ports.register_get_direct_mem_ptr(this, &Ddr::get_direct_mem_ptr);
  ports.register_transport_dbg(this, &Ddr::transport_dbg);
  SC_METHOD(advance);
  sensitive << wake_;
  dont_initialize();
}

uint64_t Ddr::dram_now() const {
  return static_cast<uint64_t>(static_cast<double>(clock_.now()) * dram_cycles_per_core_cycle_);
}

// The first core cycle in which dram_now() has reached the DRAM cycle.
uint64_t Ddr::core_cycle_of(uint64_t dram_cycle) const {
  auto core = static_cast<uint64_t>(std::ceil(static_cast<double>(dram_cycle) / dram_cycles_per_core_cycle_));
  while (static_cast<uint64_t>(static_cast<double>(core) * dram_cycles_per_core_cycle_) < dram_cycle) ++core;
  return core;
}

void Ddr::b_transport(int core, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (delay > sc_core::SC_ZERO_TIME) wait(delay);
  delay = sc_core::SC_ZERO_TIME;
  std::unique_ptr<Access> access = take_access();
  submit(core, payload, rows_of(payload), *access);
  plan_next_advance();
  while (access->rows_left > 0) wait(access->done);
  spare_.push_back(std::move(access));
  storages_[static_cast<size_t>(core)].access(payload);
}

void Ddr::submit(int core, const tlm::tlm_generic_payload& payload, const Rows& rows, Access& access) {
  access.rows_left = rows.rows;
  const uint64_t now = dram_now();
  uint64_t address = payload.get_address() + static_cast<uint64_t>(core) * window_bytes_;
  for (uint64_t row = 0; row < rows.rows; ++row) {
    controller_.submit(address, rows.row_bytes, payload.is_write(), now);  // tickets count up
    waiting_.push_back(&access);
    address += static_cast<uint64_t>(rows.stride);
  }
}

std::unique_ptr<Ddr::Access> Ddr::take_access() {
  if (spare_.empty()) return std::make_unique<Access>();
  std::unique_ptr<Access> access = std::move(spare_.back());
  spare_.pop_back();
  return access;
}

void Ddr::advance() {
  completions_.clear();
  controller_.advance(dram_now(), completions_);
  for (const auto& completion : completions_) {
    Access*& place = waiting_[completion.ticket - first_waiting_];
    Access& access = *place;
    place = nullptr;
    if (--access.rows_left == 0) access.done.notify(sc_core::SC_ZERO_TIME);
  }
  for (; !waiting_.empty() && waiting_.front() == nullptr; ++first_waiting_) waiting_.pop_front();
  tell_commands();
  plan_next_advance();
}

void Ddr::plan_next_advance() {
  const uint64_t next = controller_.next_event();
  wake_.cancel();
  if (next == UINT64_MAX) return;
  const uint64_t cycle = core_cycle_of(next), now = clock_.now();
  wake_.notify(clock_.cycles(cycle > now ? cycle - now : 0));
}

void Ddr::count_until_now() {
  completions_.clear();
  controller_.advance(dram_now(), completions_);
  tell_commands();
}

void Ddr::tell_commands() {
  const uint64_t activates = controller_.stats().activates / probes_.size();
  const uint64_t refreshes = controller_.stats().refreshes / probes_.size();
  if (activates == told_activates_ && refreshes == told_refreshes_) return;
  const uint64_t now = clock_.now();
  for (Probe* probe : probes_) {
    Event event = probe->of_core(Kind::commands, now, now);
    event.activates = static_cast<uint32_t>(activates - told_activates_);
    event.refreshes = static_cast<uint32_t>(refreshes - told_refreshes_);
    probe->tell(event);
  }
  told_activates_ = activates;
  told_refreshes_ = refreshes;
}

bool Ddr::get_direct_mem_ptr(int core, tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
  return storages_[static_cast<size_t>(core)].grant(dmi);
}

unsigned Ddr::transport_dbg(int core, tlm::tlm_generic_payload& payload) {
  storages_[static_cast<size_t>(core)].access(payload);
  return payload.is_response_ok() ? payload.get_data_length() : 0;
}

}  // namespace mmasim::models
