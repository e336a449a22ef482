// An on-chip memory: storage, and one read and one write port towards the interconnect. The core reaches it
// by direct memory interface at its own timing. Which bytes an access means is its caller's; nothing is
// decoded here.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include "models/kit/clock.h"
#include "models/kit/port.h"
#include "models/kit/storage.h"
#include "models/memory/sram_config.h"

namespace mmasim::models {

class Sram : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<Sram> ports{"ports"};

  Sram(sc_core::sc_module_name name, const SramConfig& config, const Clock& clock, Storage storage);

 private:
  // Never waits: adds the wait for the port, the beats and the latency to `delay`.
  void b_transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(int initiator, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  unsigned transport_dbg(int initiator, tlm::tlm_generic_payload& payload);

  const SramConfig config_;
  const Clock clock_;
  Storage storage_;
  Port read_port_, write_port_;
};

}  // namespace mmasim::models
