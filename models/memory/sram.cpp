#include "models/memory/sram.h"

namespace mmasim::models {

Sram::Sram(sc_core::sc_module_name name, const SramConfig& config, const Clock& clock,
           std::vector<ByteStore> storages, StreamBanks* banks)
    : sc_module(name), config_(config), clock_(clock), storages_(std::move(storages)), banks_(banks) {
  ports.register_b_transport(this, &Sram::b_transport);
  ports.register_get_direct_mem_ptr(this, &Sram::get_direct_mem_ptr);
  ports.register_transport_dbg(this, &Sram::transport_dbg);
}

void Sram::b_transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const bool is_read = payload.is_read();
  SharedPort& shared = is_read ? read_port_ : write_port_;
  const uint64_t beats =
      rows_of(payload).beats(is_read ? config_.read_bytes_per_cycle : config_.write_bytes_per_cycle);
  const uint64_t now = clock_.now(), asked = now + clock_.count(delay);
  const uint64_t start = shared.port.earliest(asked);
  uint64_t end = start + beats, contention = shared.last_initiator == initiator ? 0 : start - asked;
  if (banks_ != nullptr) {
    const auto user = is_read ? StreamBanks::User::dma_read : StreamBanks::User::dma_write;
    end = banks_->serve(user, start, beats, now);
    contention += end - start - beats;
  }
  shared.port.occupy(start, end - start);
  shared.last_initiator = initiator;
  if (auto* extension = payload.get_extension<RowsExtension>()) extension->contention_cycles = contention;
  delay = clock_.cycles(end + config_.latency_cycles - now);
  storage(initiator).access(payload);
}

bool Sram::get_direct_mem_ptr(int initiator, tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
  return storage(initiator).grant(dmi);
}

unsigned Sram::transport_dbg(int initiator, tlm::tlm_generic_payload& payload) {
  storage(initiator).access(payload);
  return payload.is_response_ok() ? payload.get_data_length() : 0;
}

}  // namespace mmasim::models
