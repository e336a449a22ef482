// Storage for executors that have no memory models of their own.
#include "isa/semantics/memory.h"

namespace mmasim::isa {

OwnedMemory::OwnedMemory(const Machine& machine, uint64_t ddr_bytes, LargeBytes beginning)
    : l2_(machine.l2_bytes), l3_(machine.l3_bytes), ddr_(std::move(beginning)) {
  ddr_.resize(ddr_bytes);
}

MemoryView OwnedMemory::view() {
  MemoryView view;
  const auto place = [&view](Space space, LargeBytes& storage) {
    view.base[static_cast<int>(space)] = storage.data();
    view.bytes[static_cast<int>(space)] = storage.size();
  };
  place(Space::l2, l2_);
  place(Space::l3, l3_);
  place(Space::ddr, ddr_);
  return view;
}

}  // namespace mmasim::isa
