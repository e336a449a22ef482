// verify_program(): the machine, the summary, placements, control and DMA - each rule at its edge and one
// beyond.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/isa/sample_program.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

DmaCopy copy_of(uint32_t row_bytes, Address src, Address dst) {
  DmaCopy copy;
  copy.row_bytes = row_bytes;
  copy.src = src;
  copy.dst = dst;
  return copy;
}

}  // namespace

TEST_CASE("verify: a program with every instruction is accepted") {
  CHECK(complaint(sample_program()) == "");
  std::set<size_t> opcodes;
  for (const Instruction& instruction : every_instruction()) opcodes.insert(instruction.index());
  CHECK(opcodes.size() ==
        std::variant_size_v<Instruction> - 1);  // all but ctl.end, which sample_program() adds
}

TEST_CASE("verify: code ends with the one ctl.end") {
  Program program;
  CHECK(complaint(program) == "code: no ctl.end after 0 instructions");
  append(program, SyncSignal{0});
  CHECK(complaint(program) == "code: no ctl.end after 1 instructions");
  append(program, CtlEnd{});
  CHECK(complaint(program) == "");
  append(program, CtlEnd{});
  CHECK(complaint(program) == "instruction 2 (ctl.end): it stands behind ctl.end");
}

TEST_CASE("verify: the instruction count is the code's") {
  Program program = program_of({});
  program.instruction_count = 2;
  CHECK(complaint(program) == "code: 1 instructions; instruction_count is 2");
}

TEST_CASE("verify: code that does not decode is named") {
  Program program = program_of({SyncSignal{1}});
  program.code.back() = 99;
  CHECK(complaint(program) == "instruction 1: opcode 99 at byte 3 is unknown; expected 0..37");
}

TEST_CASE("verify: layers, channels and tokens exist") {
  CHECK(complaint({CtlLayer{0, Setup::none}}) == "");
  CHECK(complaint({CtlLayer{1, Setup::none}}) ==
        "instruction 0 (ctl.layer): layer is 1; the program has 1 layers");
  CHECK(complaint({SyncWait{63, 1}}) == "");
  CHECK(complaint({SyncWait{64, 1}}) ==
        "instruction 0 (sync.wait): token is 64; the machine has tokens 0..63");
  CHECK(complaint({SyncSignal{64}}) ==
        "instruction 0 (sync.signal): token is 64; the machine has tokens 0..63");
  CHECK(complaint({DmaWait{15, 63, 1}}) == "");
  CHECK(complaint({DmaWait{16, 63, 1}}) ==
        "instruction 0 (dma.wait): channel is 16; the machine has channels 0..15");
  CHECK(complaint({DmaWait{15, 64, 1}}) ==
        "instruction 0 (dma.wait): token is 64; the machine has tokens 0..63");
  DmaCopy copy = copy_of(1, l2(0), l2(1));
  copy.layer = 1;
  CHECK(complaint({copy}) == "instruction 0 (dma.copy): layer is 1; the program has 1 layers");
  copy.layer = 0;
  copy.signal = 64;
  CHECK(complaint({copy}) == "instruction 0 (dma.copy): signal is 64; the machine has tokens 0..63");
}

TEST_CASE("verify: a copy may touch the last byte of a memory and none beyond") {
  // L2 has 458752 bytes, DDR as many as the program says it uses: 4096.
  CHECK(complaint({copy_of(64, l2(458752 - 64), ddr(4096 - 64))}) == "");
  CHECK(complaint({copy_of(64, l2(458752 - 63), ddr(0))}) ==
        "instruction 0 (dma.copy): src touches bytes 458689..458752 of l2; expected 0..458751");
  CHECK(complaint({copy_of(64, l2(0), ddr(4096 - 63))}) ==
        "instruction 0 (dma.copy): dst touches bytes 4033..4096 of ddr; expected 0..4095, the program's "
        "ddr_bytes_used");
  CHECK(complaint({copy_of(64, Address{}, l2(0))}) ==
        "instruction 0 (dma.copy): src is none; expected an address");
}

TEST_CASE("verify: negative strides reach down to byte 0 and not below") {
  DmaCopy copy = copy_of(64, l2(300), l2(1000));
  copy.n1 = 4;
  copy.src_stride1 = -100;  // rows at 300, 200, 100, 0
  CHECK(complaint({copy}) == "");
  copy.src = l2(299);
  CHECK(complaint({copy}) == "instruction 0 (dma.copy): src touches bytes -1..362 of l2; expected 0..458751");
}

TEST_CASE("verify: strides that would wrap around 64 bits do not pass") {
  DmaCopy copy = copy_of(1, l2(0), l2(0));
  copy.n1 = 0xffffffff;
  copy.src_stride1 = (int64_t{1} << 39) - 1;
  CHECK(complaint({copy}).find("instruction 0 (dma.copy): src touches bytes 0..2361183") == 0);
  DspPermute permute;  // 2^25 steps of 2^39 bytes are 2^64 bytes
  permute.src = permute.dst = l2(0);
  permute.n1 = (1 << 25) + 1;
  permute.dst_stride1 = -(int64_t{1} << 39);
  CHECK(complaint({permute}) ==
        "instruction 0 (dsp.permute): dst touches bytes -18446744073709551616..0 of l2; expected 0..458751");
}

TEST_CASE("verify: a count of 0 and more work than a memory holds are refused") {
  DmaCopy copy = copy_of(0, l2(0), l2(0));
  CHECK(complaint({copy}) == "instruction 0 (dma.copy): row_bytes is 0; expected at least 1");
  copy.row_bytes = 16;
  copy.n3 = 0;
  CHECK(complaint({copy}) == "instruction 0 (dma.copy): n3 is 0; expected at least 1");
  copy.n3 = 1 << 16;
  copy.n2 = 1 << 16;  // 2^4 * 2^16 * 2^16 = 2^36, all on the same bytes
  CHECK(complaint({copy}) == "");
  ++copy.n2;
  CHECK(complaint({copy}) ==
        "instruction 0 (dma.copy): the counts multiply to more than 68719476736, the most that one "
        "instruction may do");
}

TEST_CASE("verify: the extent of a copy is that of all its rows") {
  CHECK(tests::holds([] {
    DmaCopy copy = copy_of(tests::draw_in_range(1u, 20u), {}, l2(0));
    copy.n1 = tests::draw_in_range(1u, 5u);
    copy.n2 = tests::draw_in_range(1u, 5u);
    copy.n3 = tests::draw_in_range(1u, 5u);
    copy.src_stride1 = tests::draw_in_range(-50, 50);
    copy.src_stride2 = tests::draw_in_range(-200, 200);
    copy.src_stride3 = tests::draw_in_range(-900, 900);
    int64_t lowest = 0, highest = 0;  // of the rows, by visiting each
    for (int64_t i = 0; i < copy.n1; ++i) {
      for (int64_t j = 0; j < copy.n2; ++j) {
        for (int64_t k = 0; k < copy.n3; ++k) {
          const int64_t at = i * copy.src_stride1 + j * copy.src_stride2 + k * copy.src_stride3;
          lowest = std::min(lowest, at);
          highest = std::max(highest, at);
        }
      }
    }
    const auto first = static_cast<uint64_t>(-lowest);
    const auto last = static_cast<uint64_t>(458752 - highest - copy.row_bytes);
    copy.src = l2(first);
    PROPERTY_ASSERT(complaint({copy}) == "");
    copy.src = l2(last);
    PROPERTY_ASSERT(complaint({copy}) == "");
    copy.src = l2(last + 1);
    const auto length = highest - lowest + copy.row_bytes;  // of all rows
    const auto refusal = [length](int64_t from) {
      return "instruction 0 (dma.copy): src touches bytes " + std::to_string(from) + ".." +
             std::to_string(from + length - 1) + " of l2; expected 0..458751";
    };
    PROPERTY_ASSERT(complaint({copy}) == refusal(458753 - length));
    if (first > 0) {
      copy.src = l2(first - 1);
      PROPERTY_ASSERT(complaint({copy}) == refusal(-1));
    }
  }));
}

TEST_CASE("verify: a fill writes whole elements of 1, 2, 4 or 8 bytes") {
  DmaFill fill;
  fill.dst = l2(458752 - 24);
  fill.row_bytes = 24;
  for (const uint8_t bytes : {1, 2, 4, 8}) {
    fill.element_bytes = bytes;
    CHECK(complaint({fill}) == "");
  }
  fill.element_bytes = 3;
  CHECK(complaint({fill}) == "instruction 0 (dma.fill): element_bytes is 3; expected 1, 2, 4 or 8");
  fill.element_bytes = 0;
  CHECK(complaint({fill}) == "instruction 0 (dma.fill): element_bytes is 0; expected 1, 2, 4 or 8");
  fill.element_bytes = 8;
  fill.row_bytes = 20;
  CHECK(complaint({fill}) == "instruction 0 (dma.fill): row_bytes is 20; expected a multiple of 8");
  fill.row_bytes = 24;
  fill.dst = l2(458752 - 23);
  CHECK(complaint({fill}) ==
        "instruction 0 (dma.fill): dst touches bytes 458729..458752 of l2; expected 0..458751");
}

TEST_CASE("verify: the machine's fields have bounds") {
  const auto with = [](auto member, auto value) {
    Machine machine;
    machine.*member = value;
    return complaint({}, machine);
  };
  for (const uint32_t array_bytes : {8, 16, 32, 64, 128})
    CHECK(with(&Machine::array_bytes, array_bytes) == "");
  CHECK(with(&Machine::array_bytes, 4u) == "machine: array_bytes is 4; expected 8..128");
  CHECK(with(&Machine::array_bytes, 256u) == "machine: array_bytes is 256; expected 8..128");
  CHECK(with(&Machine::array_bytes, 48u) == "machine: array_bytes is 48; expected a power of two");
  CHECK(with(&Machine::b_banks, 0u) == "machine: b_banks is 0; expected 1..16");
  CHECK(with(&Machine::b_banks, 16u) == "");
  CHECK(with(&Machine::c_banks, 17u) == "machine: c_banks is 17; expected 1..16");
  CHECK(with(&Machine::multiplier_bits, 32u) == "machine: multiplier_bits is 32; expected 0..31");
  CHECK(with(&Machine::max_shift, 0u) == "machine: max_shift is 0; expected 1..127");
  CHECK(with(&Machine::vector_bytes, 257u) == "machine: vector_bytes is 257; expected 8..256");
  CHECK(with(&Machine::dma_channels, 64u) == "");
  CHECK(with(&Machine::dma_channels, 65u) == "machine: dma_channels is 65; expected 1..64");
  CHECK(with(&Machine::tokens, 1u) == "machine: tokens is 1; expected 2..65535");
  CHECK(with(&Machine::tokens, 65536u) == "machine: tokens is 65536; expected 2..65535");
  CHECK(with(&Machine::per_lane_shift, 2u) == "machine: per_lane_shift is 2; expected 0..1");
  CHECK(with(&Machine::ddr_bytes, uint64_t{64} << 30) == "");
  CHECK(with(&Machine::ddr_bytes, (uint64_t{64} << 30) + 1) ==
        "machine: ddr_bytes is 68719476737; expected 1048576..68719476736");
  CHECK(with(&Machine::l2_bytes, uint64_t{8191}) == "machine: l2_bytes is 8191; expected 8192..268435456");
  CHECK(with(&Machine::l2_bytes, (uint64_t{256} << 20) + 1) ==
        "machine: l2_bytes is 268435457; expected 8192..268435456");
}

TEST_CASE("verify: high-water marks and constants fit the memories") {
  Program program = program_of({});
  program.l2_bytes_used = 458752;
  program.constants_bytes = 4096;
  CHECK(complaint(program) == "");
  program.constants.resize(4095);
  CHECK(complaint(program) == "program: there are 4095 bytes of constants; expected 4096 or none");
  program.constants.clear();
  ++program.constants_bytes;
  CHECK(complaint(program) ==
        "program: constants_bytes is 4097; expected at most 4096, the program's ddr_bytes_used");
  program.constants_bytes = 0;
  ++program.l2_bytes_used;
  CHECK(complaint(program) ==
        "program: l2_bytes_used is 458753; expected at most 458752, the machine's l2_bytes");
}

TEST_CASE("verify: nothing writes the constants, and no input lies there") {
  const auto complaint_of = [](const Instruction& instruction) {
    Program program = program_of({instruction});
    program.constants_bytes = 1000;
    return complaint(program);
  };
  CHECK(complaint_of(copy_of(64, ddr(999), ddr(1000))) == "");
  CHECK(complaint_of(copy_of(64, ddr(0), ddr(999))) ==
        "instruction 0 (dma.copy): dst touches bytes 999..1062 of ddr; 0..999 are the program's constants, "
        "which nothing may write");
  CHECK(complaint_of(copy_of(64, ddr(0), l2(0))) == "");
  DmaFill fill;
  fill.row_bytes = 2;
  fill.n1 = 2;
  fill.dst_stride1 = -4;  // the second row four bytes before the first
  fill.dst = ddr(1004);
  CHECK(complaint_of(fill) == "");
  fill.dst = ddr(1003);
  CHECK(complaint_of(fill) ==
        "instruction 0 (dma.fill): dst touches bytes 999..1004 of ddr; 0..999 are the program's constants, "
        "which nothing may write");
  auto lookup = one_position<DspLookup>();
  lookup.dst = ddr(999);
  CHECK(complaint_of(lookup) ==
        "instruction 0 (dsp.lookup): dst touches bytes 999..1002 of ddr; 0..999 are the program's constants, "
        "which nothing may write");

  Program program = program_of({});
  program.constants_bytes = 1000;
  TensorPlacement tensor{"x", Element::s8, {2}, {1}, ddr(999), 0, 0, 1.0, 0, {}};
  program.outputs = {tensor};  // a constant may be an output
  CHECK(complaint(program) == "");
  program.inputs = {tensor};
  CHECK(complaint(program) ==
        "input 'x': it touches bytes 999..1000 of ddr; 0..999 are the program's constants, which nothing may "
        "write");
  program.inputs[0].address = ddr(1000);
  CHECK(complaint(program) == "");
}

TEST_CASE("verify: a tensor lies in memory with all its elements") {
  Program program = program_of({});
  program.outputs.push_back({"y", Element::s32, {3, 4}, {-16, 4}, ddr(32), 1, 1, 2.0, 0});
  TensorPlacement& tensor = program.outputs[0];
  CHECK(complaint(program) == "");  // rows at 32, 16 and 0
  tensor.address = ddr(31);
  CHECK(complaint(program) ==
        "output 'y': it touches bytes -1..46 of ddr; expected 0..4095, the program's ddr_bytes_used");
  tensor.address = ddr(4096 - 16);
  CHECK(complaint(program) == "");
  tensor.address = ddr(4096 - 15);  // rows at 4081, 4065 and 4049
  CHECK(complaint(program) ==
        "output 'y': it touches bytes 4049..4096 of ddr; expected 0..4095, the program's ddr_bytes_used");
  tensor.address = ddr(32);

  tensor.shape = {3};
  CHECK(complaint(program) == "output 'y': it has 1 dimensions, but 2 strides");
  tensor.shape = {3, 0};
  CHECK(complaint(program) == "output 'y': a dimension is 0; expected 1..68719476736");
  tensor.strides_bytes = {0, 0};
  tensor.shape = {1 << 20, 1 << 20};
  CHECK(complaint(program) == "output 'y': it has more than 68719476736 elements");
  tensor.shape = {3, 4};
  tensor.ready_token = 64;
  CHECK(complaint(program) == "output 'y': ready_token is 64; the machine has tokens 0..63");
  tensor.ready_token = 63;
  tensor.inv_step = 0;
  CHECK(complaint(program) == "output 'y': inv_step is 0; expected a finite number above 0");
  tensor.inv_step = 1;
  tensor.strides_bytes.assign(17, 0);
  tensor.shape.assign(17, 1);
  CHECK(complaint(program) == "output 'y': it has 17 dimensions; expected at most 16");
}

}  // namespace mmasim::isa
