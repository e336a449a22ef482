// verify_program(): the DSP's tiles, windows and tables - at the edge and one beyond.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/isa/sample_program.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

constexpr uint64_t kL2Bytes = 458752;

// What is said of the last of some instructions, without its place.
std::string dsp_complaint(const std::vector<Instruction>& instructions) {
  const std::string text = complaint(instructions);
  return text.empty() ? "" : text.substr(text.find("): ") + 3);
}

// Whether `operand` of an operation that needs `bytes` above it, the first `skipped` for nothing, may stand
// at the very end of L2, and no byte later.
template <class Operation>
void check_end(Operation op, Address Operation::*operand, const char* name, uint64_t bytes,
               const std::vector<Instruction>& before = {}, uint64_t skipped = 0) {
  std::vector<Instruction> all = before;
  op.*operand = l2(kL2Bytes - bytes);
  all.emplace_back(op);
  CHECK(complaint(all) == "");
  op.*operand = l2(kL2Bytes - bytes + 1);
  all.back() = op;
  CHECK(dsp_complaint(all) == std::string(name) + " touches bytes " +
                                  std::to_string(kL2Bytes - bytes + 1 + skipped) +
                                  "..458752 of l2; expected 0..458751");
}

}  // namespace

TEST_CASE("verify: a tile is count_y rows of count_x positions of contiguous channels") {
  auto op = one_position<DspRescale>();
  op.src_type = Element::s16;
  op.count_y = 3;
  op.count_x = 5;
  op.src_y_stride = 100;
  op.src_x_stride = 8;
  op.dst_y_stride = 20;
  op.dst_x_stride = 4;
  check_end(op, &DspRescale::src, "src", 2 * 100 + 4 * 8 + 4 * 2);
  check_end(op, &DspRescale::dst, "dst", 2 * 20 + 4 * 4 + 4);
  op.src_y_stride = -100;
  op.src = l2(200);
  CHECK(dsp_complaint({op}) == "");
  op.src = l2(199);
  CHECK(dsp_complaint({op}) == "src touches bytes -1..238 of l2; expected 0..458751");
  op.channels = 0;
  CHECK(dsp_complaint({op}) == "channels is 0; expected at least 1");
}

TEST_CASE("verify: tiles may lie in any memory") {
  auto op = one_position<DspRescale>();
  op.src = ddr(4092);
  op.dst = Address::in(Space::l3, 7968 * 1024 - 4);
  CHECK(dsp_complaint({op}) == "");
  op.src = ddr(4093);
  CHECK(dsp_complaint({op}) ==
        "src touches bytes 4093..4096 of ddr; expected 0..4095, the program's ddr_bytes_used");
}

TEST_CASE("verify: results are clipped to their element") {
  auto op = one_position<DspRescale>();
  op.dst_type = Element::u8;
  op.clip_max = 255;
  CHECK(dsp_complaint({op}) == "");
  op.clip_max = 256;
  CHECK(dsp_complaint({op}) == "clip_max is 256; expected 0..255");
  op.clip_max = 255;
  op.clip_min = -1;
  CHECK(dsp_complaint({op}) == "clip_min is -1; expected 0..255");
  op.dst_type = Element::s128;
  CHECK(dsp_complaint({op}) == "dst_type is s128; expected an integer of 8 to 64 bits");
}

TEST_CASE("verify: products before the shift stay within 128 bits") {
  DspMultiply op;
  op.a = op.b = l2(0);
  op.dst = l2(64);
  op.channels = op.b_channels = 1;
  op.a_type = op.b_type = Element::s32;  // magnitudes up to 2^31: 32 bits each
  op.multiplier = (int64_t{1} << 62) - 1;
  CHECK(dsp_complaint({op}) == "");  // 32 + 32 + 62 = 126
  op.multiplier = int64_t{1} << 62;
  CHECK(dsp_complaint({op}) == "the product before the shift may need 127 bits; expected at most 126");
  op.multiplier = 1;
  op.a_zero = op.b_zero = INT64_MIN;  // differences up to 2^63 + 2^31: 64 bits each
  CHECK(dsp_complaint({op}) == "the product before the shift may need 129 bits; expected at most 126");
}

TEST_CASE("verify: the second operand has as many channels or one") {
  DspAdd op;
  op.a = l2(0);
  op.dst = l2(64);
  op.channels = op.b_channels = 8;
  op.b_type = Element::s16;
  check_end(op, &DspAdd::b, "b", 16);
  op.b_channels = 1;
  check_end(op, &DspAdd::b, "b", 2);
  op.b = l2(0);
  op.b_channels = 2;
  CHECK(dsp_complaint({op}) == "b_channels is 2; expected 1 or as many as channels, 8");
}

TEST_CASE("verify: a window's source is the halo of every result") {
  auto op = one_position<DspPoolMax>();
  op.count_y = 2;
  op.count_x = 3;
  op.kernel_y = 3;
  op.kernel_x = 2;
  op.stride_y = 2;
  op.stride_x = 1;
  op.dilation_y = 1;
  op.dilation_x = 4;
  op.src_y_stride = 1000;
  op.src_x_stride = 10;
  // last row 1*2 + 2*1 = 4, last column 2*1 + 1*4 = 6, and 4 channels
  check_end(op, &DspPoolMax::src, "src", 4 * 1000 + 6 * 10 + 4);
  op.src = l2(0);
  op.stride_x = 0;
  CHECK(dsp_complaint({op}) == "stride_x is 0; expected at least 1");
  op.stride_x = 1;
  op.kernel_x = 0;
  CHECK(dsp_complaint({op}) == "kernel_x is 0; expected at least 1");
  op.kernel_x = 1;
  op.dilation_x = 0;
  CHECK(dsp_complaint({op}) == "dilation_x is 0; expected at least 1");
}

TEST_CASE("verify: depthwise needs its stage, its weights and its lanes") {
  auto op = one_position<DspDepthwise>();
  op.weights = l2(128);
  CHECK(dsp_complaint({op}) == "no stage.set of unit dsp before it");
  StageSet stage = plain_stage(Unit::dsp);
  op.kernel_y = op.kernel_x = 3;
  op.weight_stride = 32;
  check_end(op, &DspDepthwise::weights, "weights", 8 * 32 + 4, {stage});
  check_end(op, &DspDepthwise::dst, "dst", 4, {stage});
  op.lane = 60;
  stage.bias = l2(kL2Bytes - 64 * 4);  // lanes 60..63 of 4 bytes
  CHECK(dsp_complaint({stage, op}) == "");
  op.lane = 61;
  CHECK(dsp_complaint({stage, op}) ==
        "bias of the stage touches bytes 458740..458755 of l2; expected 0..458751");
  op.lane = 0;
  op.weight_type = Element::s16;
  CHECK(dsp_complaint({stage, op}) == "weight_type is s16; expected as wide as src_type, s8");
  op.src_type = op.weight_type = Element::s64;
  CHECK(dsp_complaint({stage, op}) == "src_type is s64; expected s8, u8, s16, u16, s32 or u32");
}

TEST_CASE("verify: requantize reads accumulators") {
  auto op = one_position<DspRequantize>();
  op.src_type = Element::s64;
  check_end(op, &DspRequantize::src, "src", 4 * 8, {plain_stage(Unit::dsp)});
  op.src_type = Element::s16;
  CHECK(dsp_complaint({plain_stage(Unit::dsp), op}) == "src_type is s16; expected s32, s64 or s128");
  StageSet raw;
  raw.unit = Unit::dsp;
  raw.raw = 1;
  raw.out = Element::s32;
  op.src_type = Element::s64;
  CHECK(dsp_complaint({raw, op}) == "the raw output stage writes s32, but the accumulators are s64");
}

TEST_CASE("verify: an average has a reciprocal for each count of cells") {
  auto op = one_position<DspPoolAverage>();
  op.kernel_y = 3;
  op.kernel_x = 5;
  check_end(op, &DspPoolAverage::reciprocals, "reciprocals", 15 * 8);
  op.reciprocals = ddr(0);
  CHECK(dsp_complaint({op}) == "reciprocals lies in ddr; expected l2");
}

TEST_CASE("verify: tables cover every value of the source") {
  auto lookup = one_position<DspLookup>();
  check_end(lookup, &DspLookup::table, "table", 256);  // one byte a value
  lookup.dst_type = Element::s16;
  check_end(lookup, &DspLookup::table, "table", 512);
  lookup.src_type = Element::s16;
  lookup.fraction_bits = 6;  // 1024 segments, 1025 knots of 8 bytes
  check_end(lookup, &DspLookup::table, "table", 1025 * 8);
  lookup.src_type = Element::u32;
  lookup.fraction_bits = 22;
  check_end(lookup, &DspLookup::table, "table", 1025 * 8);
  lookup.table = l2(0);
  lookup.fraction_bits = 32;
  CHECK(dsp_complaint({lookup}) == "fraction_bits is 32; expected 0..31");
  lookup.src_type = Element::s64;
  CHECK(dsp_complaint({lookup}) == "src_type is s64; expected s8, u8, s16, u16, s32 or u32");

  auto softmax = one_position<DspSoftmax>();
  check_end(softmax, &DspSoftmax::table, "table", 256 * 8);  // always 8 bytes an entry
  softmax.table = l2(0);
  softmax.bits = 33;
  CHECK(dsp_complaint({softmax}) == "bits is 33; expected 1..32");
}

TEST_CASE("verify: slopes reach to the last channel") {
  auto op = one_position<DspPrelu>();
  op.lane = 10;
  check_end(op, &DspPrelu::slopes, "slopes", 14 * 8, {}, 10 * 8);
}

TEST_CASE("verify: argmax writes 8 bytes a position") {
  auto op = one_position<DspArgmax>();
  op.count_x = 3;
  op.dst_x_stride = 8;
  check_end(op, &DspArgmax::dst, "dst", 24);
}

TEST_CASE("verify: argmax takes integers and f32, and reads 4 bytes for each real") {
  auto op = one_position<DspArgmax>();
  op.src_type = Element::f32;
  check_end(op, &DspArgmax::src, "src", 16);
  op.src_type = Element::f16;
  CHECK(dsp_complaint({op}) == "src_type is f16; expected an integer of 8 to 64 bits, or f32");
}

TEST_CASE("verify: a resize's source holds the cells that its results need") {
  CHECK(tests::holds([] {
    auto op = one_position<DspResize>();
    op.factor_y = tests::draw_in_range<uint16_t>(1, 6);
    op.half_pixel = tests::draw_in_range<uint8_t>(0, 2);
    op.in_height = tests::draw_in_range(1u, 8u);
    op.in_width = 1;
    op.out_y = tests::draw_in_range(0u, op.in_height * op.factor_y);
    op.count_y = tests::draw_in_range(1u, op.in_height * op.factor_y - op.out_y + 1);
    op.src_y_stride = 1000;
    // Rows of the whole input, by the formula of instruction.h, result by result.
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (int64_t o = op.out_y; o < op.out_y + op.count_y; ++o) {
      const int64_t offset = op.half_pixel == 1 ? 1 - op.factor_y : 0;
      int64_t cell = -100;  // floor of the position
      while ((cell + 1) * 2 * op.factor_y <= 2 * o + offset) ++cell;
      for (const int64_t c : {cell, cell + 1}) {
        first = std::min(first, std::clamp<int64_t>(c, 0, op.in_height - 1));
        last = std::max(last, std::clamp<int64_t>(c, 0, op.in_height - 1));
      }
    }
    op.src_y = static_cast<uint32_t>(first);
    const auto bytes = static_cast<uint64_t>((last - first) * 1000 + 4);
    op.src = l2(kL2Bytes - bytes);
    PROPERTY_ASSERT(complaint({op}) == "");
    op.src = l2(kL2Bytes - bytes + 1);
    PROPERTY_ASSERT(dsp_complaint({op}) == "src touches bytes " + std::to_string(kL2Bytes - bytes + 1) +
                                               "..458752 of l2; expected 0..458751");
    op.src = l2(0);
    ++op.src_y;
    PROPERTY_ASSERT(dsp_complaint({op}) == "src_y is " + std::to_string(first + 1) + "; cell " +
                                               std::to_string(first) + " is needed");
  }));
}

TEST_CASE("verify: a resize's modes and counts are in range") {
  auto op = one_position<DspResize>();
  op.in_height = op.in_width = 1;
  CHECK(dsp_complaint({op}) == "");
  op.half_pixel = 2;
  CHECK(dsp_complaint({op}) == "half_pixel is 2; expected 0..1");
  op.half_pixel = 0;
  op.factor_x = 0;
  CHECK(dsp_complaint({op}) == "factor_x is 0; expected at least 1");
  op.factor_x = 1;
  op.in_width = 0;
  CHECK(dsp_complaint({op}) == "in_width is 0; expected at least 1");
}

TEST_CASE("verify: a permutation moves elements of 1, 2, 4, 8 or 16 bytes over five dimensions") {
  DspPermute op;
  op.dst = l2(0);
  op.element_bytes = 16;
  op.n1 = 2, op.n2 = 3, op.n3 = 4, op.n4 = 5, op.n5 = 6;
  op.src_stride1 = 16, op.src_stride2 = 100, op.src_stride3 = 200, op.src_stride4 = 300, op.src_stride5 = 400;
  check_end(op, &DspPermute::src, "src", 1 * 16 + 2 * 100 + 3 * 200 + 4 * 300 + 5 * 400 + 16);
  op.src = l2(0);
  op.element_bytes = 12;
  CHECK(dsp_complaint({op}) == "element_bytes is 12; expected 1, 2, 4, 8 or 16");
}

}  // namespace mmasim::isa
