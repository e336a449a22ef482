// Where the DSP's instructions on reals read and write, said once: bounds (isa/verify), order of execution
// (isa/executor/footprint.h) and dataflow walk this list. Knows no values.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "isa/float_instruction.h"

namespace mmasim::isa {

enum class Use { read, table, write };  // a table is constants that an index picks from

struct Repeat {  // a dimension of an operand
  uint64_t count;
  int64_t stride;
};

constexpr uint64_t kRangeGridBytes = 16;  // of dsp.range

namespace operands {

// Positions of `run` contiguous bytes.
template <class Dsp, class Visit>
void tile(const Dsp& i, const char* name, Use use, Address base, uint64_t run, int64_t y_stride,
          int64_t x_stride, Visit& visit) {
  visit(name, use, base, run, {{i.count_y, y_stride}, {i.count_x, x_stride}});
}
template <class Dsp, class Visit>
void source(const Dsp& i, Element element, Visit& visit) {
  tile(i, "src", Use::read, i.src, uint64_t{i.channels} * element_bytes(element), i.src_y_stride,
       i.src_x_stride, visit);
}
template <class Dsp, class Visit>
void result(const Dsp& i, Element element, Visit& visit) {
  tile(i, "dst", Use::write, i.dst, uint64_t{i.channels} * element_bytes(element), i.dst_y_stride,
       i.dst_x_stride, visit);
}
template <class Dsp, class Visit>
void window(const Dsp& i, uint64_t source_channels, Visit& visit) {
  visit("src", Use::read, i.src, source_channels * sizeof(float),
        {{i.count_y, int64_t{i.stride_y} * i.src_y_stride},
         {i.count_x, int64_t{i.stride_x} * i.src_x_stride},
         {i.kernel_y, int64_t{i.dilation_y} * i.src_y_stride},
         {i.kernel_x, int64_t{i.dilation_x} * i.src_x_stride}});
}
template <class Visit>
void grid(Address at, Visit& visit) {
  if (!at.is_none()) visit("grid", Use::read, at, kRangeGridBytes, {});
}
// Entries of 4 bytes, one per channel.
template <class Visit>
void lanes(const char* name, Address table, uint64_t lane, uint64_t channels, Visit& visit) {
  if (!table.is_none()) visit(name, Use::table, table + static_cast<int64_t>(lane * 4), channels * 4, {});
}

}  // namespace operands

// Calls visit(name, use, address, bytes of a run, dimensions) for each operand.
template <class Visit>
void for_each_operand(const DspQuantize& i, Visit&& visit) {
  operands::source(i, Element::f32, visit);
  operands::grid(i.grid, visit);
  operands::result(i, i.dst_type, visit);
}
template <class Visit>
void for_each_operand(const DspDequantize& i, Visit&& visit) {
  operands::source(i, i.src_type, visit);
  operands::grid(i.grid, visit);
  operands::lanes("steps", i.steps, i.lane, i.channels, visit);
  operands::lanes("sums", i.sums, i.lane, i.channels, visit);
  operands::lanes("biases", i.biases, i.lane, i.channels, visit);
  operands::result(i, Element::f32, visit);
}
template <class Visit>
void for_each_operand(const DspConvert& i, Visit&& visit) {
  operands::source(i, i.src_type, visit);
  operands::result(i, i.dst_type, visit);
}
template <class Visit>
void for_each_operand(const DspRange& i, Visit&& visit) {
  operands::source(i, Element::f32, visit);
  if (i.begins == 0) visit("dst", Use::read, i.dst, kRangeGridBytes, {});
  visit("dst", Use::write, i.dst, kRangeGridBytes, {});
}
template <class Visit>
void for_each_operand(const DspUnpack& i, Visit&& visit) {
  visit("src", Use::read, i.src, (uint64_t{i.count} * i.bits + 7) / 8, {});
  visit("table", Use::table, i.table, uint64_t{i.element_bytes} << i.bits, {});
  visit("dst", Use::write, i.dst, uint64_t{i.count} * i.element_bytes, {});
}
template <class Visit>
void for_each_operand(const DspCombineF32& i, Visit&& visit) {
  operands::tile(i, "a", Use::read, i.a, uint64_t{i.channels} * sizeof(float), i.a_y_stride, i.a_x_stride,
                 visit);
  operands::tile(i, "b", Use::read, i.b, uint64_t{i.b_channels} * sizeof(float), i.b_y_stride, i.b_x_stride,
                 visit);
  operands::result(i, Element::f32, visit);
}
template <class Visit>
void for_each_operand(const DspFunctionF32& i, Visit&& visit) {
  operands::source(i, Element::f32, visit);
  operands::result(i, Element::f32, visit);
}
template <class Visit>
void for_each_operand(const DspConvolveF32& i, Visit&& visit) {
  operands::window(i, i.per_channel ? i.channels : i.depth, visit);
  visit("weights", Use::read, i.weights, uint64_t{i.channels} * sizeof(float),
        {{uint64_t{i.kernel_y} * i.kernel_x * i.depth, i.weight_stride}});
  operands::lanes("biases", i.biases, 0, i.channels, visit);
  operands::result(i, Element::f32, visit);
}
template <class Visit>
void for_each_operand(const DspPoolF32& i, Visit&& visit) {
  operands::window(i, i.channels, visit);
  operands::result(i, Element::f32, visit);
}
template <class Visit>
void for_each_operand(const DspSoftmaxF32& i, Visit&& visit) {
  operands::source(i, Element::f32, visit);
  operands::result(i, Element::f32, visit);
}

}  // namespace mmasim::isa
