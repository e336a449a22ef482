// The instruction set: one struct per instruction, each with its field table; Instruction is their variant.
// The core (the DSP) fetches one stream in order. It runs dsp.* itself, issues mma.* to the array and hands
// dma.* to channel queues, which run beside it; only tokens order the two sides. What an instruction does to
// bytes is in isa/semantics/, what it costs in models/. Those on reals are in float_instruction.h.
//
// Loop nests in comments use: y, x, c for the rows, columns and channels of a tile; k for the depth of a
// product.
#pragma once

#include <cstdint>
#include <variant>

#include "isa/address.h"
#include "isa/element.h"
#include "isa/float_instruction.h"
#include "isa/kit/fields.h"

namespace mmasim::isa {

// ---------------------------------------------------------------- control and synchronisation

enum class Setup : uint8_t {
  none = 0,
  call = 1,
  heavy = 2,
  light = 3
};  // which fixed overhead a layer start costs

struct CtlLayer {
  static constexpr auto mnemonic = "ctl.layer";
  static constexpr auto sentence =
      "Begins a layer: what follows counts for it; the core spends the layer's setup overhead.";
  uint32_t layer = 0;
  Setup setup = Setup::none;
  static constexpr auto fields =
      make_field_list(field(&CtlLayer::layer, "layer", 4, "", "index into the program's layer table"),
                      field(&CtlLayer::setup, "setup", 1, "",
                            "overhead to spend: 0 none, 1 network call, 2 heavy layer, 3 light layer"));
};

struct CtlEnd {
  static constexpr auto mnemonic = "ctl.end";
  static constexpr auto sentence =
      "Ends the program: the core waits for the array and for every DMA queue to drain.";
  static constexpr auto fields = make_field_list();
};

struct SyncWait {
  static constexpr auto mnemonic = "sync.wait";
  static constexpr auto sentence = "Stalls the core until the token's count is at least `count`.";
  uint16_t token = 0;
  uint32_t count = 0;
  static constexpr auto fields =
      make_field_list(field(&SyncWait::token, "token", 2, "", "token number; token 0 never stalls"),
                      field(&SyncWait::count, "count", 4, "", "count to reach"));
};

struct SyncSignal {
  static constexpr auto mnemonic = "sync.signal";
  static constexpr auto sentence =
      "Adds one to the token once every earlier mma and dsp instruction has retired.";
  uint16_t token = 0;
  static constexpr auto fields = make_field_list(field(&SyncSignal::token, "token", 2, "", "token number"));
};

// ---------------------------------------------------------------- DMA

struct DmaWait {
  static constexpr auto mnemonic = "dma.wait";
  static constexpr auto sentence =
      "A queue entry that holds its channel until the token's count is at least `count`.";
  uint8_t channel = 0;
  uint16_t token = 0;
  uint32_t count = 0;
  static constexpr auto fields = make_field_list(field(&DmaWait::channel, "channel", 1, "", "DMA channel"),
                                                 field(&DmaWait::token, "token", 2, "", "token number"),
                                                 field(&DmaWait::count, "count", 4, "", "count to reach"));
};

struct DmaCopy {
  static constexpr auto mnemonic = "dma.copy";
  static constexpr auto sentence =
      "Copies rows of bytes over up to three outer dimensions; a source stride of 0 repeats.";
  static constexpr auto action =
      "for i3 < n3, i2 < n2, i1 < n1: copy row_bytes from src + sum(i * src_stride) to dst + sum(i * "
      "dst_stride)";
  uint8_t channel = 0;
  uint32_t layer = 0;
  uint16_t signal = 0;
  Address src, dst;
  uint32_t row_bytes = 0;
  uint32_t n1 = 1, n2 = 1, n3 = 1;
  int64_t src_stride1 = 0, src_stride2 = 0, src_stride3 = 0;
  int64_t dst_stride1 = 0, dst_stride2 = 0, dst_stride3 = 0;
  static constexpr auto fields = make_field_list(
      field(&DmaCopy::channel, "channel", 1, "", "DMA channel"),
      field(&DmaCopy::layer, "layer", 4, "", "the layer that uses the bytes, for accounting only"),
      field(&DmaCopy::signal, "signal", 2, "",
            "token to add one to when the last byte is written; 0 for none"),
      field(&DmaCopy::src, "src", 6, "address", "first source byte"),
      field(&DmaCopy::dst, "dst", 6, "address", "first destination byte"),
      field(&DmaCopy::row_bytes, "row_bytes", 4, "bytes", "contiguous bytes of a row"),
      field(&DmaCopy::n1, "n1", 4, "", "rows"),
      field(&DmaCopy::n2, "n2", 4, "", "count of the second dimension"),
      field(&DmaCopy::n3, "n3", 4, "", "count of the third dimension"),
      field(&DmaCopy::src_stride1, "src_stride1", 5, "bytes", "from source row to source row"),
      field(&DmaCopy::src_stride2, "src_stride2", 5, "bytes", "source stride of the second dimension"),
      field(&DmaCopy::src_stride3, "src_stride3", 5, "bytes", "source stride of the third dimension"),
      field(&DmaCopy::dst_stride1, "dst_stride1", 5, "bytes", "from destination row to destination row"),
      field(&DmaCopy::dst_stride2, "dst_stride2", 5, "bytes", "destination stride of the second dimension"),
      field(&DmaCopy::dst_stride3, "dst_stride3", 5, "bytes", "destination stride of the third dimension"));
};

struct DmaFill {
  static constexpr auto mnemonic = "dma.fill";
  static constexpr auto sentence = "Fills rows with one element value over up to two outer dimensions.";
  static constexpr auto action = "as dma.copy, but every element of a row is `value`: the padding of a tile";
  uint8_t channel = 0;
  uint32_t layer = 0;
  uint16_t signal = 0;
  Address dst;
  int64_t value = 0;
  uint8_t element_bytes = 1;
  uint32_t row_bytes = 0;
  uint32_t n1 = 1, n2 = 1;
  int64_t dst_stride1 = 0, dst_stride2 = 0;
  static constexpr auto fields = make_field_list(
      field(&DmaFill::channel, "channel", 1, "", "DMA channel"),
      field(&DmaFill::layer, "layer", 4, "", "the layer that uses the bytes, for accounting only"),
      field(&DmaFill::signal, "signal", 2, "",
            "token to add one to when the last byte is written; 0 for none"),
      field(&DmaFill::dst, "dst", 6, "address", "first destination byte"),
      field(&DmaFill::value, "value", 8, "", "the element; its low element_bytes bytes are written"),
      field(&DmaFill::element_bytes, "element_bytes", 1, "bytes", "1, 2, 4 or 8"),
      field(&DmaFill::row_bytes, "row_bytes", 4, "bytes",
            "contiguous bytes of a row, a multiple of element_bytes"),
      field(&DmaFill::n1, "n1", 4, "", "rows"),
      field(&DmaFill::n2, "n2", 4, "", "count of the second dimension"),
      field(&DmaFill::dst_stride1, "dst_stride1", 5, "bytes", "from row to row"),
      field(&DmaFill::dst_stride2, "dst_stride2", 5, "bytes", "stride of the second dimension"));
};

// ---------------------------------------------------------------- output stage, of the array and of the DSP

enum class Unit : uint8_t { mma = 0, dsp = 1 };

struct StageSet {
  static constexpr auto mnemonic = "stage.set";
  static constexpr auto sentence =
      "Sets the output stage that mma.transfer (unit 0) or dsp.depthwise and dsp.requantize (unit 1) use.";
  static constexpr auto action =
      "out = clip(SRS((acc + bias[lane]) * multiplier, shift, rounding) + zero_point, clip_min, clip_max)\n"
      "A raw stage (out an accumulator element: s32, s64 or s128 as wide as the accumulator, `raw` 1) stores "
      "acc + bias.";
  Unit unit = Unit::mma;
  Element out = Element::s8;
  uint8_t raw = 0;
  Overflow overflow = Overflow::wrap;
  Address bias;
  TableMode multiplier_mode = TableMode::none;
  uint32_t multiplier = 1;
  Address multipliers;
  TableMode shift_mode = TableMode::common;
  int8_t shift = 0;
  Address shifts;
  Rounding rounding = Rounding::half_up;
  int64_t zero_point = 0;
  int64_t clip_min = 0, clip_max = 0;
  uint8_t track_range = 0;
  static constexpr auto fields = make_field_list(
      field(&StageSet::unit, "unit", 1, "", "0 the array, 1 the DSP"),
      field(&StageSet::out, "out", 1, "", "element written"),
      field(&StageSet::raw, "raw", 1, "", "1: write the accumulator plus bias as it is"),
      field(&StageSet::overflow, "overflow", 1, "",
            "of a sum that leaves the accumulator: 0 wrap and count, 1 saturate, 2 trap; 3 to 5 the same of "
            "accumulators of 16 bits"),
      field(&StageSet::bias, "bias", 6, "address",
            "accumulator-wide biases, one per lane, in L2; none: no bias"),
      field(&StageSet::multiplier_mode, "multiplier_mode", 1, "", "0 none, 1 common, 2 per lane"),
      field(&StageSet::multiplier, "multiplier", 4, "", "the common multiplier, unsigned"),
      field(&StageSet::multipliers, "multipliers", 6, "address",
            "32-bit unsigned multipliers, one per lane, in L2"),
      field(&StageSet::shift_mode, "shift_mode", 1, "", "1 common, 2 per lane"),
      field(&StageSet::shift, "shift", 1, "bits", "the common right shift; negative shifts left"),
      field(&StageSet::shifts, "shifts", 6, "address", "8-bit signed shifts, one per lane, in L2"),
      field(&StageSet::rounding, "rounding", 1, "", "0 half up, 1 half even, 2 half away, 3 floor"),
      field(&StageSet::zero_point, "zero_point", 8, "", "added after the shift"),
      field(&StageSet::clip_min, "clip_min", 8, "", "lower bound of the result"),
      field(&StageSet::clip_max, "clip_max", 8, "", "upper bound of the result"),
      field(&StageSet::track_range, "track_range", 1, "",
            "1: keep the smallest and largest result in the range register"));
};

// ---------------------------------------------------------------- MMA

struct MmaConfig {
  static constexpr auto mnemonic = "mma.config";
  static constexpr auto sentence =
      "Sets the operand elements; the panel is S x S with S = array_bytes / operand bytes.";
  Element a = Element::s8, b = Element::s8;
  static constexpr auto fields =
      make_field_list(field(&MmaConfig::a, "a", 1, "", "element of the A vectors"),
                      field(&MmaConfig::b, "b", 1, "", "element of the B panels, as wide as a's"));
};

struct MmaPattern {
  static constexpr auto mnemonic = "mma.pattern";
  static constexpr auto sentence =
      "Sets the address pattern of the A stream: rows over three dimensions, depth over three.";
  static constexpr auto action =
      "The element (row r, depth k) of A is at\n"
      "  base + (r % r0)*r0_stride + (r / r0 % r1)*r1_stride + (r / r0 / r1)*r2_stride\n"
      "       + (k % k0)*operand_bytes + (k / k0 % k1)*k1_stride + (k / k0 / k1)*k2_stride\n"
      "e.g. for a convolution over a padded tile: r0 = ow, r1 = oh, k0 = ic (or kw*ic), k1 = kw, k2 = kh.";
  uint32_t k0 = 1, k1 = 1;
  int32_t k1_stride = 0, k2_stride = 0;
  uint32_t r0 = 1, r1 = 1;
  int32_t r0_stride = 0, r1_stride = 0, r2_stride = 0;
  static constexpr auto fields = make_field_list(
      field(&MmaPattern::k0, "k0", 4, "elements", "contiguous depth"),
      field(&MmaPattern::k1, "k1", 4, "", "count of the second depth dimension"),
      field(&MmaPattern::k1_stride, "k1_stride", 4, "bytes", "stride of the second depth dimension"),
      field(&MmaPattern::k2_stride, "k2_stride", 4, "bytes", "stride of the third depth dimension"),
      field(&MmaPattern::r0, "r0", 4, "", "count of the first row dimension"),
      field(&MmaPattern::r1, "r1", 4, "", "count of the second row dimension"),
      field(&MmaPattern::r0_stride, "r0_stride", 4, "bytes", "stride of the first row dimension"),
      field(&MmaPattern::r1_stride, "r1_stride", 4, "bytes", "stride of the second row dimension"),
      field(&MmaPattern::r2_stride, "r2_stride", 4, "bytes", "stride of the third row dimension"));
};

struct MmaStorePattern {
  static constexpr auto mnemonic = "mma.store_pattern";
  static constexpr auto sentence = "Sets the address pattern of the rows that mma.transfer writes.";
  static constexpr auto action =
      "Row r of C goes to dst + (r % r0)*r0_stride + (r / r0 % r1)*r1_stride + (r / r0 / r1)*r2_stride";
  uint32_t r0 = 1, r1 = 1;
  int32_t r0_stride = 0, r1_stride = 0, r2_stride = 0;
  static constexpr auto fields = make_field_list(
      field(&MmaStorePattern::r0, "r0", 4, "", "count of the first row dimension"),
      field(&MmaStorePattern::r1, "r1", 4, "", "count of the second row dimension"),
      field(&MmaStorePattern::r0_stride, "r0_stride", 4, "bytes", "stride of the first row dimension"),
      field(&MmaStorePattern::r1_stride, "r1_stride", 4, "bytes", "stride of the second row dimension"),
      field(&MmaStorePattern::r2_stride, "r2_stride", 4, "bytes", "stride of the third row dimension"));
};

struct MmaLoadB {
  static constexpr auto mnemonic = "mma.load_b";
  static constexpr auto sentence =
      "Loads a B panel, one row of array_bytes a cycle, into a bank; rows past `rows` become zero.";
  uint8_t bank = 0;
  Address addr;
  uint8_t rows = 0;
  static constexpr auto fields = make_field_list(
      field(&MmaLoadB::bank, "bank", 1, "", "B bank"),
      field(&MmaLoadB::addr, "addr", 6, "address", "panel in L2, rows of array_bytes one after another"),
      field(&MmaLoadB::rows, "rows", 1, "", "rows to load, 1..S"));
};

struct MmaStream {
  static constexpr auto mnemonic = "mma.stream";
  static constexpr auto sentence =
      "Streams A vectors against a B bank, one per cycle, into an accumulator bank.";
  static constexpr auto action =
      "for i < rows: C[c_bank][i][:] = (accumulate & 1 ? C[c_bank][i][:] : 0) + (accumulate & 2 ? 256 : 1) * "
      "sum over k < depth of A(row + i, k_start + k) * B[b_bank][k][:]";
  Address a;
  uint32_t row = 0;
  uint8_t rows = 0;
  uint32_t k_start = 0;
  uint8_t depth = 0;
  uint8_t b_bank = 0, c_bank = 0;
  uint8_t accumulate = 0;
  static constexpr auto fields = make_field_list(
      field(&MmaStream::a, "a", 6, "address", "base of the A pattern, in L2"),
      field(&MmaStream::row, "row", 4, "", "first row of the pattern"),
      field(&MmaStream::rows, "rows", 1, "", "rows to stream, 1..S"),
      field(&MmaStream::k_start, "k_start", 4, "elements", "first depth of the pattern"),
      field(&MmaStream::depth, "depth", 1, "elements", "depth, 1..S"),
      field(&MmaStream::b_bank, "b_bank", 1, "", "B bank"),
      field(&MmaStream::c_bank, "c_bank", 1, "", "accumulator bank"),
      field(
          &MmaStream::accumulate, "accumulate", 1, "",
          "0: start from zero, 1: add to the bank; 2 and 3: the same with the sum 256-fold, which is a B of "
          "high bytes"));
};

struct MmaTransfer {
  static constexpr auto mnemonic = "mma.transfer";
  static constexpr auto sentence = "Passes accumulator rows through the output stage to L2.";
  uint8_t c_bank = 0;
  uint8_t rows = 0;
  uint8_t columns = 0;
  uint32_t lane = 0;
  Address dst;
  uint32_t row = 0;
  static constexpr auto fields = make_field_list(
      field(&MmaTransfer::c_bank, "c_bank", 1, "", "accumulator bank"),
      field(&MmaTransfer::rows, "rows", 1, "", "rows, 1..S"),
      field(&MmaTransfer::columns, "columns", 1, "", "columns, 1..S"),
      field(&MmaTransfer::lane, "lane", 4, "", "index of column 0 in the output stage's tables"),
      field(&MmaTransfer::dst, "dst", 6, "address", "base of the store pattern, in L2"),
      field(&MmaTransfer::row, "row", 4, "", "first row of the store pattern"));
};

struct MmaRange {
  static constexpr auto mnemonic = "mma.range";
  static constexpr auto sentence =
      "Writes the range register (smallest, largest: two 64-bit integers) and clears it.";
  Address dst;
  static constexpr auto fields =
      make_field_list(field(&MmaRange::dst, "dst", 6, "address", "16 bytes in L2"));
};

// ---------------------------------------------------------------- DSP
// A tile is count_y x count_x positions of `channels` contiguous elements; strides are bytes between
// positions. Sources and destinations may lie in any memory (the DSP reaches L3 and DDR through its cache, at
// their cost).

#define MMASIM_TILE(Type)                                               \
  field(&Type::count_y, "count_y", 4, "", "rows of the result"),        \
      field(&Type::count_x, "count_x", 4, "", "columns of the result"), \
      field(&Type::channels, "channels", 4, "elements", "channels of the result")
#define MMASIM_STRIDES(Type, name)                                                           \
  field(&Type::name##_y_stride, #name "_y_stride", 4, "bytes", "from row to row of " #name), \
      field(&Type::name##_x_stride, #name "_x_stride", 4, "bytes", "from column to column of " #name)
#define MMASIM_FINISH(Type)                                                                      \
  field(&Type::shift, "shift", 1, "bits", "right shift; negative shifts left"),                  \
      field(&Type::rounding, "rounding", 1, "", "0 half up, 1 half even, 2 half away, 3 floor"), \
      field(&Type::dst_zero, "dst_zero", 8, "", "zero point added after the shift"),             \
      field(&Type::clip_min, "clip_min", 8, "", "lower bound of the result"),                    \
      field(&Type::clip_max, "clip_max", 8, "", "upper bound of the result")

struct DspRescale {
  static constexpr auto mnemonic = "dsp.rescale";
  static constexpr auto sentence = "Moves a tile to another scale, zero point, clip range or element.";
  static constexpr auto action = "dst = clip(SRS(multiplier * (src - src_zero), shift) + dst_zero)";
  Address src, dst;
  Element src_type = Element::s8, dst_type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  int64_t src_zero = 0, multiplier = 1;
  int8_t shift = 0;
  Rounding rounding = Rounding::half_up;
  int64_t dst_zero = 0, clip_min = 0, clip_max = 0;
  static constexpr auto fields = make_field_list(
      field(&DspRescale::src, "src", 6, "address", "source tile"),
      field(&DspRescale::dst, "dst", 6, "address", "destination tile"),
      field(&DspRescale::src_type, "src_type", 1, "", "element of src"),
      field(&DspRescale::dst_type, "dst_type", 1, "", "element of dst"), MMASIM_TILE(DspRescale),
      MMASIM_STRIDES(DspRescale, src), MMASIM_STRIDES(DspRescale, dst),
      field(&DspRescale::src_zero, "src_zero", 8, "", "zero point of src"),
      field(&DspRescale::multiplier, "multiplier", 8, "", "signed multiplier"), MMASIM_FINISH(DspRescale));
};

struct DspAdd {
  static constexpr auto mnemonic = "dsp.add";
  static constexpr auto sentence =
      "Adds two tiles, each rescaled; strides of 0 and b_channels 1 broadcast b.";
  static constexpr auto action =
      "dst = clip(SRS(a_multiplier * (a - a_zero) + b_multiplier * (b - b_zero), shift) + dst_zero)";
  Address a, b, dst;
  Element a_type = Element::s8, b_type = Element::s8, dst_type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0, b_channels = 0;
  int32_t a_y_stride = 0, a_x_stride = 0, b_y_stride = 0, b_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  int64_t a_zero = 0, a_multiplier = 1, b_zero = 0, b_multiplier = 1;
  int8_t shift = 0;
  Rounding rounding = Rounding::half_up;
  int64_t dst_zero = 0, clip_min = 0, clip_max = 0;
  static constexpr auto fields = make_field_list(
      field(&DspAdd::a, "a", 6, "address", "first tile"), field(&DspAdd::b, "b", 6, "address", "second tile"),
      field(&DspAdd::dst, "dst", 6, "address", "destination tile"),
      field(&DspAdd::a_type, "a_type", 1, "", "element of a"),
      field(&DspAdd::b_type, "b_type", 1, "", "element of b"),
      field(&DspAdd::dst_type, "dst_type", 1, "", "element of dst"), MMASIM_TILE(DspAdd),
      field(&DspAdd::b_channels, "b_channels", 4, "elements", "channels of b: as many, or 1"),
      MMASIM_STRIDES(DspAdd, a), MMASIM_STRIDES(DspAdd, b), MMASIM_STRIDES(DspAdd, dst),
      field(&DspAdd::a_zero, "a_zero", 8, "", "zero point of a"),
      field(&DspAdd::a_multiplier, "a_multiplier", 8, "", "signed multiplier of a"),
      field(&DspAdd::b_zero, "b_zero", 8, "", "zero point of b"),
      field(&DspAdd::b_multiplier, "b_multiplier", 8, "", "signed multiplier of b"), MMASIM_FINISH(DspAdd));
};

struct DspMultiply {
  static constexpr auto mnemonic = "dsp.multiply";
  static constexpr auto sentence =
      "Multiplies two tiles element by element; strides of 0 and b_channels 1 broadcast b.";
  static constexpr auto action =
      "dst = clip(SRS((a - a_zero) * (b - b_zero) * multiplier, shift) + dst_zero)";
  Address a, b, dst;
  Element a_type = Element::s8, b_type = Element::s8, dst_type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0, b_channels = 0;
  int32_t a_y_stride = 0, a_x_stride = 0, b_y_stride = 0, b_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  int64_t a_zero = 0, b_zero = 0, multiplier = 1;
  int8_t shift = 0;
  Rounding rounding = Rounding::half_up;
  int64_t dst_zero = 0, clip_min = 0, clip_max = 0;
  static constexpr auto fields = make_field_list(
      field(&DspMultiply::a, "a", 6, "address", "first tile"),
      field(&DspMultiply::b, "b", 6, "address", "second tile"),
      field(&DspMultiply::dst, "dst", 6, "address", "destination tile"),
      field(&DspMultiply::a_type, "a_type", 1, "", "element of a"),
      field(&DspMultiply::b_type, "b_type", 1, "", "element of b"),
      field(&DspMultiply::dst_type, "dst_type", 1, "", "element of dst"), MMASIM_TILE(DspMultiply),
      field(&DspMultiply::b_channels, "b_channels", 4, "elements", "channels of b: as many, or 1"),
      MMASIM_STRIDES(DspMultiply, a), MMASIM_STRIDES(DspMultiply, b), MMASIM_STRIDES(DspMultiply, dst),
      field(&DspMultiply::a_zero, "a_zero", 8, "", "zero point of a"),
      field(&DspMultiply::b_zero, "b_zero", 8, "", "zero point of b"),
      field(&DspMultiply::multiplier, "multiplier", 8, "", "signed multiplier"), MMASIM_FINISH(DspMultiply));
};

struct DspDepthwise {
  static constexpr auto mnemonic = "dsp.depthwise";
  static constexpr auto sentence =
      "Depthwise convolution of a padded tile with per-channel weights, through the DSP's output stage.";
  static constexpr auto action =
      "acc[y][x][c] = sum over ky, kx of src(y*stride_y + ky*dilation_y, x*stride_x + kx*dilation_x, c) * "
      "weights[ky][kx][c];\n"
      "dst = the DSP's output stage of acc, lane + c";
  Address src, dst, weights;
  Element src_type = Element::s8, weight_type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0, lane = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  int32_t weight_stride = 0;
  uint16_t kernel_y = 1, kernel_x = 1, stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1;
  static constexpr auto fields = make_field_list(
      field(&DspDepthwise::src, "src", 6, "address", "source tile with its halo"),
      field(&DspDepthwise::dst, "dst", 6, "address", "destination tile"),
      field(&DspDepthwise::weights, "weights", 6, "address", "weights, [ky][kx][channel]"),
      field(&DspDepthwise::src_type, "src_type", 1, "", "element of src"),
      field(&DspDepthwise::weight_type, "weight_type", 1, "", "element of the weights, as wide as src's"),
      MMASIM_TILE(DspDepthwise),
      field(&DspDepthwise::lane, "lane", 4, "", "index of channel 0 in the output stage's tables"),
      MMASIM_STRIDES(DspDepthwise, src), MMASIM_STRIDES(DspDepthwise, dst),
      field(&DspDepthwise::weight_stride, "weight_stride", 4, "bytes", "from tap to tap of the weights"),
      field(&DspDepthwise::kernel_y, "kernel_y", 2, "", "filter rows"),
      field(&DspDepthwise::kernel_x, "kernel_x", 2, "", "filter columns"),
      field(&DspDepthwise::stride_y, "stride_y", 2, "", "vertical stride"),
      field(&DspDepthwise::stride_x, "stride_x", 2, "", "horizontal stride"),
      field(&DspDepthwise::dilation_y, "dilation_y", 2, "", "vertical dilation"),
      field(&DspDepthwise::dilation_x, "dilation_x", 2, "", "horizontal dilation"));
};

struct DspRequantize {
  static constexpr auto mnemonic = "dsp.requantize";
  static constexpr auto sentence = "Passes raw accumulators through the DSP's output stage.";
  static constexpr auto action = "dst = the DSP's output stage of src, lane + c";
  Address src, dst;
  Element src_type = Element::s32;
  uint32_t count_y = 1, count_x = 1, channels = 0, lane = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  static constexpr auto fields = make_field_list(
      field(&DspRequantize::src, "src", 6, "address", "accumulators"),
      field(&DspRequantize::dst, "dst", 6, "address", "destination tile"),
      field(&DspRequantize::src_type, "src_type", 1, "", "accumulator element: s32, s64 or s128"),
      MMASIM_TILE(DspRequantize),
      field(&DspRequantize::lane, "lane", 4, "", "index of channel 0 in the output stage's tables"),
      MMASIM_STRIDES(DspRequantize, src), MMASIM_STRIDES(DspRequantize, dst));
};

struct DspPoolMax {
  static constexpr auto mnemonic = "dsp.pool_max";
  static constexpr auto sentence = "Largest element of every window of a padded tile.";
  Address src, dst;
  Element type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  uint16_t kernel_y = 1, kernel_x = 1, stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1;
  static constexpr auto fields =
      make_field_list(field(&DspPoolMax::src, "src", 6, "address", "source tile with its halo"),
                      field(&DspPoolMax::dst, "dst", 6, "address", "destination tile"),
                      field(&DspPoolMax::type, "type", 1, "", "element of both"), MMASIM_TILE(DspPoolMax),
                      MMASIM_STRIDES(DspPoolMax, src), MMASIM_STRIDES(DspPoolMax, dst),
                      field(&DspPoolMax::kernel_y, "kernel_y", 2, "", "window rows"),
                      field(&DspPoolMax::kernel_x, "kernel_x", 2, "", "window columns"),
                      field(&DspPoolMax::stride_y, "stride_y", 2, "", "vertical stride"),
                      field(&DspPoolMax::stride_x, "stride_x", 2, "", "horizontal stride"),
                      field(&DspPoolMax::dilation_y, "dilation_y", 2, "", "vertical dilation"),
                      field(&DspPoolMax::dilation_x, "dilation_x", 2, "", "horizontal dilation"));
};

struct DspPoolAverage {
  static constexpr auto mnemonic = "dsp.pool_average";
  static constexpr auto sentence =
      "Average of every window of a tile padded with src_zero, by a reciprocal for each count of valid "
      "cells.";
  static constexpr auto action =
      "N = window cells (y, x) of the tile with valid_y_begin <= y < valid_y_end and valid_x_begin <= x < "
      "valid_x_end\n"
      "r = reciprocals none ? reciprocal : reciprocals[N - 1]\n"
      "dst = clip(SRS(r * sum over all window cells of (src - src_zero), shift) + dst_zero); N = 0 gives "
      "dst_zero";
  Address src, dst, reciprocals;
  Element src_type = Element::s8, dst_type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  uint16_t kernel_y = 1, kernel_x = 1, stride_y = 1, stride_x = 1;
  int32_t valid_y_begin = 0, valid_y_end = 0, valid_x_begin = 0, valid_x_end = 0;
  int64_t src_zero = 0, reciprocal = 0;
  int8_t shift = 0;
  Rounding rounding = Rounding::half_up;
  int64_t dst_zero = 0, clip_min = 0, clip_max = 0;
  static constexpr auto fields = make_field_list(
      field(&DspPoolAverage::src, "src", 6, "address", "source tile with its halo"),
      field(&DspPoolAverage::dst, "dst", 6, "address", "destination tile"),
      field(&DspPoolAverage::reciprocals, "reciprocals", 6, "address",
            "64-bit reciprocals in L2, for N = 1, 2, ... kernel_y*kernel_x; none: `reciprocal` for every N"),
      field(&DspPoolAverage::src_type, "src_type", 1, "", "element of src"),
      field(&DspPoolAverage::dst_type, "dst_type", 1, "", "element of dst"), MMASIM_TILE(DspPoolAverage),
      MMASIM_STRIDES(DspPoolAverage, src), MMASIM_STRIDES(DspPoolAverage, dst),
      field(&DspPoolAverage::kernel_y, "kernel_y", 2, "", "window rows"),
      field(&DspPoolAverage::kernel_x, "kernel_x", 2, "", "window columns"),
      field(&DspPoolAverage::stride_y, "stride_y", 2, "", "vertical stride"),
      field(&DspPoolAverage::stride_x, "stride_x", 2, "", "horizontal stride"),
      field(&DspPoolAverage::valid_y_begin, "valid_y_begin", 4, "", "first tile row that counts"),
      field(&DspPoolAverage::valid_y_end, "valid_y_end", 4, "", "one past the last"),
      field(&DspPoolAverage::valid_x_begin, "valid_x_begin", 4, "", "first tile column that counts"),
      field(&DspPoolAverage::valid_x_end, "valid_x_end", 4, "", "one past the last"),
      field(&DspPoolAverage::src_zero, "src_zero", 8, "", "zero point of src"),
      field(&DspPoolAverage::reciprocal, "reciprocal", 8, "", "the common reciprocal"),
      MMASIM_FINISH(DspPoolAverage));
};

struct DspLookup {
  static constexpr auto mnemonic = "dsp.lookup";
  static constexpr auto sentence =
      "Passes a tile through a table: direct for 8 bits, by linear segments for wider elements.";
  static constexpr auto action =
      "u = src - smallest value of src_type. fraction_bits 0: dst = table[u], dst-wide entries.\n"
      "Else table holds 64-bit knots: t = u >> fraction_bits, f = u & mask;\n"
      "dst = clip(table[t] + SRS((table[t+1] - table[t]) * f, fraction_bits, half up)) to dst_type's range";
  Address src, dst, table;
  Element src_type = Element::s8, dst_type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  uint8_t fraction_bits = 0;
  static constexpr auto fields =
      make_field_list(field(&DspLookup::src, "src", 6, "address", "source tile"),
                      field(&DspLookup::dst, "dst", 6, "address", "destination tile"),
                      field(&DspLookup::table, "table", 6, "address", "the table, in L2"),
                      field(&DspLookup::src_type, "src_type", 1, "", "element of src"),
                      field(&DspLookup::dst_type, "dst_type", 1, "", "element of dst"),
                      MMASIM_TILE(DspLookup), MMASIM_STRIDES(DspLookup, src), MMASIM_STRIDES(DspLookup, dst),
                      field(&DspLookup::fraction_bits, "fraction_bits", 1, "bits",
                            "bits below the segment number; 0 is a direct table"));
};

struct DspPrelu {
  static constexpr auto mnemonic = "dsp.prelu";
  static constexpr auto sentence = "Leaky rectifier with one slope or one per channel.";
  static constexpr auto action =
      "v = src - src_zero; dst = clip(SRS(v >= 0 ? v * positive : v * slope[lane + c], shift) + dst_zero)";
  Address src, dst, slopes;
  Element src_type = Element::s8, dst_type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0, lane = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  int64_t src_zero = 0, positive = 1, slope = 0;
  int8_t shift = 0;
  Rounding rounding = Rounding::half_up;
  int64_t dst_zero = 0, clip_min = 0, clip_max = 0;
  static constexpr auto fields = make_field_list(
      field(&DspPrelu::src, "src", 6, "address", "source tile"),
      field(&DspPrelu::dst, "dst", 6, "address", "destination tile"),
      field(&DspPrelu::slopes, "slopes", 6, "address",
            "64-bit signed slopes, one per channel; none: `slope` for all"),
      field(&DspPrelu::src_type, "src_type", 1, "", "element of src"),
      field(&DspPrelu::dst_type, "dst_type", 1, "", "element of dst"), MMASIM_TILE(DspPrelu),
      field(&DspPrelu::lane, "lane", 4, "", "index of channel 0 in slopes"), MMASIM_STRIDES(DspPrelu, src),
      MMASIM_STRIDES(DspPrelu, dst), field(&DspPrelu::src_zero, "src_zero", 8, "", "zero point of src"),
      field(&DspPrelu::positive, "positive", 8, "", "multiplier of values not below zero"),
      field(&DspPrelu::slope, "slope", 8, "", "multiplier of values below zero"), MMASIM_FINISH(DspPrelu));
};

struct DspSoftmax {
  static constexpr auto mnemonic = "dsp.softmax";
  static constexpr auto sentence = "Softmax over the channels of every position, by a table of exponentials.";
  static constexpr auto action =
      "per position: m = max over c; E_c = table(m - src_c), by 64-bit entries (direct, or knots as in "
      "dsp.lookup with u = m - src_c);\n"
      "S = sum of E; dst = clip(floor((E_c * 2^bits + floor(S/2)) / S)) to dst_type's range";
  Address src, dst, table;
  Element src_type = Element::s8, dst_type = Element::u8;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  uint8_t fraction_bits = 0;
  uint8_t bits = 8;
  static constexpr auto fields = make_field_list(
      field(&DspSoftmax::src, "src", 6, "address", "source tile"),
      field(&DspSoftmax::dst, "dst", 6, "address", "destination tile"),
      field(&DspSoftmax::table, "table", 6, "address", "64-bit exponentials, in L2"),
      field(&DspSoftmax::src_type, "src_type", 1, "", "element of src"),
      field(&DspSoftmax::dst_type, "dst_type", 1, "", "element of dst"), MMASIM_TILE(DspSoftmax),
      MMASIM_STRIDES(DspSoftmax, src), MMASIM_STRIDES(DspSoftmax, dst),
      field(&DspSoftmax::fraction_bits, "fraction_bits", 1, "bits",
            "bits below the segment number; 0 is a direct table"),
      field(&DspSoftmax::bits, "bits", 1, "bits", "1.0 is 2^bits in dst"));
};

struct DspArgmax {
  static constexpr auto mnemonic = "dsp.argmax";
  static constexpr auto sentence =
      "Index of the largest channel of every position, the lowest of equals, as a 64-bit integer.";
  Address src, dst;
  Element src_type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  static constexpr auto fields =
      make_field_list(field(&DspArgmax::src, "src", 6, "address", "source tile"),
                      field(&DspArgmax::dst, "dst", 6, "address", "one 64-bit index per position"),
                      field(&DspArgmax::src_type, "src_type", 1, "", "element of src"),
                      MMASIM_TILE(DspArgmax), MMASIM_STRIDES(DspArgmax, src), MMASIM_STRIDES(DspArgmax, dst));
};

struct DspResize {
  static constexpr auto mnemonic = "dsp.resize";
  static constexpr auto sentence = "Bilinear enlargement by whole factors with integer weights.";
  static constexpr auto action =
      "Along each axis, output o of the whole map takes source position p = (2*o + offset) / (2*factor) with "
      "offset = 1 - factor\n"
      "(half_pixel 1) or 0: i0 = floor(p), weight of i0+1 is (2*o + offset) - 2*factor*i0 out of 2*factor; "
      "indices clamp to 0..in-1.\n"
      "acc = sum of the four weighted cells (weights total 4*factor_y*factor_x); dst = clip(SRS(acc * "
      "multiplier, shift))";
  Address src, dst;
  Element type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  uint16_t factor_y = 1, factor_x = 1;
  uint8_t half_pixel = 1;
  uint32_t out_y = 0, out_x = 0, src_y = 0, src_x = 0, in_height = 0, in_width = 0;
  int64_t multiplier = 1;
  int8_t shift = 0;
  Rounding rounding = Rounding::half_up;
  int64_t clip_min = 0, clip_max = 0;
  static constexpr auto fields = make_field_list(
      field(&DspResize::src, "src", 6, "address", "source tile"),
      field(&DspResize::dst, "dst", 6, "address", "destination tile"),
      field(&DspResize::type, "type", 1, "", "element of both"), MMASIM_TILE(DspResize),
      MMASIM_STRIDES(DspResize, src), MMASIM_STRIDES(DspResize, dst),
      field(&DspResize::factor_y, "factor_y", 2, "", "vertical factor"),
      field(&DspResize::factor_x, "factor_x", 2, "", "horizontal factor"),
      field(&DspResize::half_pixel, "half_pixel", 1, "", "1 pixel centres, 0 pixel corners (asymmetric)"),
      field(&DspResize::out_y, "out_y", 4, "", "row of the whole output that row 0 of dst is"),
      field(&DspResize::out_x, "out_x", 4, "", "column of the whole output that column 0 of dst is"),
      field(&DspResize::src_y, "src_y", 4, "", "row of the whole input that row 0 of src is"),
      field(&DspResize::src_x, "src_x", 4, "", "column of the whole input that column 0 of src is"),
      field(&DspResize::in_height, "in_height", 4, "", "rows of the whole input"),
      field(&DspResize::in_width, "in_width", 4, "", "columns of the whole input"),
      field(&DspResize::multiplier, "multiplier", 8, "", "reciprocal of the weights' total"),
      field(&DspResize::shift, "shift", 1, "bits", "right shift"),
      field(&DspResize::rounding, "rounding", 1, "", "0 half up, 1 half even, 2 half away, 3 floor"),
      field(&DspResize::clip_min, "clip_min", 8, "", "lower bound of the result"),
      field(&DspResize::clip_max, "clip_max", 8, "", "upper bound of the result"));
};

struct DspPermute {
  static constexpr auto mnemonic = "dsp.permute";
  static constexpr auto sentence = "Rearranges elements: layouts, transposes, slices.";
  static constexpr auto action =
      "for i1 < n1, ... i5 < n5: copy element_bytes from src + sum(i * src_stride) to dst + sum(i * "
      "dst_stride); n1 innermost";
  Address src, dst;
  uint8_t element_bytes = 1;
  uint32_t n1 = 1, n2 = 1, n3 = 1, n4 = 1, n5 = 1;
  int64_t src_stride1 = 0, src_stride2 = 0, src_stride3 = 0, src_stride4 = 0, src_stride5 = 0;
  int64_t dst_stride1 = 0, dst_stride2 = 0, dst_stride3 = 0, dst_stride4 = 0, dst_stride5 = 0;
  static constexpr auto fields = make_field_list(
      field(&DspPermute::src, "src", 6, "address", "source"),
      field(&DspPermute::dst, "dst", 6, "address", "destination"),
      field(&DspPermute::element_bytes, "element_bytes", 1, "bytes", "1, 2, 4, 8 or 16"),
      field(&DspPermute::n1, "n1", 4, "", "count of the innermost dimension"),
      field(&DspPermute::n2, "n2", 4, "", "count of dimension 2"),
      field(&DspPermute::n3, "n3", 4, "", "count of dimension 3"),
      field(&DspPermute::n4, "n4", 4, "", "count of dimension 4"),
      field(&DspPermute::n5, "n5", 4, "", "count of dimension 5"),
      field(&DspPermute::src_stride1, "src_stride1", 5, "bytes", "source stride of dimension 1"),
      field(&DspPermute::src_stride2, "src_stride2", 5, "bytes", "source stride of dimension 2"),
      field(&DspPermute::src_stride3, "src_stride3", 5, "bytes", "source stride of dimension 3"),
      field(&DspPermute::src_stride4, "src_stride4", 5, "bytes", "source stride of dimension 4"),
      field(&DspPermute::src_stride5, "src_stride5", 5, "bytes", "source stride of dimension 5"),
      field(&DspPermute::dst_stride1, "dst_stride1", 5, "bytes", "destination stride of dimension 1"),
      field(&DspPermute::dst_stride2, "dst_stride2", 5, "bytes", "destination stride of dimension 2"),
      field(&DspPermute::dst_stride3, "dst_stride3", 5, "bytes", "destination stride of dimension 3"),
      field(&DspPermute::dst_stride4, "dst_stride4", 5, "bytes", "destination stride of dimension 4"),
      field(&DspPermute::dst_stride5, "dst_stride5", 5, "bytes", "destination stride of dimension 5"));
};

#undef MMASIM_TILE
#undef MMASIM_STRIDES
#undef MMASIM_FINISH

// The opcode of an instruction is its index here: append only.
using Instruction =
    std::variant<CtlLayer, CtlEnd, SyncWait, SyncSignal, DmaWait, DmaCopy, DmaFill, StageSet, MmaConfig,
                 MmaPattern, MmaStorePattern, MmaLoadB, MmaStream, MmaTransfer, MmaRange, DspRescale, DspAdd,
                 DspMultiply, DspDepthwise, DspRequantize, DspPoolMax, DspPoolAverage, DspLookup, DspPrelu,
                 DspSoftmax, DspArgmax, DspResize, DspPermute, DspQuantize, DspDequantize, DspConvert,
                 DspRange, DspUnpack, DspCombineF32, DspFunctionF32, DspConvolveF32, DspPoolF32,
                 DspSoftmaxF32>;

}  // namespace mmasim::isa
