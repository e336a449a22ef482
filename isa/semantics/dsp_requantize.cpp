// dsp.requantize: raw accumulators through the DSP's output stage.
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/output_stage.h"
#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {

void execute(const DspRequantize& i, Registers& registers, const MemoryView& memory) {
  require_accumulator(i.src_type);
  const StageSet& stage = registers.dsp_stage;
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, stage.out, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    pass_through_stage(stage, i.src_type, src.read(y, x, c), i.lane + static_cast<uint64_t>(c),
                       dst.at(y, x, c), registers, memory);
  });
}

}  // namespace mmasim::isa::semantics
