// dsp.function_f32: every real through a function.
#include <stdexcept>

#include "isa/semantics/float_tile.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

namespace {

float value_of(const DspFunctionF32& i, float v) {
  switch (i.function) {
    case FloatFunction::copy:
      return v;
    case FloatFunction::exponential:
      return exponential(v);
    case FloatFunction::sigmoid:
      return sigmoid(v);
    case FloatFunction::tanh:
      return hyperbolic_tangent(v);
    case FloatFunction::hard_sigmoid:
      return hard_sigmoid(v, i.alpha, i.beta);
    case FloatFunction::hard_swish:
      return hard_swish(v, i.alpha, i.beta);
    case FloatFunction::leaky:
      return leaky(v, i.alpha);
  }
  throw std::logic_error("dsp.function_f32: no such function");
}

}  // namespace

void execute(const DspFunctionF32& i, Registers&, const MemoryView& memory) {
  const OperandTile src = source(i, Element::f32, memory), dst = result(i, Element::f32, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    write_f32(dst, y, x, c, clip(value_of(i, read_f32(src, y, x, c)), i.low, i.high));
  });
}

}  // namespace mmasim::isa::semantics
