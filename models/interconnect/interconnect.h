// Routes transactions by the memory that an isa::Address names, over one link to each memory and one back.
// Links serve one transaction after another; a memory sees the byte offset only.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include "isa/address.h"
#include "models/interconnect/interconnect_config.h"
#include "models/kit/clock.h"
#include "models/kit/port.h"

namespace mmasim::models {

class Interconnect : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<Interconnect> initiators{"initiators"};
  tlm_utils::simple_initiator_socket<Interconnect> l2{"l2"}, l3{"l3"}, ddr{"ddr"};

  Interconnect(sc_core::sc_module_name name, const InterconnectConfig& config, const Clock& clock);

 private:
  using Memory = tlm_utils::simple_initiator_socket<Interconnect>;
  struct Route {
    Memory* memory;
    uint64_t bytes_per_cycle, latency_cycles;
    Port forward, back;  // written bytes, read bytes
  };

  // Books the link at request time, read data included, and passes on: the memory's beats run beside the
  // link's.
  void b_transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(int initiator, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  unsigned transport_dbg(int initiator, tlm::tlm_generic_payload& payload);
  Route* route_of(const tlm::tlm_generic_payload& payload);

  const Clock clock_;
  Route routes_[3];
};

}  // namespace mmasim::models
