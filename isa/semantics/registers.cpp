#include "isa/semantics/registers.h"

namespace mmasim::isa::semantics {

Registers::Registers(const Machine& of) : ArraySettings{of, {}, {}, {}, {}} {
  const size_t entries = size_t{of.array_bytes} * of.array_bytes;  // of the widest panel, of 8-bit operands
  b.assign(of.b_banks, std::vector<uint8_t>(entries));
  c.assign(of.c_banks, std::vector<Wide>(entries));
}

}  // namespace mmasim::isa::semantics
