#include "models/interconnect/interconnect.h"

#include "models/kit/rows.h"

namespace mmasim::models {
namespace {

// Shows the memory its own byte offset, and puts the address back.
class OffsetAddress {
 public:
  explicit OffsetAddress(tlm::tlm_generic_payload& payload)
      : payload_(payload), whole_(payload.get_address()) {
    payload_.set_address(isa::Address{whole_}.offset());
  }
  ~OffsetAddress() { payload_.set_address(whole_); }
  OffsetAddress(const OffsetAddress&) = delete;
  OffsetAddress& operator=(const OffsetAddress&) = delete;

 private:
  tlm::tlm_generic_payload& payload_;
  const uint64_t whole_;
};

}  // namespace

Interconnect::Interconnect(sc_core::sc_module_name name, const InterconnectConfig& config, const Clock& clock)
    : sc_module(name),
      clock_(clock),
      routes_{{&l2, config.l2_bytes_per_cycle, config.l2_latency_cycles, {}, {}},
              {&l3, config.l3_bytes_per_cycle, config.l3_latency_cycles, {}, {}},
              {&ddr, config.ddr_bytes_per_cycle, config.ddr_latency_cycles, {}, {}}} {
  initiators.register_b_transport(this, &Interconnect::b_transport);
  initiators.register_get_direct_mem_ptr(this, &Interconnect::get_direct_mem_ptr);
  initiators.register_transport_dbg(this, &Interconnect::transport_dbg);
}

Interconnect::Route* Interconnect::route_of(const tlm::tlm_generic_payload& payload) {
  switch (isa::Address{payload.get_address()}.space()) {
    case isa::Space::l2:
      return &routes_[0];
    case isa::Space::l3:
      return &routes_[1];
    case isa::Space::ddr:
      return &routes_[2];
    default:
      return nullptr;
  }
}

void Interconnect::b_transport(int, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  Route* route = route_of(payload);
  if (route == nullptr) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  const uint64_t now = clock_.now(), beats = rows_of(payload).beats(route->bytes_per_cycle);
  Port& link = payload.is_read() ? route->back : route->forward;
  const uint64_t start = link.occupy(now + clock_.count(delay), beats);
  delay = clock_.cycles(start + route->latency_cycles - now);
  const OffsetAddress offset(payload);
  (*route->memory)->b_transport(payload, delay);
}

bool Interconnect::get_direct_mem_ptr(int, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  Route* route = route_of(payload);
  if (route == nullptr) return false;
  const OffsetAddress offset(payload);
  return (*route->memory)->get_direct_mem_ptr(payload, dmi);
}

unsigned Interconnect::transport_dbg(int, tlm::tlm_generic_payload& payload) {
  Route* route = route_of(payload);
  if (route == nullptr) return 0;
  const OffsetAddress offset(payload);
  return (*route->memory)->transport_dbg(payload);
}

}  // namespace mmasim::models
