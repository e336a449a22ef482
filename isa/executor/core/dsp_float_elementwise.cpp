// dsp.combine_f32, dsp.function_f32 and dsp.softmax_f32: reals at their own positions.
#include <algorithm>
#include <stdexcept>

#include "isa/executor/core/dsp.h"
#include "isa/executor/core/float_rows.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

template <class Binary>
void for_row(float* a, const float* b, size_t count, Binary&& binary) {
  for (size_t k = 0; k < count; ++k) a[k] = binary(a[k], b[k]);
}

void combine_rows(FloatOperation operation, float* a, const float* b, size_t count) {
  switch (operation) {
    case FloatOperation::add:
      return for_row(a, b, count, [](float v, float w) { return v + w; });
    case FloatOperation::subtract:
      return for_row(a, b, count, [](float v, float w) { return v - w; });
    case FloatOperation::multiply:
      return for_row(a, b, count, [](float v, float w) { return v * w; });
    case FloatOperation::divide:
      return for_row(a, b, count, [](float v, float w) { return v / w; });
    case FloatOperation::minimum:
      return for_row(a, b, count, minimum);
    case FloatOperation::maximum:
      return for_row(a, b, count, maximum);
    case FloatOperation::subtract_from:
      return for_row(a, b, count, [](float v, float w) { return w - v; });
  }
  throw std::logic_error("dsp.combine_f32: no such operation");
}

template <class Unary>
void for_row(float* v, size_t count, Unary&& unary) {
  for (size_t k = 0; k < count; ++k) v[k] = unary(v[k]);
}

void pass_row(const DspFunctionF32& i, float* v, size_t count) {
  switch (i.function) {
    case FloatFunction::copy:
      return;
    case FloatFunction::exponential:
      return for_row(v, count, exponential);
    case FloatFunction::sigmoid:
      return for_row(v, count, sigmoid);
    case FloatFunction::tanh:
      return for_row(v, count, hyperbolic_tangent);
    case FloatFunction::hard_sigmoid:
      return for_row(v, count, [&](float x) { return hard_sigmoid(x, i.alpha, i.beta); });
    case FloatFunction::hard_swish:
      return for_row(v, count, [&](float x) { return hard_swish(x, i.alpha, i.beta); });
    case FloatFunction::leaky:
      return for_row(v, count, [&](float x) { return leaky(x, i.alpha); });
  }
  throw std::logic_error("dsp.function_f32: no such function");
}

}  // namespace

void execute(const DspCombineF32& i, const StageSet&, Worker&, const MemoryView& memory) {
  require_b_channels(i.b_channels, i.channels, i.mnemonic);
  const TileSide a = {memory.at(i.a), i.a_y_stride, i.a_x_stride, sizeof(float)};
  const TileSide b = {memory.at(i.b), i.b_y_stride, i.b_x_stride, sizeof(float)};
  const TileSide dst = result_side(i, Element::f32, memory);
  for_each_chunk(extent_of(i), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    float v[kChunkElements], w[kChunkElements];
    load_row(a.at(y, x) + c * sizeof(float), v, count);
    if (i.b_channels == i.channels)
      load_row(b.at(y, x) + c * sizeof(float), w, count);
    else
      std::fill_n(w, count, read_as<float>(b.at(y, x)));
    combine_rows(i.operation, v, w, count);
    clip_row(v, count, i.low, i.high);
    store_row(v, dst.at(y, x) + c * sizeof(float), count);
  });
}

void execute(const DspFunctionF32& i, const StageSet&, Worker&, const MemoryView& memory) {
  const TileSide src = source_side(i, Element::f32, memory), dst = result_side(i, Element::f32, memory);
  for_each_chunk(merged<2>(extent_of(i), {src, dst}), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    float v[kChunkElements];
    load_row(src.at(y, x) + c * sizeof(float), v, count);
    pass_row(i, v, count);
    clip_row(v, count, i.low, i.high);
    store_row(v, dst.at(y, x) + c * sizeof(float), count);
  });
}

void execute(const DspSoftmaxF32& i, const StageSet&, Worker& worker, const MemoryView& memory) {
  const TileSide src = source_side(i, Element::f32, memory), dst = result_side(i, Element::f32, memory);
  auto& exponentials = worker.float_values;
  exponentials.resize(i.channels);
  for (int64_t y = 0; y < i.count_y; ++y)
    for (int64_t x = 0; x < i.count_x; ++x) {
      if (i.channels == 0) continue;
      load_row(src.at(y, x), exponentials.data(), exponentials.size());
      float largest = exponentials[0];
      for (float v : exponentials) largest = maximum(largest, v);
      float sum = 0;
      for (float& v : exponentials) {
        v = exponential(v - largest);
        sum = sum + v;
      }
      for (float& v : exponentials) v = v / sum;
      store_row(exponentials.data(), dst.at(y, x), exponentials.size());
    }
}

}  // namespace mmasim::isa
