// dsp.depthwise: every channel with a filter of its own, through the DSP's output stage.
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/output_stage.h"
#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {

void execute(const DspDepthwise& i, Registers& registers, const MemoryView& memory) {
  require_alike(i.src_type, i.weight_type);
  const StageSet& stage = registers.dsp_stage;
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, stage.out, memory);
  const auto weight = [&](int64_t ky, int64_t kx, int64_t c) {
    const int64_t tap = ky * i.kernel_x + kx;
    return read_element(i.weight_type,
                        memory.at(i.weights + (tap * i.weight_stride + c * element_bytes(i.weight_type))));
  };
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    Wide sum = 0;
    for (int64_t ky = 0; ky < i.kernel_y; ++ky)
      for (int64_t kx = 0; kx < i.kernel_x; ++kx)
        sum += src.read(y * i.stride_y + ky * i.dilation_y, x * i.stride_x + kx * i.dilation_x, c) *
               weight(ky, kx, c);
    pass_through_stage(stage, accumulator_element(element_bytes(i.src_type)), sum,
                       i.lane + static_cast<uint64_t>(c), dst.at(y, x, c), registers, memory);
  });
}

}  // namespace mmasim::isa::semantics
