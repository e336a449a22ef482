// Checks of the DSP instructions that work position by position.
#include "isa/verify/element_range.h"
#include "isa/verify/instruction_checks.h"
#include "isa/verify/tile.h"

namespace mmasim::isa {
namespace {

// Entries of a table over all values of an element: one per value, or one per knot and the knot behind the
// last segment.
uint64_t table_entries(Element src, uint32_t fraction_bits) {
  const uint64_t values = uint64_t{1} << (8 * element_bytes(src));
  return fraction_bits == 0 ? values : ((values - 1) >> fraction_bits) + 2;
}

void expect_table_source(Element src, uint32_t fraction_bits) {
  expect_operand("src_type", src);
  expect_in_range("fraction_bits", fraction_bits, 0, 8 * element_bytes(src) - 1);
}

// dsp.add and dsp.multiply: `b` may have one channel for all.
template <class Operation>
void expect_b_channels(const Operation& op) {
  if (op.b_channels != op.channels && op.b_channels != 1) {
    violate("b_channels is {}; expected 1 or as many as channels, {}", op.b_channels, op.channels);
  }
}

template <class Operation>
void expect_two_operands(const Operation& op, const MemoryBounds& memory) {
  expect_tile_work(op);
  expect_b_channels(op);
  expect_scalar("a_type", op.a_type);
  expect_scalar("b_type", op.b_type);
  expect_scalar("dst_type", op.dst_type);
  expect_clip(op.dst_type, op.clip_min, op.clip_max);
  const auto extent = [&op](uint64_t channels, Element type, int64_t y_stride, int64_t x_stride) {
    return tile_extent(op.count_y, op.count_x, channels * element_bytes(type), y_stride, x_stride);
  };
  memory.expect_inside("a", op.a, extent(op.channels, op.a_type, op.a_y_stride, op.a_x_stride));
  memory.expect_inside("b", op.b, extent(op.b_channels, op.b_type, op.b_y_stride, op.b_x_stride));
  memory.expect_writable("dst", op.dst, extent(op.channels, op.dst_type, op.dst_y_stride, op.dst_x_stride));
}

// One source, one destination, the same shape.
template <class Operation>
void expect_source_and_destination(const Operation& op, const MemoryBounds& memory) {
  expect_tile_work(op);
  expect_scalar("src_type", op.src_type);
  expect_scalar("dst_type", op.dst_type);
  memory.expect_inside("src", op.src, src_extent(op, element_bytes(op.src_type)));
  memory.expect_writable("dst", op.dst, dst_extent(op, element_bytes(op.dst_type)));
}

}  // namespace

void InstructionChecks::check(const DspRescale& rescale) {
  expect_source_and_destination(rescale, memory_);
  expect_clip(rescale.dst_type, rescale.clip_min, rescale.clip_max);
  expect_arithmetic_bits(difference_bits(rescale.src_type, rescale.src_zero) +
                         bit_length(rescale.multiplier));
}

void InstructionChecks::check(const DspAdd& add) {
  expect_two_operands(add, memory_);
  const uint32_t a_bits = difference_bits(add.a_type, add.a_zero) + bit_length(add.a_multiplier);
  const uint32_t b_bits = difference_bits(add.b_type, add.b_zero) + bit_length(add.b_multiplier);
  expect_arithmetic_bits(std::max(a_bits, b_bits) + 1);
}

void InstructionChecks::check(const DspMultiply& multiply) {
  expect_two_operands(multiply, memory_);
  expect_arithmetic_bits(difference_bits(multiply.a_type, multiply.a_zero) +
                         difference_bits(multiply.b_type, multiply.b_zero) + bit_length(multiply.multiplier));
}

void InstructionChecks::check(const DspRequantize& requantize) {
  expect_tile_work(requantize);
  expect_accumulator("src_type", requantize.src_type);
  const StageSet& stage = expect_stage(Unit::dsp, requantize.src_type, requantize.lane, requantize.channels);
  memory_.expect_inside("src", requantize.src, src_extent(requantize, element_bytes(requantize.src_type)));
  memory_.expect_writable("dst", requantize.dst, dst_extent(requantize, element_bytes(stage.out)));
}

void InstructionChecks::check(const DspLookup& lookup) {
  expect_source_and_destination(lookup, memory_);
  expect_table_source(lookup.src_type, lookup.fraction_bits);
  const uint64_t entry_bytes = lookup.fraction_bits == 0 ? element_bytes(lookup.dst_type) : 8;
  memory_.expect_in_l2("table", lookup.table,
                       Extent::of_bytes(table_entries(lookup.src_type, lookup.fraction_bits) * entry_bytes));
}

void InstructionChecks::check(const DspPrelu& prelu) {
  expect_source_and_destination(prelu, memory_);
  expect_clip(prelu.dst_type, prelu.clip_min, prelu.clip_max);
  uint32_t factor_bits = std::max(bit_length(prelu.positive), bit_length(prelu.slope));
  if (!prelu.slopes.is_none()) {
    if (uint64_t{prelu.lane} + prelu.channels > uint64_t{1} << 32)
      violate("lane is {}; expected less", prelu.lane);
    const Int128 first = static_cast<Int128>(prelu.lane) * 8;
    memory_.expect_inside("slopes", prelu.slopes, {first, first + static_cast<Int128>(prelu.channels) * 8});
    factor_bits = 64;  // the table may hold anything
  }
  expect_arithmetic_bits(difference_bits(prelu.src_type, prelu.src_zero) + factor_bits);
}

void InstructionChecks::check(const DspSoftmax& softmax) {
  expect_source_and_destination(softmax, memory_);
  expect_table_source(softmax.src_type, softmax.fraction_bits);
  expect_in_range("bits", softmax.bits, 1, 32);
  memory_.expect_in_l2("table", softmax.table,
                       Extent::of_bytes(table_entries(softmax.src_type, softmax.fraction_bits) * 8));
}

void InstructionChecks::check(const DspArgmax& argmax) {
  expect_tile_work(argmax);
  if (argmax.src_type > Element::s64 && argmax.src_type != Element::f32)
    violate("src_type is {}; expected an integer of 8 to 64 bits, or f32", word(argmax.src_type));
  memory_.expect_inside("src", argmax.src, src_extent(argmax, element_bytes(argmax.src_type)));
  memory_.expect_writable(
      "dst", argmax.dst,
      tile_extent(argmax.count_y, argmax.count_x, 8, argmax.dst_y_stride, argmax.dst_x_stride));
}

void InstructionChecks::check(const DspPermute& p) {
  const uint32_t bytes = p.element_bytes;
  if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8 && bytes != 16) {
    violate("element_bytes is {}; expected 1, 2, 4, 8 or 16", bytes);
  }
  expect_work(
      {{"n1", p.n1}, {"n2", p.n2}, {"n3", p.n3}, {"n4", p.n4}, {"n5", p.n5}, {"element_bytes", bytes}});
  memory_.expect_inside("src", p.src,
                        Extent::of_bytes(bytes)
                            .repeat(p.n1, p.src_stride1)
                            .repeat(p.n2, p.src_stride2)
                            .repeat(p.n3, p.src_stride3)
                            .repeat(p.n4, p.src_stride4)
                            .repeat(p.n5, p.src_stride5));
  memory_.expect_writable("dst", p.dst,
                          Extent::of_bytes(bytes)
                              .repeat(p.n1, p.dst_stride1)
                              .repeat(p.n2, p.dst_stride2)
                              .repeat(p.n3, p.dst_stride3)
                              .repeat(p.n4, p.dst_stride4)
                              .repeat(p.n5, p.dst_stride5));
}

}  // namespace mmasim::isa
