// mma.range: the range register to memory, and cleared.
#include "isa/semantics/elements.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const MmaRange& range, Registers& registers, const MemoryView& memory) {
  write_as<int64_t>(memory.at(range.dst), registers.range.smallest);
  write_as<int64_t>(memory.at(range.dst + 8), registers.range.largest);
  registers.range.clear();
}

}  // namespace mmasim::isa::semantics
