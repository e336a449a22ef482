// dsp.combine_f32: two tiles of reals, element by element.
#include <stdexcept>

#include "isa/semantics/float_tile.h"
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

namespace {

float combined(FloatOperation operation, float a, float b) {
  switch (operation) {
    case FloatOperation::add:
      return a + b;
    case FloatOperation::subtract:
      return a - b;
    case FloatOperation::multiply:
      return a * b;
    case FloatOperation::divide:
      return a / b;
    case FloatOperation::minimum:
      return minimum(a, b);
    case FloatOperation::maximum:
      return maximum(a, b);
    case FloatOperation::subtract_from:
      return b - a;
  }
  throw std::logic_error("dsp.combine_f32: no such operation");
}

}  // namespace

void execute(const DspCombineF32& i, Registers&, const MemoryView& memory) {
  require_b_channels(i.b_channels, i.channels, i.mnemonic);
  const OperandTile a = {memory, i.a, i.a_y_stride, i.a_x_stride, Element::f32};
  const OperandTile b = {memory, i.b, i.b_y_stride, i.b_x_stride, Element::f32};
  const OperandTile dst = result(i, Element::f32, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    const float v = combined(i.operation, read_f32(a, y, x, c), read_f32(b, y, x, i.b_channels == 1 ? 0 : c));
    write_f32(dst, y, x, c, clip(v, i.low, i.high));
  });
}

}  // namespace mmasim::isa::semantics
