// The bytes of the three memories, as every executor of programs sees them.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>

#include "isa/address.h"
#include "isa/kit/large_bytes.h"
#include "isa/machine.h"

namespace mmasim::isa {

// Views of storage that somebody else owns (a vector here, a SystemC memory there). Accesses are unchecked
// beyond an assertion: verify_program() has proven every address of a program to lie inside.
struct MemoryView {
  uint8_t* base[4] = {nullptr, nullptr, nullptr, nullptr};  // indexed by Space
  uint64_t bytes[4] = {0, 0, 0, 0};

  uint8_t* at(Address address) const { return base[static_cast<int>(address.space())] + address.offset(); }
};

// Plain storage: l2 and l3 of the machine's size, ddr of `ddr_bytes`. Zeroed, but for what ddr is to begin
// with.
class OwnedMemory {
 public:
  OwnedMemory(const Machine& machine, uint64_t ddr_bytes, LargeBytes beginning = {});
  MemoryView view();
  LargeBytes take_ddr() { return std::move(ddr_); }

 private:
  LargeBytes l2_, l3_, ddr_;
};

}  // namespace mmasim::isa
