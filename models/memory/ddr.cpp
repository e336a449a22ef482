#include "models/memory/ddr.h"

#include <cmath>

namespace mmasim::models {

SC_HAS_PROCESS(Ddr);

Ddr::Ddr(sc_core::sc_module_name name, const DramConfig& config, const Clock& clock, Storage storage,
         Ledger& ledger)
    : sc_module(name),
      dram_cycles_per_core_cycle_(1000 / clock.mhz() / config.clock_period_ns),
      clock_(clock),
      storage_(storage),
      ledger_(ledger),
      controller_(config) {
  port.register_b_transport(this, &Ddr::b_transport);
  port.register_get_direct_mem_ptr(this, &Ddr::get_direct_mem_ptr);
  port.register_transport_dbg(this, &Ddr::transport_dbg);
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

void Ddr::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (delay > sc_core::SC_ZERO_TIME) wait(delay);
  delay = sc_core::SC_ZERO_TIME;
  std::unique_ptr<Access> access = take_access();
  submit(payload, rows_of(payload), *access);
  plan_next_advance();
  while (access->rows_left > 0) wait(access->done);
  spare_.push_back(std::move(access));
  storage_.access(payload);
}

void Ddr::submit(const tlm::tlm_generic_payload& payload, const Rows& rows, Access& access) {
  access.rows_left = rows.rows;
  const uint64_t now = dram_now();
  uint64_t address = payload.get_address();
  for (uint64_t row = 0; row < rows.rows; ++row) {
    waiting_[controller_.submit(address, rows.row_bytes, payload.is_write(), now)] = &access;
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
    const auto found = waiting_.find(completion.ticket);
    Access& access = *found->second;
    waiting_.erase(found);
    if (--access.rows_left == 0) access.done.notify(sc_core::SC_ZERO_TIME);
  }
  ledger_.ddr_counts(controller_.stats().activates, controller_.stats().refreshes);
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
  ledger_.ddr_counts(controller_.stats().activates, controller_.stats().refreshes);
}

bool Ddr::get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) { return storage_.grant(dmi); }

unsigned Ddr::transport_dbg(tlm::tlm_generic_payload& payload) {
  storage_.access(payload);
  return payload.is_response_ok() ? payload.get_data_length() : 0;
}

}  // namespace mmasim::models
