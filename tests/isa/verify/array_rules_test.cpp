// verify_program(): the array's banks, panels, address patterns and output stage - at the edge and one
// beyond.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/isa/sample_program.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

constexpr uint64_t kL2Bytes = 458752;

MmaStream stream_of(Address a, uint8_t rows, uint8_t depth) {
  MmaStream stream;
  stream.a = a;
  stream.rows = rows;
  stream.depth = depth;
  return stream;
}

MmaTransfer transfer_of(Address dst, uint8_t rows, uint8_t columns) {
  MmaTransfer transfer;
  transfer.dst = dst;
  transfer.rows = rows;
  transfer.columns = columns;
  return transfer;
}

// Of the last of some instructions behind 8-bit operands and patterns of one row of 64.
std::string array_complaint(const std::vector<Instruction>& instructions, const Machine& machine = {}) {
  MmaPattern pattern;
  pattern.k0 = 64;
  pattern.r0 = 64;
  pattern.r0_stride = 64;
  MmaStorePattern store;
  store.r0 = 64;
  store.r0_stride = 64;
  std::vector<Instruction> all{MmaConfig{}, pattern, store};
  all.insert(all.end(), instructions.begin(), instructions.end());
  const std::string text = complaint(all, machine);
  return text.substr(std::min(text.size(), text.find(": ") + (text.empty() ? 0 : 2)));
}

std::string stage_complaint(const StageSet& stage, const Machine& machine = {}) {
  const std::string text = complaint({stage}, machine);
  const std::string place = "instruction 0 (stage.set): ";
  if (!text.empty()) REQUIRE(text.find(place) == 0);
  return text.empty() ? "" : text.substr(place.size());
}

}  // namespace

TEST_CASE("verify: operands are 8, 16 or 32 bits, both as wide") {
  CHECK(complaint({MmaConfig{Element::u32, Element::s32}}) == "");
  CHECK(complaint({MmaConfig{Element::s64, Element::s64}}) ==
        "instruction 0 (mma.config): a is s64; expected s8, u8, s16, u16, s32 or u32");
  CHECK(complaint({MmaConfig{Element::s8, Element::s16}}) ==
        "instruction 0 (mma.config): b is s16; expected an element as wide as a, which is s8");
}

TEST_CASE("verify: the array is configured before it is used") {
  CHECK(complaint({MmaLoadB{0, l2(0), 1}}) == "instruction 0 (mma.load_b): no mma.config before it");
  CHECK(complaint({MmaConfig{}, stream_of(l2(0), 1, 1)}) ==
        "instruction 1 (mma.stream): no mma.pattern before it");
  CHECK(complaint({MmaConfig{}, transfer_of(l2(0), 1, 1)}) ==
        "instruction 1 (mma.transfer): no mma.store_pattern before it");
  CHECK(complaint({MmaConfig{}, MmaStorePattern{}, plain_stage(Unit::dsp), transfer_of(l2(0), 1, 1)}) ==
        "instruction 3 (mma.transfer): no stage.set of unit mma before it");
}

TEST_CASE("verify: a B panel has S rows of array_bytes in L2") {
  CHECK(array_complaint({MmaLoadB{1, l2(kL2Bytes - 4096), 64}}) == "");
  CHECK(array_complaint({MmaLoadB{1, l2(kL2Bytes - 4095), 64}}) ==
        "addr touches bytes 454657..458752 of l2; expected 0..458751");
  CHECK(array_complaint({MmaLoadB{2, l2(0), 64}}) == "bank is 2; expected 0..1");
  CHECK(array_complaint({MmaLoadB{0, l2(0), 65}}) == "rows is 65; expected 1..64");
  CHECK(array_complaint({MmaLoadB{0, l2(0), 0}}) == "rows is 0; expected 1..64");
  CHECK(array_complaint({MmaLoadB{0, ddr(0), 1}}) == "addr lies in ddr; expected l2");
  // S is 64 / 4 = 16 for 32-bit operands
  CHECK(array_complaint({MmaConfig{Element::s32, Element::s32}, MmaLoadB{0, l2(0), 16}}) == "");
  CHECK(array_complaint({MmaConfig{Element::s32, Element::s32}, MmaLoadB{0, l2(0), 17}}) ==
        "rows is 17; expected 1..16");
}

TEST_CASE("verify: a stream stays within panel, banks and L2") {
  CHECK(array_complaint({stream_of(l2(kL2Bytes - 4096), 64, 64)}) == "");
  CHECK(array_complaint({stream_of(l2(kL2Bytes - 4095), 64, 64)}) ==
        "a touches bytes 454657..458752 of l2; expected 0..458751");
  CHECK(array_complaint({stream_of(l2(0), 65, 1)}) == "rows is 65; expected 1..64");
  CHECK(array_complaint({stream_of(l2(0), 1, 0)}) == "depth is 0; expected 1..64");
  MmaStream stream = stream_of(l2(0), 1, 1);
  stream.b_bank = 2;
  CHECK(array_complaint({stream}) == "b_bank is 2; expected 0..1");
  stream.b_bank = 0;
  stream.c_bank = 8;
  CHECK(array_complaint({stream}) == "c_bank is 8; expected 0..7");
  stream.c_bank = 0;
  stream.accumulate = 4;
  CHECK(array_complaint({stream}) == "accumulate is 4; expected 0..3");
  stream.accumulate = 0;
  stream.row = 0xffffffff;  // the last row there is, with the pattern standing still
  CHECK(array_complaint({MmaPattern{}, stream}) == "");
  stream.rows = 2;
  CHECK(array_complaint({MmaPattern{}, stream}) == "row is 4294967295, and 2 more; expected below 2^32");
  CHECK(array_complaint({stream_of(Address::in(Space::l3, 0), 1, 1)}) == "a lies in l3; expected l2");
}

TEST_CASE("verify: pattern counts are not 0") {
  MmaPattern pattern;
  pattern.k1 = 0;
  CHECK(complaint({pattern}) == "instruction 0 (mma.pattern): k1 is 0; expected at least 1");
  MmaStorePattern store;
  store.r1 = 0;
  CHECK(complaint({store}) == "instruction 0 (mma.store_pattern): r1 is 0; expected at least 1");
}

TEST_CASE("verify: the extent of a stream is that of every element of A") {
  CHECK(tests::holds([] {
    MmaPattern p;
    p.k0 = tests::draw_in_range(1u, 9u);
    p.k1 = tests::draw_in_range(1u, 5u);
    p.r0 = tests::draw_in_range(1u, 9u);
    p.r1 = tests::draw_in_range(1u, 5u);
    for (auto stride : {&MmaPattern::k1_stride, &MmaPattern::k2_stride, &MmaPattern::r0_stride,
                        &MmaPattern::r1_stride, &MmaPattern::r2_stride}) {
      p.*stride = tests::draw_in_range(-40, 40);
    }
    const auto element = tests::draw_element(Element::u8, Element::s16, Element::s32);
    const auto bytes = static_cast<int64_t>(element_bytes(element));
    MmaStream stream =
        stream_of({}, tests::draw_in_range<uint8_t>(1, 17), tests::draw_in_range<uint8_t>(1, 17));
    stream.row = tests::draw_in_range(0u, 100u);
    stream.k_start = tests::draw_in_range(0u, 100u);

    int64_t lowest = INT64_MAX, highest = INT64_MIN;  // by the formula of instruction.h, element by element
    for (int64_t r = stream.row; r < stream.row + stream.rows; ++r) {
      for (int64_t k = stream.k_start; k < stream.k_start + stream.depth; ++k) {
        const int64_t at = (r % p.r0) * p.r0_stride + (r / p.r0 % p.r1) * p.r1_stride +
                           (r / p.r0 / p.r1) * p.r2_stride + (k % p.k0) * bytes +
                           (k / p.k0 % p.k1) * p.k1_stride + (k / p.k0 / p.k1) * p.k2_stride;
        lowest = std::min(lowest, at);
        highest = std::max(highest, at + bytes);
      }
    }
    const auto at = [&](int64_t base) {
      stream.a = l2(static_cast<uint64_t>(base));
      return complaint({MmaConfig{element, element}, p, stream});
    };
    const auto refusal = [&](int64_t base) {
      return "instruction 2 (mma.stream): a touches bytes " + std::to_string(base + lowest) + ".." +
             std::to_string(base + highest - 1) + " of l2; expected 0..458751";
    };
    const int64_t last = static_cast<int64_t>(kL2Bytes) - highest;
    PROPERTY_ASSERT(at(last) == "");
    PROPERTY_ASSERT(at(last + 1) == refusal(last + 1));
    PROPERTY_ASSERT(lowest > 0 || at(-lowest) == "");
    PROPERTY_ASSERT(lowest >= 0 || at(-lowest - 1) == refusal(-lowest - 1));
  }));
}

TEST_CASE("verify: a transfer writes rows of output elements into L2") {
  StageSet stage = plain_stage(Unit::mma);
  // rows 64 bytes apart: 63 * 64 + 10 bytes = 4042
  CHECK(array_complaint({stage, transfer_of(l2(kL2Bytes - 4042), 64, 10)}) == "");
  CHECK(array_complaint({stage, transfer_of(l2(kL2Bytes - 4041), 64, 10)}) ==
        "dst touches bytes 454711..458752 of l2; expected 0..458751");
  stage.out = Element::s16;
  stage.clip_min = INT16_MIN;
  stage.clip_max = INT16_MAX;
  // twice as wide: 63 * 64 + 20 bytes = 4052, of which 10 do not fit
  CHECK(array_complaint({stage, transfer_of(l2(kL2Bytes - 4042), 64, 10)}) ==
        "dst touches bytes 454710..458761 of l2; expected 0..458751");
  stage = plain_stage(Unit::mma);
  CHECK(array_complaint({stage, transfer_of(l2(0), 1, 65)}) == "columns is 65; expected 1..64");
  CHECK(array_complaint({stage, transfer_of(l2(0), 0, 1)}) == "rows is 0; expected 1..64");
  MmaTransfer transfer = transfer_of(l2(0), 1, 1);
  transfer.c_bank = 8;
  CHECK(array_complaint({stage, transfer}) == "c_bank is 8; expected 0..7");
  CHECK(array_complaint({stage, transfer_of(ddr(0), 1, 1)}) == "dst lies in ddr; expected l2");
  CHECK(complaint({MmaRange{l2(kL2Bytes - 16)}}) == "");
  CHECK(complaint({MmaRange{l2(kL2Bytes - 15)}}) ==
        "instruction 0 (mma.range): dst touches bytes 458737..458752 of l2; expected 0..458751");
}

TEST_CASE("verify: the stage's tables reach to the last lane that a transfer uses") {
  Machine machine;
  machine.multiplier_bits = 8;
  machine.per_lane_shift = 1;
  MmaTransfer transfer = transfer_of(l2(0), 1, 4);
  transfer.lane = 100;  // lanes 100..103
  const auto with = [&](auto change) {
    StageSet stage = plain_stage(Unit::mma);
    change(stage);
    return array_complaint({stage, transfer}, machine);
  };
  CHECK(with([](StageSet& s) { s.bias = l2(kL2Bytes - 104 * 4); }) == "");
  CHECK(with([](StageSet& s) { s.bias = l2(kL2Bytes - 104 * 4 + 1); }) ==
        "bias of the stage touches bytes 458737..458752 of l2; expected 0..458751");
  const auto multipliers = [](uint64_t at) {
    return [at](StageSet& s) {
      s.multiplier_mode = TableMode::per_lane;
      s.multipliers = l2(at);
    };
  };
  CHECK(with(multipliers(kL2Bytes - 104 * 4)) == "");
  CHECK(with(multipliers(kL2Bytes - 104 * 4 + 1)) ==
        "multipliers of the stage touches bytes 458737..458752 of l2; expected 0..458751");
  const auto shifts = [](uint64_t at) {
    return [at](StageSet& s) {
      s.shift_mode = TableMode::per_lane;
      s.shifts = l2(at);
    };
  };
  CHECK(with(shifts(kL2Bytes - 104)) == "");
  CHECK(with(shifts(kL2Bytes - 103)) ==
        "shifts of the stage touches bytes 458749..458752 of l2; expected 0..458751");
}

TEST_CASE("verify: a raw stage is as wide as the accumulators") {
  StageSet stage;
  stage.raw = 1;
  stage.out = Element::s32;
  const MmaTransfer transfer = transfer_of(l2(0), 1, 1);
  CHECK(array_complaint({stage, transfer}) == "");
  CHECK(array_complaint({MmaConfig{Element::s16, Element::s16}, stage, transfer}) ==
        "the raw output stage writes s32, but the accumulators are s64");
  stage.out = Element::s128;
  CHECK(array_complaint({MmaConfig{Element::s32, Element::s32}, stage, transfer}) == "");
  stage.out = Element::s16;
  CHECK(stage_complaint(stage) == "out is s16; expected s32, s64 or s128");
  stage.raw = 2;
  CHECK(stage_complaint(stage) == "raw is 2; expected 0..1");
}

TEST_CASE("verify: the array's stage is used only as far as the machine has it") {
  const StageSet plain = plain_stage(Unit::mma);
  CHECK(stage_complaint(plain) == "");

  StageSet stage = plain;
  stage.multiplier_mode = TableMode::common;
  CHECK(stage_complaint(stage) ==
        "multiplier_mode is common; expected none, as the machine has no multiplier");
  Machine machine;
  machine.multiplier_bits = 8;
  stage.multiplier = 255;
  CHECK(stage_complaint(stage, machine) == "");
  stage.multiplier = 256;
  CHECK(stage_complaint(stage, machine) == "multiplier is 256; the machine's has 8 bits");
  stage.multiplier = 0x7fffffff;
  machine.multiplier_bits = 31;
  CHECK(stage_complaint(stage, machine) == "");
  stage.multiplier = 0x80000000;
  CHECK(stage_complaint(stage, machine) == "multiplier is 2147483648; the machine's has 31 bits");

  stage = plain;
  stage.shift_mode = TableMode::per_lane;
  stage.shifts = l2(0);
  CHECK(stage_complaint(stage) ==
        "shift_mode is per_lane; expected common, as the machine has one shift for all lanes");
  machine.per_lane_shift = 1;
  CHECK(stage_complaint(stage, machine) == "");
  stage.shift_mode = TableMode::none;
  CHECK(stage_complaint(stage, machine) == "shift_mode is none; expected common or per_lane");

  stage = plain;
  stage.shift = 63;
  CHECK(stage_complaint(stage) == "");
  stage.shift = 64;
  CHECK(stage_complaint(stage) == "shift is 64; the machine shifts by at most 63");

  stage = plain;
  stage.rounding = Rounding::half_even;
  CHECK(stage_complaint(stage) == "rounding is half_even; the machine rounds half_up only");
  machine.half_up_only = 0;
  CHECK(stage_complaint(stage, machine) == "");

  stage = plain;
  stage.zero_point = -1;
  CHECK(stage_complaint(stage) == "zero_point is -1; expected 0, as the machine has none");
  machine.has_output_zero_point = 1;
  CHECK(stage_complaint(stage, machine) == "");
}

TEST_CASE("verify: without programmable clip bounds there are saturation and ReLU") {
  Machine machine;
  StageSet stage = plain_stage(Unit::mma);
  stage.clip_min = 0;  // ReLU
  CHECK(stage_complaint(stage, machine) == "");
  stage.clip_min = -127;
  CHECK(stage_complaint(stage, machine) ==
        "clip bounds are -127..127; expected -128 or 0..127, as the machine has saturation and ReLU only");
  stage.clip_min = 0;
  stage.clip_max = 96;
  CHECK(stage_complaint(stage, machine) ==
        "clip bounds are 0..96; expected -128 or 0..127, as the machine has saturation and ReLU only");
  machine.has_output_clip = 1;
  CHECK(stage_complaint(stage, machine) == "");
  stage.clip_max = 128;
  CHECK(stage_complaint(stage, machine) == "clip_max is 128; expected 0..127");
  stage.clip_max = -1;
  CHECK(stage_complaint(stage, machine) == "clip_max is -1; expected 0..127");
  stage.clip_min = -129;
  CHECK(stage_complaint(stage, machine) == "clip_min is -129; expected -128..127");
  stage.out = Element::u32;
  stage.clip_min = 0;
  stage.clip_max = 0xffffffff;
  CHECK(stage_complaint(stage, Machine{}) == "");
}

TEST_CASE("verify: the DSP's stage has everything, but its tables lie in L2 too") {
  StageSet stage = plain_stage(Unit::dsp);
  stage.multiplier_mode = stage.shift_mode = TableMode::per_lane;
  stage.multipliers = stage.shifts = l2(0);
  stage.rounding = Rounding::half_away;
  stage.zero_point = 5;
  stage.clip_min = -3;
  CHECK(stage_complaint(stage) == "");
  stage.shifts = {};
  CHECK(stage_complaint(stage) == "shifts lies in none; expected l2");
  stage.shifts = ddr(0);
  CHECK(stage_complaint(stage) == "shifts lies in ddr; expected l2");
  stage.shifts = l2(0);
  stage.bias = ddr(0);
  CHECK(stage_complaint(stage) == "bias lies in ddr; expected l2");
}

}  // namespace mmasim::isa
