#include "models/memory/sram.h"

namespace mmasim::models {

Sram::Sram(sc_core::sc_module_name name, const SramConfig& config, const Clock& clock, Storage storage)
    : sc_module(name), config_(config), clock_(clock), storage_(storage) {
  ports.register_b_transport(this, &Sram::b_transport);
  ports.register_get_direct_mem_ptr(this, &Sram::get_direct_mem_ptr);
  ports.register_transport_dbg(this, &Sram::transport_dbg);
}

void Sram::b_transport(int, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const bool is_read = payload.is_read();
  const uint64_t beats =
      rows_of(payload).beats(is_read ? config_.read_bytes_per_cycle : config_.write_bytes_per_cycle);
  const uint64_t now = clock_.now();
  const uint64_t start = (is_read ? read_port_ : write_port_).occupy(now + clock_.count(delay), beats);
  delay = clock_.cycles(start + beats + config_.latency_cycles - now);
  storage_.access(payload);
}

bool Sram::get_direct_mem_ptr(int, tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
  return storage_.grant(dmi);
}

unsigned Sram::transport_dbg(int, tlm::tlm_generic_payload& payload) {
  storage_.access(payload);
  return payload.is_response_ok() ? payload.get_data_length() : 0;
}

}  // namespace mmasim::models
