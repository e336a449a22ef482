// An on-chip memory: storage, and one read and one write port towards the interconnects of its cores. A core
// reaches its L2 by direct memory interface at its own timing, and tells the banks what it takes. Which bytes
// an access means is its caller's; nothing is decoded here.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <memory>
#include <vector>

#include "models/kit/byte_store.h"
#include "models/kit/clock.h"
#include "models/kit/port.h"
#include "models/memory/sram_config.h"
#include "models/memory/stream_banks.h"

namespace mmasim::models {

class Sram : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<Sram> ports{"ports"};

  // A storage for each initiator in the order of binding, or one for all. `banks`: where the ports meet the
  // core's streams, or null.
  Sram(sc_core::sc_module_name name, const SramConfig& config, const Clock& clock,
       std::vector<ByteStore> storages, StreamBanks* banks = nullptr);

 private:
  // Never waits: adds the wait for the port, the beats and the latency to `delay`.
  void b_transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(int initiator, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  unsigned transport_dbg(int initiator, tlm::tlm_generic_payload& payload);

  const ByteStore& storage(int initiator) const {
    return storages_.size() == 1 ? storages_.front() : storages_.at(static_cast<size_t>(initiator));
  }

  const SramConfig config_;
  const Clock clock_;
  const std::vector<ByteStore> storages_;
  StreamBanks* const banks_;
  struct SharedPort {
    Port port;
    int last_initiator = -1;
  } read_port_, write_port_;
};

}  // namespace mmasim::models
