// verify_program(): the DSP's instructions on reals - at the edge and one beyond.
#include <doctest/doctest.h>

#include "tests/isa/sample_program.h"

namespace mmasim::isa {
namespace {

constexpr uint64_t kL2Bytes = 458752;

// What is said of the instruction, without its place.
std::string float_complaint(const Instruction& instruction) {
  const std::string text = complaint({instruction});
  return text.empty() ? "" : text.substr(text.find("): ") + 3);
}

// Whether `operand` may take the last `bytes` of L2, and begin no byte later.
template <class Float>
void check_last(Float op, Address Float::*operand, const char* name, uint64_t bytes) {
  op.*operand = l2(kL2Bytes - bytes);
  CHECK(float_complaint(op) == "");
  op.*operand = l2(kL2Bytes - bytes + 1);
  CHECK(float_complaint(op) == std::string(name) + " touches bytes " + std::to_string(kL2Bytes - bytes + 1) +
                                   "..458752 of l2; expected 0..458751");
}

template <class Float>
Float of_channels(uint32_t channels) {
  Float op;
  op.channels = channels;
  op.src = l2(0), op.dst = l2(4096);
  return op;
}

}  // namespace

TEST_CASE("verify: reals are quantized to integers of at most 32 bits, by a step above 0") {
  auto op = of_channels<DspQuantize>(5);
  op.clip_max = 255;
  check_last(op, &DspQuantize::src, "src", 5 * 4);
  check_last(op, &DspQuantize::dst, "dst", 5);
  check_last(op, &DspQuantize::grid, "grid", 16);
  op.clip_max = 256;
  CHECK(float_complaint(op) == "clip_max is 256; expected 0..255");
  op.clip_max = 255, op.step = 0;
  CHECK(float_complaint(op) == "step is 0; expected a number above 0");
  op.step = 1, op.dst_type = Element::f16;
  CHECK(float_complaint(op) == "dst_type is f16; expected s8, u8, s16, u16, s32 or u32");
}

TEST_CASE("verify: the tables of dsp.dequantize begin at its lane and lie in L2") {
  auto op = of_channels<DspDequantize>(5);
  op.src_type = Element::s32, op.lane = 3;
  check_last(op, &DspDequantize::src, "src", 5 * 4);
  op.steps = l2(kL2Bytes - 8 * 4);
  CHECK(float_complaint(op) == "");
  op.steps = l2(kL2Bytes - 8 * 4 + 1);
  CHECK(float_complaint(op) == "steps touches bytes 458733..458752 of l2; expected 0..458751");
  op.steps = Address{}, op.biases = ddr(0);
  CHECK(float_complaint(op) == "biases lies in ddr; expected l2");
  op.biases = Address{}, op.low = 1, op.high = 0;
  CHECK(float_complaint(op) == "high is 0; expected at least low, 1");
}

TEST_CASE("verify: dsp.convert goes from one real to the other") {
  auto op = of_channels<DspConvert>(5);
  check_last(op, &DspConvert::src, "src", 5 * 2);
  check_last(op, &DspConvert::dst, "dst", 5 * 4);
  op.dst_type = Element::f16;
  CHECK(float_complaint(op) == "dst_type is f16; expected f32");
  op.src_type = Element::s16;
  CHECK(float_complaint(op) == "src_type is s16; expected f16 or f32");
}

TEST_CASE("verify: a range takes 16 bytes, packed indices whole bytes, and a codebook 2^bits entries") {
  auto range = of_channels<DspRange>(5);
  check_last(range, &DspRange::dst, "dst", 16);
  DspUnpack unpack;
  unpack.src = l2(0), unpack.table = l2(512), unpack.dst = l2(4096);
  unpack.bits = 3, unpack.element_bytes = 2, unpack.count = 3;  // 9 bits are 2 bytes
  check_last(unpack, &DspUnpack::src, "src", 2);
  check_last(unpack, &DspUnpack::table, "table", 16);
  check_last(unpack, &DspUnpack::dst, "dst", 6);
  unpack.bits = 9;
  CHECK(float_complaint(unpack) == "bits is 9; expected 1..8");
  unpack.bits = 8, unpack.element_bytes = 8;
  CHECK(float_complaint(unpack) == "element_bytes is 8; expected 1, 2 or 4");
}

TEST_CASE("verify: a convolution of reals reads its window, depth and rows of weights") {
  auto op = of_channels<DspConvolveF32>(5);
  op.weights = l2(8192), op.depth = 3, op.kernel_y = 2, op.count_y = 2, op.dilation_y = 2;
  op.src_y_stride = 100, op.dst_y_stride = 20, op.weight_stride = 20;
  check_last(op, &DspConvolveF32::src, "src", 3 * 100 + 3 * 4);  // rows 0..3
  check_last(op, &DspConvolveF32::weights, "weights", 5 * 20 + 5 * 4);
  check_last(op, &DspConvolveF32::biases, "biases", 5 * 4);
  op.per_channel = 1;
  CHECK(float_complaint(op) == "depth is 3; expected 1, as per_channel is 1");
  op.depth = 0;
  CHECK(float_complaint(op) == "depth is 0; expected at least 1");
}

TEST_CASE("verify: integers' instructions take no reals") {
  auto op = one_position<DspRescale>();
  op.src_type = Element::f32;
  CHECK(float_complaint(op) == "src_type is f32; expected an integer of 8 to 64 bits");
  CHECK(float_complaint(MmaConfig{Element::f16, Element::f16}) ==
        "a is f16; expected s8, u8, s16, u16, s32 or u32");
}

}  // namespace mmasim::isa
