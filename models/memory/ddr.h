// The DDR as the SoC sees it: storage, and a DRAM controller that says when an access is done. Translates
// between the core clock and the DRAM clock; knows nothing of banks and rows (dram_controller.h).
//
// Each core of an SoC has an equal window of the DRAM, and storage of its own. The windows begin in different
// banks, as separate allocations mostly do.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <memory>
#include <vector>

#include "models/kit/byte_store.h"
#include "models/kit/clock.h"
#include "models/kit/probe.h"
#include "models/memory/dram_config.h"
#include "models/memory/dram_controller.h"
#include "models/memory/ring.h"

namespace mmasim::models {

class Ddr : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<Ddr> ports{"ports"};  // bound core by core

  // One storage and one probe per core.
  Ddr(sc_core::sc_module_name name, const DramConfig& config, const Clock& clock,
      std::vector<ByteStore> storages, std::vector<Probe*> probes);

  void count_until_now();  // tells, an equal share per core, of every activate and refresh so far

 private:
  // Of one transaction: how many of its rows are still under way.
  struct Access {
    uint64_t rows_left = 0;
    sc_core::sc_event done;
  };

  // Waits until the controller has served every row. The process is the caller's.
  void b_transport(int core, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(int core, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  unsigned transport_dbg(int core, tlm::tlm_generic_payload& payload);

  void advance();  // process: lets the controller decide, and wakes whose accesses are done
  void plan_next_advance();
  void submit(int core, const tlm::tlm_generic_payload& payload, const Rows& rows, Access& access);
  void tell_commands();
  std::unique_ptr<Access> take_access();
  uint64_t dram_now() const;
  uint64_t core_cycle_of(uint64_t dram_cycle) const;

  const double dram_cycles_per_core_cycle_;
  const Clock clock_;
  const uint64_t window_bytes_;  // from one core's memory to the next one's
  const std::vector<ByteStore> storages_;
  const std::vector<Probe*> probes_;
  DramController controller_;
  uint64_t told_activates_ = 0, told_refreshes_ = 0;  // to each core
  Ring<Access*> waiting_;                             // by ticket, from first_waiting_ on; null: done
  DramController::Ticket first_waiting_ = 0;
  std::vector<std::unique_ptr<Access>> spare_;  // events are dear to make
  std::vector<DramController::Completion> completions_;
  sc_core::sc_event wake_;
};

}  // namespace mmasim::models
