// stage.set: the output stage of the array or of the DSP.
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const StageSet& stage, Registers& registers, const MemoryView&) {
  (stage.unit == Unit::mma ? registers.mma_stage : registers.dsp_stage) = stage;
}

}  // namespace mmasim::isa::semantics
