// Obtains direct memory interfaces through a socket, and makes them the view that the semantics work on.
#pragma once

#include "isa/semantics/memory.h"
#include "models/kit/systemc.h"

namespace mmasim::models {

// Asks `socket` for the memory at `address`; where it grants none (a run without values) the view stays
// empty.
template <class Socket>
void request_direct_memory(Socket& socket, uint64_t address, isa::Space space, isa::MemoryView& view) {
  tlm::tlm_generic_payload payload;
  payload.set_address(address);
  tlm::tlm_dmi dmi;
  if (!socket->get_direct_mem_ptr(payload, dmi)) return;
  view.base[static_cast<int>(space)] = dmi.get_dmi_ptr();
  view.bytes[static_cast<int>(space)] = dmi.get_end_address() - dmi.get_start_address() + 1;
}

}  // namespace mmasim::models
