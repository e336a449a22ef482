// DMA descriptors and DSP instructions with random fields, and the bytes they need: rooms that do not meet,
// tables, an output stage. Results may overlap themselves, as strides are any.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include "isa/instruction.h"
#include "tests/isa/semantics/oracle.h"

namespace mmasim::isa::test {

// Random operands of an instruction, in an L2 that grows with them.
struct RandomOperands : oracle::Numbers {
  explicit RandomOperands(uint64_t seed) : Numbers(seed) { room(-64, 0); }

  std::vector<uint8_t> bytes;
  StageSet stage;

  uint32_t count(int64_t most) { return static_cast<uint32_t>(in(1, most)); }
  uint16_t taps(int64_t most) { return static_cast<uint16_t>(in(1, most)); }
  uint8_t random_byte() { return static_cast<uint8_t>(next() >> 40); }
  Element scalar() { return static_cast<Element>(in(0, 6)); }
  Element operand() { return static_cast<Element>(in(0, 5)); }
  // What brings values of `bits` bits into the element's range.
  int8_t shift_of(int64_t bits, Element out) {
    return static_cast<int8_t>(std::max<int64_t>(-3, bits - 8 * element_bytes(out) + in(-2, 2)));
  }

  // An address, and new bytes from `lowest` to `highest` around it.
  Address room(int64_t lowest, int64_t highest) {
    const int64_t base = static_cast<int64_t>(bytes.size()) + in(0, 9) - lowest;
    while (bytes.size() < static_cast<uint64_t>(base + highest)) bytes.push_back(random_byte());
    return oracle::l2(static_cast<uint64_t>(base));
  }

  // Room for runs over dimensions, the innermost first, and strides for them: end to end, or mostly multiples
  // of a common one, which may be negative, 0 or less than a run.
  Address walk(uint64_t run, std::initializer_list<std::pair<uint64_t, int64_t*>> dimensions) {
    const bool is_dense = in(0, 3) == 0;
    int64_t dense = static_cast<int64_t>(run), lowest = 0, highest = dense;
    const int64_t unit = dense + (in(0, 1) ? 0 : in(1, 40));
    for (const auto& [n, stride] : dimensions) {
      *stride = is_dense ? dense : unit * in(-4, 6) + (in(0, 3) ? 0 : in(-9, 9));
      dense *= static_cast<int64_t>(n);
      const int64_t last = static_cast<int64_t>(n - 1) * *stride;
      (last < 0 ? lowest : highest) += last;
    }
    return room(lowest, highest);
  }
  Address tile(uint64_t rows, uint64_t columns, uint64_t run, int32_t& y_stride, int32_t& x_stride) {
    int64_t y = 0, x = 0;
    const Address at = walk(run, {{columns, &x}, {rows, &y}});
    y_stride = static_cast<int32_t>(y), x_stride = static_cast<int32_t>(x);
    return at;
  }

  template <class Entry, class Make>
  Address table(uint64_t entries, Make&& make) {
    const Address at = room(0, static_cast<int64_t>(entries * sizeof(Entry)));
    for (uint64_t k = 0; k < entries; ++k)
      write_as<Entry>(bytes.data() + at.offset() + k * sizeof(Entry), static_cast<Entry>(make()));
    return at;
  }
  Address table_in(uint64_t entries, int64_t lowest, int64_t highest) {
    return table<int64_t>(entries, [&] { return in(lowest, highest); });
  }

  template <class Dsp>
  void put_shape(Dsp& i) {
    i.count_y = count(3), i.count_x = count(5), i.channels = count(in(1, 70));
  }
  template <class Dsp>
  void put_source(Dsp& i, Element e) {
    const uint64_t run = uint64_t{i.channels} * element_bytes(e);
    i.src = tile(i.count_y, i.count_x, run, i.src_y_stride, i.src_x_stride);
  }
  template <class Dsp>
  void put_window(Dsp& i, Element e, uint16_t dilation_y, uint16_t dilation_x) {
    i.kernel_y = taps(4), i.kernel_x = taps(3), i.stride_y = taps(3), i.stride_x = taps(3);
    const uint64_t rows = (i.count_y - 1) * i.stride_y + (i.kernel_y - 1u) * dilation_y + 1;
    const uint64_t columns = (i.count_x - 1) * i.stride_x + (i.kernel_x - 1u) * dilation_x + 1;
    const uint64_t run = uint64_t{i.channels} * element_bytes(e);
    i.src = tile(rows, columns, run, i.src_y_stride, i.src_x_stride);
  }
  template <class Dsp>
  void put_result(Dsp& i, Element e) {
    const uint64_t run = uint64_t{i.channels} * element_bytes(e);
    i.dst = tile(i.count_y, i.count_x, run, i.dst_y_stride, i.dst_x_stride);
  }
  template <class Dsp>
  void put_finish(Dsp& i, int64_t bits, Element out) {
    i.shift = shift_of(bits, out), i.rounding = oracle::kRoundings[in(0, 3)];
    i.clip_min = static_cast<int64_t>(element_lowest(out));
    i.clip_max = static_cast<int64_t>(element_highest(out));
  }

  // A stage for accumulators of about `bits` bits.
  void put_stage(Element accumulator, int bits, uint64_t lanes) {
    stage = oracle::raw_stage(Unit::dsp, accumulator);
    if (in(0, 4) != 0) {
      const Element out = scalar();
      stage = oracle::shift_stage(Unit::dsp, out, shift_of(bits + 1, out), oracle::kRoundings[in(0, 3)]);
      stage.multiplier_mode = static_cast<TableMode>(in(0, 2)), stage.multiplier = count(3);
      stage.multipliers = table<uint32_t>(lanes, [&] { return count(3); });
      stage.shift_mode = one_of({TableMode::common, TableMode::per_lane});
      stage.shifts = table<int8_t>(lanes, [&] { return stage.shift + in(-1, 1); });
    }
    if (in(0, 3) == 0) return;
    const auto bias = [&] { return static_cast<Wide>(UnsignedWide{next()} << 64) >> (130 - bits); };
    with_element(accumulator, [&](auto e) { stage.bias = table<decltype(e)>(lanes, bias); });
    room(0, static_cast<int64_t>(lanes * 16));  // so that biases of the widest accumulators would fit
  }
};

inline void make(RandomOperands& t, DmaCopy& c) {
  c.row_bytes = t.count(60), c.n1 = t.count(5), c.n2 = t.count(3), c.n3 = t.count(3);
  c.src = t.walk(c.row_bytes, {{c.n1, &c.src_stride1}, {c.n2, &c.src_stride2}, {c.n3, &c.src_stride3}});
  c.dst = t.walk(c.row_bytes, {{c.n1, &c.dst_stride1}, {c.n2, &c.dst_stride2}, {c.n3, &c.dst_stride3}});
}

inline void make(RandomOperands& t, DmaFill& f) {
  f.element_bytes = t.one_of<uint8_t>({1, 2, 4, 8}), f.row_bytes = f.element_bytes * t.count(20);
  f.n1 = t.count(5), f.n2 = t.count(5), f.value = static_cast<int64_t>(t.next());
  f.dst = t.walk(f.row_bytes, {{f.n1, &f.dst_stride1}, {f.n2, &f.dst_stride2}});
}

inline void make(RandomOperands& t, DspRescale& i) {
  i.src_type = t.scalar(), i.dst_type = t.scalar();
  t.put_shape(i), t.put_source(i, i.src_type), t.put_result(i, i.dst_type);
  i.src_zero = t.in(-9, 9), i.multiplier = t.in(1, 15);
  t.put_finish(i, 8 * element_bytes(i.src_type) + 4, i.dst_type);
}

template <class Dsp>
inline void make_two_operands(RandomOperands& t, Dsp& i) {
  i.a_type = t.operand(), i.b_type = t.operand(), i.dst_type = t.scalar();
  t.put_shape(i), t.put_result(i, i.dst_type);
  i.b_channels = t.in(0, 2) ? i.channels : 1;
  const uint64_t a_run = uint64_t{i.channels} * element_bytes(i.a_type);
  const uint64_t b_run = uint64_t{i.b_channels} * element_bytes(i.b_type);
  i.a = t.tile(i.count_y, i.count_x, a_run, i.a_y_stride, i.a_x_stride);
  i.b = t.tile(i.count_y, i.count_x, b_run, i.b_y_stride, i.b_x_stride);
}

inline void make(RandomOperands& t, DspAdd& i) {  // both sides weigh about as much
  make_two_operands(t, i);
  const int64_t a = 8 * element_bytes(i.a_type), b = 8 * element_bytes(i.b_type), bits = std::max(a, b);
  i.a_multiplier = t.in(1, 15) << (bits - a), i.b_multiplier = t.in(1, 15) << (bits - b);
  t.put_finish(i, bits + 4, i.dst_type);
}

inline void make(RandomOperands& t, DspMultiply& i) {
  make_two_operands(t, i);
  i.multiplier = t.in(1, 15);
  t.put_finish(i, 8 * element_bytes(i.a_type) + 8 * element_bytes(i.b_type) + 4, i.dst_type);
}

inline void make(RandomOperands& t, DspDepthwise& i) {
  const uint32_t bits = t.one_of({8u, 8u, 16u, 32u});
  i.src_type = operand_element(bits, t.in(0, 1)), i.weight_type = operand_element(bits, t.in(0, 1));
  i.dilation_y = t.taps(3), i.dilation_x = t.taps(3), i.lane = t.count(10) - 1;
  t.put_shape(i), t.put_window(i, i.src_type, i.dilation_y, i.dilation_x);
  int64_t weight_stride = 0;
  i.weights = t.walk(i.channels * bits / 8, {{uint64_t{i.kernel_y} * i.kernel_x, &weight_stride}});
  i.weight_stride = static_cast<int32_t>(weight_stride);
  t.put_stage(accumulator_element(bits / 8), static_cast<int>(2 * bits + 1), uint64_t{i.lane} + i.channels);
  t.put_result(i, t.stage.out);
}

inline void make(RandomOperands& t, DspRequantize& i) {
  i.src_type = t.one_of({Element::s32, Element::s64, Element::s128}), i.lane = t.count(10) - 1;
  t.put_shape(i), t.put_source(i, i.src_type);
  t.put_stage(i.src_type, static_cast<int>(8 * element_bytes(i.src_type)), uint64_t{i.lane} + i.channels);
  t.put_result(i, t.stage.out);
}

inline void make(RandomOperands& t, DspPoolMax& i) {
  i.type = t.scalar(), i.dilation_y = t.taps(3), i.dilation_x = t.taps(3);
  t.put_shape(i), t.put_window(i, i.type, i.dilation_y, i.dilation_x), t.put_result(i, i.type);
}

inline void make(RandomOperands& t, DspPoolAverage& i) {
  i.src_type = t.operand(), i.dst_type = t.scalar();
  t.put_shape(i), t.put_window(i, i.src_type, 1, 1), t.put_result(i, i.dst_type);
  for (auto* begin : {&i.valid_y_begin, &i.valid_x_begin}) *begin = static_cast<int32_t>(t.in(-1, 2));
  for (auto* end : {&i.valid_y_end, &i.valid_x_end}) *end = static_cast<int32_t>(t.in(1, 11));
  i.reciprocal = t.in(1, 4095), i.dst_zero = t.in(0, 9);
  if (t.in(0, 2)) i.reciprocals = t.table_in(uint64_t{i.kernel_y} * i.kernel_x, 1, 4095);
  t.put_finish(i, 8 * element_bytes(i.src_type) + 14, i.dst_type);
}

// Fraction bits that make a table of at most 1025 knots; its entries.
template <class Dsp>
uint64_t put_segments(RandomOperands& t, Dsp& i) {
  const int64_t bits = 8 * element_bytes(i.src_type);
  i.fraction_bits = static_cast<uint8_t>(bits == 8 ? t.in(0, 7) : t.in(bits - 10, bits - 1));
  return (((uint64_t{1} << bits) - 1) >> i.fraction_bits) + (i.fraction_bits ? 2 : 1);
}

inline void make(RandomOperands& t, DspLookup& i) {
  i.src_type = t.operand(), i.dst_type = t.scalar();
  t.put_shape(i), t.put_source(i, i.src_type), t.put_result(i, i.dst_type);
  const uint64_t entries = put_segments(t, i), bytes = element_bytes(i.dst_type);
  if (i.fraction_bits == 15 && bytes == 1)
    i.fraction_bits = 0, i.table = t.room(0, 1 << 16);
  else if (i.fraction_bits == 0)
    i.table = t.room(0, static_cast<int64_t>(entries * bytes));
  else
    i.table = t.table<int64_t>(entries, [&] { return t.element(i.dst_type); });
}

inline void make(RandomOperands& t, DspPrelu& i) {
  i.src_type = t.operand(), i.dst_type = t.scalar(), i.lane = t.count(10) - 1;
  t.put_shape(i), t.put_source(i, i.src_type), t.put_result(i, i.dst_type);
  i.src_zero = t.in(0, 99), i.positive = t.in(1, 15), i.slope = t.in(-15, 15);
  if (t.in(0, 2)) i.slopes = t.table_in(uint64_t{i.lane} + i.channels, -15, 15);
  t.put_finish(i, 8 * element_bytes(i.src_type) + 4, i.dst_type);
}

inline void make(RandomOperands& t, DspSoftmax& i) {
  i.src_type = t.operand(), i.dst_type = t.scalar();
  t.put_shape(i), t.put_source(i, i.src_type), t.put_result(i, i.dst_type);
  i.bits = static_cast<uint8_t>(std::min(8 * element_bytes(i.dst_type), 30u));
  i.table = t.table_in(put_segments(t, i), 0, 1 << 24);
}

inline void make(RandomOperands& t, DspArgmax& i) {
  i.src_type = t.in(0, 3) == 0 ? Element::f32 : t.scalar();
  t.put_shape(i), t.put_source(i, i.src_type);
  i.dst = t.tile(i.count_y, i.count_x, 8, i.dst_y_stride, i.dst_x_stride);
}

// A part of the whole result; its source begins at the first cell it needs, or one before.
inline void make(RandomOperands& t, DspResize& i) {
  i.type = t.operand();
  t.put_shape(i), t.put_result(i, i.type);
  i.factor_y = t.taps(4), i.factor_x = t.taps(4), i.half_pixel = static_cast<uint8_t>(t.in(0, 1));
  i.in_height = t.count(5), i.in_width = t.count(5);
  i.out_y = t.count(i.in_height * i.factor_y) - 1, i.out_x = t.count(i.in_width * i.factor_x) - 1;
  const auto first_cell = [&](int64_t out, int64_t factor) {
    const int64_t position = 2 * out + (i.half_pixel ? 1 - factor : 0);
    return static_cast<uint32_t>(std::max<int64_t>(position / (2 * factor) - t.in(0, 1), 0));
  };
  i.src_y = first_cell(i.out_y, i.factor_y), i.src_x = first_cell(i.out_x, i.factor_x);
  const uint64_t run = uint64_t{i.channels} * element_bytes(i.type);
  i.src = t.tile(i.in_height - i.src_y, i.in_width - i.src_x, run, i.src_y_stride, i.src_x_stride);
  i.multiplier = t.in(1, 15);
  t.put_finish(i, 8 * element_bytes(i.type) + 9, i.type);
}

inline void make(RandomOperands& t, DspPermute& p) {
  p.element_bytes = t.one_of<uint8_t>({1, 2, 4, 8, 16});
  for (auto* n : {&p.n1, &p.n2, &p.n3, &p.n4, &p.n5}) *n = t.count(4);
  p.src = t.walk(p.element_bytes, {{p.n1, &p.src_stride1},
                                   {p.n2, &p.src_stride2},
                                   {p.n3, &p.src_stride3},
                                   {p.n4, &p.src_stride4},
                                   {p.n5, &p.src_stride5}});
  p.dst = t.walk(p.element_bytes, {{p.n1, &p.dst_stride1},
                                   {p.n2, &p.dst_stride2},
                                   {p.n3, &p.dst_stride3},
                                   {p.n4, &p.dst_stride4},
                                   {p.n5, &p.dst_stride5}});
}

}  // namespace mmasim::isa::test
