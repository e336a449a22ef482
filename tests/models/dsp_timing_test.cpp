#include "models/dsp/dsp_timing.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace mmasim;
using isa::Address;
using isa::Element;
using isa::Space;

namespace {

models::DspCost cost(const isa::Instruction& instruction, Element stage_out = Element::s8) {
  models::DspConfig config;
  config.start_cycles = 40;
  config.add_cycles = config.multiply_cycles = 6;
  config.requantize_cycles = 8;
  config.depthwise_tap_cycles = 2;
  return models::dsp_cost(instruction, stage_out, config, isa::Machine{});  // vectors of 64 bytes
}

// rows x columns x channels without gaps, in L2
template <class Op>
Op dense(uint32_t rows, uint32_t columns, uint32_t channels, int32_t bytes) {
  Op op;
  op.count_y = rows;
  op.count_x = columns;
  op.channels = channels;
  op.dst_x_stride = static_cast<int32_t>(channels) * bytes;
  op.dst_y_stride = op.dst_x_stride * static_cast<int32_t>(columns);
  op.dst = Address::in(Space::l2, 4096);
  return op;
}

template <class Op>
Op dense_unary(uint32_t rows, uint32_t columns, uint32_t channels, int32_t bytes) {
  Op op = dense<Op>(rows, columns, channels, bytes);
  op.src_x_stride = op.dst_x_stride;
  op.src_y_stride = op.dst_y_stride;
  op.src = Address::in(Space::l2, 0);
  return op;
}

}  // namespace

TEST_CASE("dsp timing: a tile without gaps fills its vectors") {
  const auto op = dense_unary<isa::DspRescale>(4, 8, 20, 1);  // 640 bytes are 10 vectors, 4 cycles each
  CHECK(cost(op).cycles == 40 + 40);
  CHECK(cost(op).operations == 640);
  CHECK(cost(op).width_index == 0);
  CHECK(cost(op).l2.read_bytes == 640);
  CHECK(cost(op).l2.write_bytes == 640);
  CHECK(cost(op).l1.read_bytes == 640);
}

TEST_CASE("dsp timing: an enlargement mixes lines at the source's columns, then columns") {
  auto op = dense<isa::DspResize>(8, 16, 32, 1);
  op.src = Address::in(Space::l2, 0);
  op.factor_y = op.factor_x = 4;
  // Lines: 8 of 4 columns of 32 bytes, 2 vectors each; columns: 8 lines of 512 bytes, 8 vectors each. 12
  // cycles weigh four cells, so 6 weigh two.
  CHECK(cost(op).cycles == 40 + (8 * 2 + 8 * 8) * 6);
  CHECK(cost(op).operations == 2 * (8 * 4 * 32 + 8 * 16 * 32));
  CHECK(cost(op).l2.read_bytes == 2 * 4 * 32);
  CHECK(cost(op).l2.write_bytes == 8 * 16 * 32);
}

TEST_CASE("dsp timing: every position of a tile with gaps begins a vector") {
  auto op = dense_unary<isa::DspRescale>(4, 8, 20, 1);
  op.src_x_stride = 64;  // 32 positions, a vector each
  CHECK(cost(op).cycles == 40 + 32 * 4);
}

TEST_CASE("dsp timing: rows without gaps share vectors within the row") {
  auto op = dense_unary<isa::DspRescale>(4, 8, 20, 1);
  op.src_y_stride = 1024;  // 4 rows of 160 bytes: 3 vectors each
  CHECK(cost(op).cycles == 40 + 4 * 3 * 4);
}

TEST_CASE("dsp timing: 16 bits halve the lanes, 32 bits quarter them") {
  auto op = dense_unary<isa::DspRescale>(1, 8, 64, 2);
  op.src_type = op.dst_type = Element::s16;
  CHECK(cost(op).cycles == 40 + 16 * 4);  // 512 elements, 32 lanes
  CHECK(cost(op).width_index == 1);
  op = dense_unary<isa::DspRescale>(1, 8, 64, 4);
  op.src_type = op.dst_type = Element::s32;
  CHECK(cost(op).cycles == 40 + 32 * 4);
  CHECK(cost(op).width_index == 2);
}

TEST_CASE("dsp timing: a depthwise filter costs a vector for every tap and the output stage") {
  auto op = dense_unary<isa::DspDepthwise>(2, 16, 64, 1);
  op.kernel_y = op.kernel_x = 3;
  op.src_y_stride = 18 * 64;
  op.weights = Address::in(Space::l2, 1 << 16);
  // 32 vectors x (9 taps x 2 + 8)
  CHECK(cost(op).cycles == 40 + 32 * (9 * 2 + 8));
  CHECK(cost(op).operations == 2 * 16 * 64 * 9);
  // the halo: (2 - 1) + (3 - 1) + 1 = 4 rows of 15 + 2 + 1 = 18 columns; and 9 x 64 weights
  CHECK(cost(op).l2.read_bytes == 4 * 18 * 64 + 9 * 64);
}

TEST_CASE("dsp timing: strided windows do not share vectors") {
  auto op = dense_unary<isa::DspPoolMax>(1, 8, 16, 1);
  op.kernel_y = op.kernel_x = 2;
  CHECK(cost(op).cycles == 40 + 2 * 4);  // 128 elements, neighbours
  op.stride_x = 2;
  CHECK(cost(op).cycles == 40 + 8 * 4);  // 8 positions apart
}

TEST_CASE("dsp timing: a raw accumulator costs a quarter of a result's vector") {
  auto op = dense_unary<isa::DspRequantize>(1, 1, 64, 4);
  op.src_type = Element::s32;
  op.dst_x_stride = op.dst_y_stride = 64;
  CHECK(cost(op).cycles == 40 + 8);  // 4 vectors of 16 accumulators, 8 / 4 cycles each
  CHECK(cost(op).l2.read_bytes == 256);
  CHECK(cost(op).l2.write_bytes == 64);
  CHECK(cost(op, Element::s16).l2.write_bytes == 128);
}

TEST_CASE("dsp timing: an operand in L3 or DDR costs its latency and its bytes") {
  auto op = dense_unary<isa::DspRescale>(1, 1, 640, 1);
  op.src = Address::in(Space::l3, 0);
  CHECK(cost(op).cycles == 40 + 40 + 60 + 640 / 16);
  CHECK(cost(op).l3.read_bytes == 640);
  CHECK(cost(op).l2.read_bytes == 0);
  op.dst = Address::in(Space::ddr, 0);
  CHECK(cost(op).cycles == 40 + 40 + 60 + 640 / 16 + 200 + 640 / 4);
  CHECK(cost(op).ddr.write_bytes == 640);
}

TEST_CASE("dsp timing: a broadcast operand is read once") {
  auto op = dense<isa::DspMultiply>(4, 8, 64, 1);
  op.a_x_stride = op.dst_x_stride;
  op.a_y_stride = op.dst_y_stride;
  op.a = Address::in(Space::l2, 0);
  op.b = Address::in(Space::l3, 0);
  op.b_channels = 64;  // a row of 64 channels for every position
  CHECK(cost(op).l3.read_bytes == 64);
  CHECK(cost(op).cycles == 40 + 32 * 6 + 60 + 64 / 16);
}

TEST_CASE("dsp timing: scattered elements cost more than rows") {
  isa::DspPermute op;
  op.src = Address::in(Space::l2, 0);
  op.dst = Address::in(Space::l2, 4096);
  op.n1 = 64;
  op.n2 = 16;
  op.src_stride1 = op.dst_stride1 = 1;
  op.src_stride2 = 128;
  op.dst_stride2 = 64;
  CHECK(cost(op).cycles == 40 + 16);  // 16 vectors
  op.src_stride1 = 16;
  CHECK(cost(op).cycles == 40 + 1024 / 4);
}

TEST_CASE("dsp timing: a table lookup by segments costs more than a direct one") {
  auto op = dense_unary<isa::DspLookup>(1, 1, 64, 1);
  CHECK(cost(op).cycles == 40 + 4);
  op.fraction_bits = 4;
  CHECK(cost(op).cycles == 40 + 16);
}

TEST_CASE("dsp timing: what is no dsp instruction has no cost") {
  CHECK_THROWS_AS(cost(isa::CtlEnd{}), std::logic_error);
}

namespace {

models::DspCost float_cost(const isa::Instruction& instruction) {
  models::DspConfig config;  // the defaults, but for one of each kind
  config.start_cycles = 40;
  config.quantize_cycles = 3, config.dequantize_cycles = 5, config.convert_cycles = 6,
  config.range_cycles = 7;
  config.unpack_cycles = 8, config.float_tap_cycles = 2, config.float_combine_cycles = 9;
  config.float_function_cycles = 10, config.float_softmax_cycles = 11;
  return models::dsp_cost(instruction, Element::s8, config, isa::Machine{});
}

}  // namespace

TEST_CASE("dsp timing: a vector holds 16 reals, and each kind of work has its own rate") {
  // 4 x 8 x 20 reals are 640, 40 vectors
  auto quantize = dense_unary<isa::DspQuantize>(4, 8, 20, 4);
  quantize.dst_x_stride = 20, quantize.dst_y_stride = 160;
  CHECK(float_cost(quantize).cycles == 40 + 40 * 3);
  CHECK(float_cost(quantize).width_index == models::kFloatWidth);
  CHECK(float_cost(quantize).l2.read_bytes == 2560);
  CHECK(float_cost(quantize).l2.write_bytes == 640);
  auto dequantize = dense_unary<isa::DspDequantize>(4, 8, 20, 4);
  dequantize.src_type = Element::s32, dequantize.steps = Address::in(Space::l2, 8192);
  CHECK(float_cost(dequantize).cycles == 40 + 40 * 5);
  CHECK(float_cost(dequantize).l2.read_bytes == 2560 + 80);
  auto convert = dense_unary<isa::DspConvert>(4, 8, 20, 4);
  convert.src_x_stride = 40, convert.src_y_stride = 320;
  CHECK(float_cost(convert).cycles == 40 + 40 * 6);
  CHECK(float_cost(dense_unary<isa::DspSoftmaxF32>(4, 8, 20, 4)).cycles == 40 + 40 * 11);
  auto function = dense_unary<isa::DspFunctionF32>(4, 8, 20, 4);
  CHECK(float_cost(function).cycles == 40 + 40 * 9);  // a copy
  function.function = isa::FloatFunction::sigmoid;
  CHECK(float_cost(function).cycles == 40 + 40 * 10);
  isa::DspRange range;
  range.src = Address::in(Space::l2, 0), range.dst = Address::in(Space::l2, 4096), range.channels = 640;
  CHECK(float_cost(range).cycles == 40 + 40 * 7);
}

TEST_CASE("dsp timing: reals are combined and packed indices widened by the vector of results") {
  auto combine = dense<isa::DspCombineF32>(1, 1, 640, 4);
  combine.a = Address::in(Space::l2, 0), combine.b = Address::in(Space::l2, 0), combine.b_channels = 640;
  CHECK(float_cost(combine).cycles == 40 + 40 * 9);
  isa::DspUnpack unpack;  // 640 entries of 2 bytes are 1280 bytes, 20 vectors
  unpack.src = unpack.table = unpack.dst = Address::in(Space::l2, 0);
  unpack.element_bytes = 2, unpack.bits = 3, unpack.count = 640;
  CHECK(float_cost(unpack).cycles == 40 + 20 * 8);
  CHECK(float_cost(unpack).l2.read_bytes == 240 + 16);  // 640 * 3 / 8, and 8 entries
}

TEST_CASE("dsp timing: a convolution of reals takes a vector of channels per tap and source channel") {
  auto convolve = dense_unary<isa::DspConvolveF32>(2, 4, 20, 4);
  convolve.weights = Address::in(Space::l2, 0), convolve.kernel_y = 3, convolve.kernel_x = 3,
  convolve.depth = 5;
  // 8 positions of 2 vectors; 45 products each, then the clip
  CHECK(float_cost(convolve).cycles == 40 + 16 * (45 * 2 + 9));
  CHECK(float_cost(convolve).operations == 160 * 45);
  convolve.per_channel = 1, convolve.depth = 1;  // 160 reals without gaps are 10 vectors of 9 taps
  CHECK(float_cost(convolve).cycles == 40 + 10 * (9 * 2 + 9));
  auto pool = dense_unary<isa::DspPoolF32>(2, 4, 20, 4);
  pool.kernel_y = pool.kernel_x = 2;
  CHECK(float_cost(pool).cycles == 40 + 10 * (4 * 2 + 9));
}
