// Checks of the DSP instructions on reals; where they read and write is said in isa/float_operands.h.
#include "isa/float_operands.h"
#include "isa/verify/element_range.h"
#include "isa/verify/instruction_checks.h"
#include "isa/verify/tile.h"

namespace mmasim::isa {
namespace {

void expect_bounds(float low, float high) {
  if (high < low) violate("high is {}; expected at least low, {}", high, low);
}

template <class Window>
void expect_window(const Window& i) {
  expect_window_work(i);
  expect_not_zero("dilation_y", i.dilation_y);
  expect_not_zero("dilation_x", i.dilation_x);
}

void expect_step(float step) {
  if (!(step > 0) || step == kInfinity) violate("step is {}; expected a number above 0", step);
}

void expect_lanes(uint64_t lane, uint64_t channels) {
  if (lane + channels > uint64_t{1} << 32)
    violate("lane is {}, and {} more; expected below 2^32", lane, channels);
}

}  // namespace

template <class Float>
void InstructionChecks::expect_operands(const Float& i) const {
  for_each_operand(
      i, [this](const char* name, Use use, Address base, uint64_t bytes, std::initializer_list<Repeat> walk) {
        Extent extent = Extent::of_bytes(bytes);
        for (const Repeat& dimension : walk) extent.repeat(dimension.count, dimension.stride);
        if (use == Use::table)
          memory_.expect_in_l2(name, base, extent);
        else if (use == Use::write)
          memory_.expect_writable(name, base, extent);
        else
          memory_.expect_inside(name, base, extent);
      });
}

void InstructionChecks::check(const DspQuantize& i) {
  expect_tile_work(i);
  expect_operand("dst_type", i.dst_type);
  expect_clip(i.dst_type, i.clip_min, i.clip_max);
  expect_step(i.step);
  expect_operands(i);
}

void InstructionChecks::check(const DspDequantize& i) {
  expect_tile_work(i);
  expect_operand("src_type", i.src_type);
  expect_step(i.step);
  expect_bounds(i.low, i.high);
  expect_lanes(i.lane, i.channels);
  expect_operands(i);
}

void InstructionChecks::check(const DspConvert& i) {
  expect_tile_work(i);
  if (!element_is_real(i.src_type)) violate("src_type is {}; expected f16 or f32", word(i.src_type));
  const Element other = i.src_type == Element::f16 ? Element::f32 : Element::f16;
  if (i.dst_type != other) violate("dst_type is {}; expected {}", word(i.dst_type), word(other));
  expect_operands(i);
}

void InstructionChecks::check(const DspRange& i) {
  expect_tile_work(i);
  expect_in_range("begins", i.begins, 0, 1);
  expect_operands(i);
}

void InstructionChecks::check(const DspUnpack& i) {
  expect_not_zero("count", i.count);
  expect_in_range("bits", i.bits, 1, 8);
  if (i.element_bytes != 1 && i.element_bytes != 2 && i.element_bytes != 4)
    violate("element_bytes is {}; expected 1, 2 or 4", i.element_bytes);
  expect_operands(i);
}

void InstructionChecks::check(const DspCombineF32& i) {
  expect_tile_work(i);
  if (i.b_channels != i.channels && i.b_channels != 1)
    violate("b_channels is {}; expected 1 or as many as channels, {}", i.b_channels, i.channels);
  expect_bounds(i.low, i.high);
  expect_operands(i);
}

void InstructionChecks::check(const DspFunctionF32& i) {
  expect_tile_work(i);
  expect_bounds(i.low, i.high);
  expect_operands(i);
}

void InstructionChecks::check(const DspConvolveF32& i) {
  expect_window(i);
  expect_work({{"count_y", i.count_y},
               {"count_x", i.count_x},
               {"channels", i.channels},
               {"kernel_y", i.kernel_y},
               {"kernel_x", i.kernel_x},
               {"depth", i.depth}});
  expect_in_range("per_channel", i.per_channel, 0, 1);
  if (i.per_channel == 1 && i.depth != 1) violate("depth is {}; expected 1, as per_channel is 1", i.depth);
  expect_bounds(i.low, i.high);
  expect_operands(i);
}

void InstructionChecks::check(const DspPoolF32& i) {
  expect_window(i);
  expect_bounds(i.low, i.high);
  expect_operands(i);
}

void InstructionChecks::check(const DspSoftmaxF32& i) {
  expect_tile_work(i);
  expect_operands(i);
}

}  // namespace mmasim::isa
