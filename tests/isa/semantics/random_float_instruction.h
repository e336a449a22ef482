// DSP instructions on reals with random fields, as random_instruction.h makes those on integers. Half of the
// reals are of ordinary size, the others any bytes at all: NaNs, infinities, subnormals.
#pragma once

#include "isa/float_arithmetic.h"
#include "tests/isa/semantics/random_instruction.h"

namespace mmasim::isa::test {

inline float random_real(RandomOperands& t) {
  return static_cast<float>(t.in(-40000, 40000)) / static_cast<float>(t.one_of({1, 100, 10000}));
}

inline Address l2_end(const RandomOperands& t) { return oracle::l2(t.bytes.size()); }

// What lies behind the address becomes reals of ordinary size, in half of the cases.
inline void make_ordinary(RandomOperands& t, Address from) {
  if (t.in(0, 1)) return;
  for (uint64_t at = from.offset(); at + 4 <= t.bytes.size(); at += 4)
    write_as<float>(t.bytes.data() + at, random_real(t));
}

template <class Dsp>
void put_reals(RandomOperands& t, Dsp& i) {
  const auto from = l2_end(t);
  t.put_source(i, Element::f32);
  make_ordinary(t, from);
}

template <class Dsp>
void put_clip(RandomOperands& t, Dsp& i) {
  if (t.in(0, 1)) return;
  i.low = random_real(t), i.high = i.low + static_cast<float>(t.in(0, 9));
}

inline Address real_table(RandomOperands& t, uint64_t entries) {
  return t.in(0, 1) ? Address{} : t.table<float>(entries, [&] { return random_real(t); });
}

inline Address random_grid(RandomOperands& t) {
  if (t.in(0, 1)) return {};
  const Address at = t.room(0, 16);
  const RangeGrid grid = {-1, 1, static_cast<float>(t.count(300)) / 100, static_cast<int32_t>(t.in(0, 255))};
  write_as(t.bytes.data() + at.offset(), grid);
  return at;
}

inline void make(RandomOperands& t, DspQuantize& i) {
  i.dst_type = t.operand();
  t.put_shape(i), put_reals(t, i), t.put_result(i, i.dst_type);
  i.grid = random_grid(t);
  i.step = static_cast<float>(t.count(300)) / 100, i.zero_point = static_cast<int32_t>(t.in(-9, 200));
  i.clip_min = static_cast<int64_t>(element_lowest(i.dst_type));
  i.clip_max = static_cast<int64_t>(element_highest(i.dst_type)) - t.in(0, 9);
}

inline void make(RandomOperands& t, DspDequantize& i) {
  i.src_type = t.operand(), i.lane = t.count(10) - 1;
  t.put_shape(i), t.put_source(i, i.src_type), t.put_result(i, Element::f32);
  const uint64_t lanes = uint64_t{i.lane} + i.channels;
  i.grid = random_grid(t), i.steps = real_table(t, lanes), i.biases = real_table(t, lanes);
  if (t.in(0, 1)) i.sums = t.table<int32_t>(lanes, [&] { return t.in(-9999, 9999); });
  i.step = static_cast<float>(t.count(300)) / 100, i.zero_point = static_cast<int32_t>(t.in(-9, 200));
  put_clip(t, i);
}

inline void make(RandomOperands& t, DspConvert& i) {
  const bool widens = t.in(0, 1) != 0;
  i.src_type = widens ? Element::f16 : Element::f32, i.dst_type = widens ? Element::f32 : Element::f16;
  t.put_shape(i);
  if (widens)
    t.put_source(i, i.src_type);
  else
    put_reals(t, i);
  t.put_result(i, i.dst_type);
}

inline void make(RandomOperands& t, DspRange& i) {
  t.put_shape(i), put_reals(t, i);
  i.begins = static_cast<uint8_t>(t.in(0, 1)), i.dst = t.room(0, 16);
}

inline void make(RandomOperands& t, DspUnpack& i) {
  i.bits = static_cast<uint8_t>(t.in(1, 8)), i.element_bytes = t.one_of<uint8_t>({1, 2, 4}),
  i.count = t.count(99);
  i.src = t.room(0, (int64_t{i.count} * i.bits + 7) / 8);
  i.table = t.room(0, int64_t{i.element_bytes} << i.bits);
  i.dst = t.room(0, int64_t{i.count} * i.element_bytes);
}

inline void make(RandomOperands& t, DspCombineF32& i) {
  i.operation = static_cast<FloatOperation>(t.in(0, 6));
  t.put_shape(i), t.put_result(i, Element::f32);
  i.b_channels = t.in(0, 2) ? i.channels : 1;
  const auto from = l2_end(t);
  i.a = t.tile(i.count_y, i.count_x, uint64_t{i.channels} * 4, i.a_y_stride, i.a_x_stride);
  i.b = t.tile(i.count_y, i.count_x, uint64_t{i.b_channels} * 4, i.b_y_stride, i.b_x_stride);
  make_ordinary(t, from);
  put_clip(t, i);
}

inline void make(RandomOperands& t, DspFunctionF32& i) {
  i.function = static_cast<FloatFunction>(t.in(0, 6));
  t.put_shape(i), put_reals(t, i), t.put_result(i, Element::f32);
  i.alpha = random_real(t), i.beta = random_real(t);
  put_clip(t, i);
}

// A window over a source of so many channels.
template <class Dsp>
void put_real_window(RandomOperands& t, Dsp& i, uint32_t source_channels) {
  const auto from = l2_end(t);
  const uint32_t channels = i.channels;
  i.dilation_y = t.taps(3), i.dilation_x = t.taps(3), i.channels = source_channels;
  t.put_window(i, Element::f32, i.dilation_y, i.dilation_x);
  i.channels = channels;
  make_ordinary(t, from);
}

inline void make(RandomOperands& t, DspConvolveF32& i) {
  t.put_shape(i);
  i.count_x = t.count(9), i.per_channel = static_cast<uint8_t>(t.in(0, 1));
  i.depth = i.per_channel ? 1 : t.count(9);
  put_real_window(t, i, i.per_channel ? i.channels : i.depth);
  const auto from = l2_end(t);
  int64_t weight_stride = 0;
  i.weights =
      t.walk(uint64_t{i.channels} * 4, {{uint64_t{i.kernel_y} * i.kernel_x * i.depth, &weight_stride}});
  i.weight_stride = static_cast<int32_t>(weight_stride);
  make_ordinary(t, from);
  i.biases = real_table(t, i.channels);
  t.put_result(i, Element::f32), put_clip(t, i);
}

inline void make(RandomOperands& t, DspPoolF32& i) {
  i.pool = static_cast<FloatPool>(t.in(0, 1));
  t.put_shape(i), put_real_window(t, i, i.channels), t.put_result(i, Element::f32);
  for (auto* begin : {&i.valid_y_begin, &i.valid_x_begin}) *begin = static_cast<int32_t>(t.in(-1, 2));
  for (auto* end : {&i.valid_y_end, &i.valid_x_end}) *end = static_cast<int32_t>(t.in(1, 11));
  i.divisor = t.in(0, 1) ? 0 : t.count(12);
  put_clip(t, i);
}

inline void make(RandomOperands& t, DspSoftmaxF32& i) {
  t.put_shape(i), put_reals(t, i), t.put_result(i, Element::f32);
}

}  // namespace mmasim::isa::test
