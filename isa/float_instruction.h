// The DSP's instructions on reals: between integers and reals, arithmetic in binary32, and the widening of
// packed weights. Each stands for one exact result (quantization.md 2, Reals): every operation is rounded
// alone to nearest even, sums go in the order of the action, subnormals stay, and what is no number is
// written as the quiet NaN 0x7fc00000. The functions are in isa/float_arithmetic.h; instruction.h has the
// integer instructions and the variant.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "isa/address.h"
#include "isa/element.h"
#include "isa/kit/fields.h"

namespace mmasim::isa {

enum class FloatOperation : uint8_t {
  add = 0,
  subtract = 1,
  multiply = 2,
  divide = 3,
  minimum = 4,
  maximum = 5,
  subtract_from = 6
};
enum class FloatFunction : uint8_t {
  copy = 0,
  exponential = 1,
  sigmoid = 2,
  tanh = 3,
  hard_sigmoid = 4,
  hard_swish = 5,
  leaky = 6
};
enum class FloatPool : uint8_t { maximum = 0, average = 1 };

constexpr float kInfinity = std::numeric_limits<float>::infinity();

#define MMASIM_FLOAT_TILE(Type)                                         \
  field(&Type::count_y, "count_y", 4, "", "rows of the result"),        \
      field(&Type::count_x, "count_x", 4, "", "columns of the result"), \
      field(&Type::channels, "channels", 4, "elements", "channels of the result")
#define MMASIM_FLOAT_STRIDES(Type, name)                                                     \
  field(&Type::name##_y_stride, #name "_y_stride", 4, "bytes", "from row to row of " #name), \
      field(&Type::name##_x_stride, #name "_x_stride", 4, "bytes", "from column to column of " #name)
#define MMASIM_FLOAT_CLIP(Type)                                 \
  field(&Type::low, "low", 4, "", "lower bound of the result"), \
      field(&Type::high, "high", 4, "", "upper bound of the result")
#define MMASIM_FLOAT_WINDOW(Type)                                         \
  field(&Type::kernel_y, "kernel_y", 2, "", "window rows"),               \
      field(&Type::kernel_x, "kernel_x", 2, "", "window columns"),        \
      field(&Type::stride_y, "stride_y", 2, "", "vertical stride"),       \
      field(&Type::stride_x, "stride_x", 2, "", "horizontal stride"),     \
      field(&Type::dilation_y, "dilation_y", 2, "", "vertical dilation"), \
      field(&Type::dilation_x, "dilation_x", 2, "", "horizontal dilation")

struct DspQuantize {
  static constexpr auto mnemonic = "dsp.quantize";
  static constexpr auto sentence =
      "Quantizes reals, by a step of its own or by the grid that dsp.range made.";
  static constexpr auto action =
      "step, zero_point: from `grid` if there is one\n"
      "dst = clip(half_even(src / step) + zero_point, clip_min, clip_max); a NaN counts as 0";
  Address src, dst, grid;
  Element dst_type = Element::u8;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  float step = 1;
  int32_t zero_point = 0;
  int64_t clip_min = 0, clip_max = 0;
  static constexpr auto fields = make_field_list(
      field(&DspQuantize::src, "src", 6, "address", "source tile, f32"),
      field(&DspQuantize::dst, "dst", 6, "address", "destination tile"),
      field(&DspQuantize::grid, "grid", 6, "address", "16 bytes as dsp.range writes them; none: the fields"),
      field(&DspQuantize::dst_type, "dst_type", 1, "", "element of dst, an integer of at most 32 bits"),
      MMASIM_FLOAT_TILE(DspQuantize), MMASIM_FLOAT_STRIDES(DspQuantize, src),
      MMASIM_FLOAT_STRIDES(DspQuantize, dst), field(&DspQuantize::step, "step", 4, "", "what one integer is"),
      field(&DspQuantize::zero_point, "zero_point", 4, "", "integer that stands for 0"),
      field(&DspQuantize::clip_min, "clip_min", 8, "", "lower bound of the result"),
      field(&DspQuantize::clip_max, "clip_max", 8, "", "upper bound of the result"));
};

struct DspDequantize {
  static constexpr auto mnemonic = "dsp.dequantize";
  static constexpr auto sentence =
      "Makes reals of integers or accumulators, with a step and bias per channel.";
  static constexpr auto action =
      "step, zero_point: from `grid` if there is one; steps, sums, biases of none: 1, 1, no addition\n"
      "dst = clip(f32(src - zero_point * sums[lane + c]) * (step * steps[lane + c]) + biases[lane + c], low, "
      "high)";
  Address src, dst, grid, steps, sums, biases;
  Element src_type = Element::s8;
  uint32_t count_y = 1, count_x = 1, channels = 0, lane = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  float step = 1;
  int32_t zero_point = 0;
  float low = -kInfinity, high = kInfinity;
  static constexpr auto fields = make_field_list(
      field(&DspDequantize::src, "src", 6, "address", "source tile"),
      field(&DspDequantize::dst, "dst", 6, "address", "destination tile, f32"),
      field(&DspDequantize::grid, "grid", 6, "address",
            "16 bytes as dsp.range writes them; none: the fields"),
      field(&DspDequantize::steps, "steps", 6, "address", "f32 factors of the step, one per channel"),
      field(&DspDequantize::sums, "sums", 6, "address", "s32 sums of the weights, one per channel"),
      field(&DspDequantize::biases, "biases", 6, "address", "f32 biases, one per channel"),
      field(&DspDequantize::src_type, "src_type", 1, "", "element of src, an integer of at most 32 bits"),
      MMASIM_FLOAT_TILE(DspDequantize),
      field(&DspDequantize::lane, "lane", 4, "", "index of channel 0 in steps, sums and biases"),
      MMASIM_FLOAT_STRIDES(DspDequantize, src), MMASIM_FLOAT_STRIDES(DspDequantize, dst),
      field(&DspDequantize::step, "step", 4, "", "what one integer is"),
      field(&DspDequantize::zero_point, "zero_point", 4, "", "integer that stands for 0"),
      MMASIM_FLOAT_CLIP(DspDequantize));
};

struct DspConvert {
  static constexpr auto mnemonic = "dsp.convert";
  static constexpr auto sentence = "Converts between f16 and f32, to nearest even.";
  Address src, dst;
  Element src_type = Element::f16, dst_type = Element::f32;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  static constexpr auto fields = make_field_list(
      field(&DspConvert::src, "src", 6, "address", "source tile"),
      field(&DspConvert::dst, "dst", 6, "address", "destination tile"),
      field(&DspConvert::src_type, "src_type", 1, "", "f16 or f32"),
      field(&DspConvert::dst_type, "dst_type", 1, "", "the other of the two"), MMASIM_FLOAT_TILE(DspConvert),
      MMASIM_FLOAT_STRIDES(DspConvert, src), MMASIM_FLOAT_STRIDES(DspConvert, dst));
};

struct DspRange {
  static constexpr auto mnemonic = "dsp.range";
  static constexpr auto sentence =
      "Smallest and largest of reals, and the 8-bit grid over them: a step made at run time.";
  static constexpr auto action =
      "lowest, highest = +inf, -inf if `begins`, else those at dst; then of these and all of src, NaNs "
      "apart\n"
      "lo = min(lowest, 0), hi = max(highest, 0), step = lo = hi ? 1 : (hi - lo) / 255\n"
      "dst: f32 lowest, f32 highest, f32 step, s32 half_even(clip(-lo / step, 0, 255))";
  Address src, dst;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0;
  uint8_t begins = 1;
  static constexpr auto fields =
      make_field_list(field(&DspRange::src, "src", 6, "address", "source tile, f32"),
                      field(&DspRange::dst, "dst", 6, "address", "16 bytes"), MMASIM_FLOAT_TILE(DspRange),
                      MMASIM_FLOAT_STRIDES(DspRange, src),
                      field(&DspRange::begins, "begins", 1, "", "1: of src alone; 0: with what dst holds"));
};

struct DspUnpack {
  static constexpr auto mnemonic = "dsp.unpack";
  static constexpr auto sentence = "Widens packed indices by a table of 2^bits entries: weights of few bits.";
  static constexpr auto action =
      "for i < count: dst[i] = table[the `bits` bits of src from bit i*bits on, lowest first]";
  Address src, dst, table;
  uint8_t element_bytes = 1, bits = 4;
  uint32_t count = 0;
  static constexpr auto fields = make_field_list(
      field(&DspUnpack::src, "src", 6, "address", "indices without gaps"),
      field(&DspUnpack::dst, "dst", 6, "address", "elements without gaps"),
      field(&DspUnpack::table, "table", 6, "address", "2^bits entries of element_bytes, in L2"),
      field(&DspUnpack::element_bytes, "element_bytes", 1, "bytes", "of an entry: 1, 2 or 4"),
      field(&DspUnpack::bits, "bits", 1, "bits", "of an index, 1..8"),
      field(&DspUnpack::count, "count", 4, "elements", "indices"));
};

struct DspCombineF32 {
  static constexpr auto mnemonic = "dsp.combine_f32";
  static constexpr auto sentence =
      "Combines two tiles of reals element by element; strides of 0 and b_channels 1 broadcast b.";
  static constexpr auto action = "dst = clip(a operation b, low, high)";
  Address a, b, dst;
  FloatOperation operation = FloatOperation::add;
  uint32_t count_y = 1, count_x = 1, channels = 0, b_channels = 0;
  int32_t a_y_stride = 0, a_x_stride = 0, b_y_stride = 0, b_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  float low = -kInfinity, high = kInfinity;
  static constexpr auto fields = make_field_list(
      field(&DspCombineF32::a, "a", 6, "address", "first tile, f32"),
      field(&DspCombineF32::b, "b", 6, "address", "second tile, f32"),
      field(&DspCombineF32::dst, "dst", 6, "address", "destination tile, f32"),
      field(&DspCombineF32::operation, "operation", 1, "",
            "minimum takes b where b < a, maximum where b > a, else a; subtract_from is b - a"),
      MMASIM_FLOAT_TILE(DspCombineF32),
      field(&DspCombineF32::b_channels, "b_channels", 4, "elements", "channels of b: as many, or 1"),
      MMASIM_FLOAT_STRIDES(DspCombineF32, a), MMASIM_FLOAT_STRIDES(DspCombineF32, b),
      MMASIM_FLOAT_STRIDES(DspCombineF32, dst), MMASIM_FLOAT_CLIP(DspCombineF32));
};

struct DspFunctionF32 {
  static constexpr auto mnemonic = "dsp.function_f32";
  static constexpr auto sentence = "Passes reals through a function.";
  static constexpr auto action =
      "copy x; exponential e(x); sigmoid 1 / (1 + e(-x)); tanh 2 * sigmoid(2x) - 1;\n"
      "hard_sigmoid clip(alpha * x + beta, 0, 1); hard_swish x * hard_sigmoid(x); leaky x < 0 ? alpha * x : "
      "x\n"
      "dst = clip(function(src), low, high); e is the polynomial of isa/float_arithmetic.h";
  Address src, dst;
  FloatFunction function = FloatFunction::copy;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  float alpha = 0, beta = 0, low = -kInfinity, high = kInfinity;
  static constexpr auto fields = make_field_list(
      field(&DspFunctionF32::src, "src", 6, "address", "source tile, f32"),
      field(&DspFunctionF32::dst, "dst", 6, "address", "destination tile, f32"),
      field(&DspFunctionF32::function, "function", 1, "", "which of them"), MMASIM_FLOAT_TILE(DspFunctionF32),
      MMASIM_FLOAT_STRIDES(DspFunctionF32, src), MMASIM_FLOAT_STRIDES(DspFunctionF32, dst),
      field(&DspFunctionF32::alpha, "alpha", 4, "", "factor of the hard functions and of leaky"),
      field(&DspFunctionF32::beta, "beta", 4, "", "addend of the hard functions"),
      MMASIM_FLOAT_CLIP(DspFunctionF32));
};

struct DspConvolveF32 {
  static constexpr auto mnemonic = "dsp.convolve_f32";
  static constexpr auto sentence =
      "Convolution of a padded tile of reals; with one tap a matrix product, per_channel depthwise.";
  static constexpr auto action =
      "acc = biases none ? 0 : biases[c]; for ky < kernel_y, kx < kernel_x, d < depth, in this order:\n"
      "acc = acc + src(y*stride_y + ky*dilation_y, x*stride_x + kx*dilation_x, per_channel ? c : d) * "
      "weights[ky][kx][d][c]\n"
      "dst = clip(acc, low, high); product and sum are rounded apart";
  Address src, dst, weights, biases;
  uint8_t per_channel = 0;
  uint32_t count_y = 1, count_x = 1, channels = 0, depth = 1;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  int32_t weight_stride = 0;
  uint16_t kernel_y = 1, kernel_x = 1, stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1;
  float low = -kInfinity, high = kInfinity;
  static constexpr auto fields = make_field_list(
      field(&DspConvolveF32::src, "src", 6, "address", "source tile with its halo, f32"),
      field(&DspConvolveF32::dst, "dst", 6, "address", "destination tile, f32"),
      field(&DspConvolveF32::weights, "weights", 6, "address", "weights, f32 [ky][kx][d][channel]"),
      field(&DspConvolveF32::biases, "biases", 6, "address", "f32 biases, one per channel; none: 0"),
      field(&DspConvolveF32::per_channel, "per_channel", 1, "",
            "1: a channel has a filter of its own and sees itself alone; depth is 1"),
      MMASIM_FLOAT_TILE(DspConvolveF32),
      field(&DspConvolveF32::depth, "depth", 4, "elements", "source channels that a result sums"),
      MMASIM_FLOAT_STRIDES(DspConvolveF32, src), MMASIM_FLOAT_STRIDES(DspConvolveF32, dst),
      field(&DspConvolveF32::weight_stride, "weight_stride", 4, "bytes",
            "from one of kernel_y*kernel_x*depth rows of the weights to the next"),
      MMASIM_FLOAT_WINDOW(DspConvolveF32), MMASIM_FLOAT_CLIP(DspConvolveF32));
};

struct DspPoolF32 {
  static constexpr auto mnemonic = "dsp.pool_f32";
  static constexpr auto sentence = "Largest or average real of every window of a tile.";
  static constexpr auto action =
      "N = window cells (y, x) of the tile with valid_y_begin <= y < valid_y_end and valid_x_begin <= x < "
      "valid_x_end\n"
      "maximum: the largest of those, as dsp.combine_f32 takes it, from the first on\n"
      "average: (0 + their sum from the first on) / (divisor = 0 ? N : divisor)\n"
      "dst = clip(that, low, high); N = 0 gives clip(0, low, high)";
  Address src, dst;
  FloatPool pool = FloatPool::maximum;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  uint16_t kernel_y = 1, kernel_x = 1, stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1;
  int32_t valid_y_begin = 0, valid_y_end = 0, valid_x_begin = 0, valid_x_end = 0;
  uint32_t divisor = 0;
  float low = -kInfinity, high = kInfinity;
  static constexpr auto fields = make_field_list(
      field(&DspPoolF32::src, "src", 6, "address", "source tile with its halo, f32"),
      field(&DspPoolF32::dst, "dst", 6, "address", "destination tile, f32"),
      field(&DspPoolF32::pool, "pool", 1, "", "which of the two"), MMASIM_FLOAT_TILE(DspPoolF32),
      MMASIM_FLOAT_STRIDES(DspPoolF32, src), MMASIM_FLOAT_STRIDES(DspPoolF32, dst),
      MMASIM_FLOAT_WINDOW(DspPoolF32),
      field(&DspPoolF32::valid_y_begin, "valid_y_begin", 4, "", "first tile row that counts"),
      field(&DspPoolF32::valid_y_end, "valid_y_end", 4, "", "one past the last"),
      field(&DspPoolF32::valid_x_begin, "valid_x_begin", 4, "", "first tile column that counts"),
      field(&DspPoolF32::valid_x_end, "valid_x_end", 4, "", "one past the last"),
      field(&DspPoolF32::divisor, "divisor", 4, "", "cells of every average; 0: those that count"),
      MMASIM_FLOAT_CLIP(DspPoolF32));
};

struct DspSoftmaxF32 {
  static constexpr auto mnemonic = "dsp.softmax_f32";
  static constexpr auto sentence = "Softmax of reals over the channels of every position.";
  static constexpr auto action =
      "per position: m = the largest channel, as dsp.combine_f32 takes it; E_c = e(src_c - m);\n"
      "S = 0 + E_0 + E_1 + ...; dst_c = E_c / S";
  Address src, dst;
  uint32_t count_y = 1, count_x = 1, channels = 0;
  int32_t src_y_stride = 0, src_x_stride = 0, dst_y_stride = 0, dst_x_stride = 0;
  static constexpr auto fields =
      make_field_list(field(&DspSoftmaxF32::src, "src", 6, "address", "source tile, f32"),
                      field(&DspSoftmaxF32::dst, "dst", 6, "address", "destination tile, f32"),
                      MMASIM_FLOAT_TILE(DspSoftmaxF32), MMASIM_FLOAT_STRIDES(DspSoftmaxF32, src),
                      MMASIM_FLOAT_STRIDES(DspSoftmaxF32, dst));
};

#undef MMASIM_FLOAT_TILE
#undef MMASIM_FLOAT_STRIDES
#undef MMASIM_FLOAT_CLIP
#undef MMASIM_FLOAT_WINDOW

template <class T, class... Any>
constexpr bool kIsAnyOf = (std::is_same_v<T, Any> || ...);
template <class T>
constexpr bool kIsFloatInstruction =
    kIsAnyOf<T, DspQuantize, DspDequantize, DspConvert, DspRange, DspUnpack, DspCombineF32, DspFunctionF32,
             DspConvolveF32, DspPoolF32, DspSoftmaxF32>;

}  // namespace mmasim::isa
