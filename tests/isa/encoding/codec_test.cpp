// The encoding: opcodes that never change, every field at its extremes, and code that is wrong.
#include "isa/encoding/codec.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "isa/encoding/field_limits.h"
#include "isa/encoding/instruction_table.h"
#include "isa/program/equality.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes encoded(const Instruction& instruction) {
  Bytes code;
  encode(instruction, code);
  return code;
}

std::string decode_error(const Bytes& code, size_t offset = 0) {
  try {
    decode(code, offset);
  } catch (const DecodeError& error) {
    return error.what();
  }
  return "";
}

// Sets every field of an instruction of the given opcode to choose(member, bytes).
template <class Choose>
Instruction instruction_with(size_t opcode, Choose&& choose) {
  Instruction made;
  for_each_instruction([&](auto type) {
    if (decltype(type)::opcode != opcode) return;
    using Struct = typename decltype(type)::type;
    Struct instruction;
    for_each_field<Struct>([&](const auto& f) { choose(instruction.*f.member, f.bytes); });
    made = instruction;
  });
  return made;
}

template <class Member>
void set_largest(Member& member, uint32_t bytes) {
  if constexpr (kIsAddress<Member>) {
    member = Address::in(Space::ddr, Address::kOffsetMask);
  } else if constexpr (std::is_enum_v<Member>) {
    member = static_cast<Member>(number_of_words<Member>() - 1);
  } else if constexpr (kIsReal<Member>) {
    member = kInfinity;
  } else if constexpr (kIsSignedInteger<Member>) {
    member = static_cast<Member>(largest_signed(bytes));
  } else {
    member = static_cast<Member>(largest_unsigned(bytes));
  }
}
template <class Member>
void set_smallest(Member& member, uint32_t bytes) {
  if constexpr (kIsReal<Member>) {
    member = -kInfinity;
  } else if constexpr (kIsSignedInteger<Member>) {
    member = static_cast<Member>(smallest_signed(bytes));
  } else {
    member = Member{};
  }
}
template <class Member>
void set_random(Member& member, uint32_t bytes) {
  const auto bits = tests::draw_any<uint64_t>();
  if constexpr (kIsAddress<Member>) {
    member = bits % 4 == 0 ? Address{} : Address::in(static_cast<Space>(bits % 4), bits >> 24);
  } else if constexpr (std::is_enum_v<Member>) {
    member = static_cast<Member>(bits % number_of_words<Member>());
  } else if constexpr (kIsReal<Member>) {
    member = float_of_bits(static_cast<uint32_t>(bits));
    if (!fits(member, bytes)) member = 0;
  } else if constexpr (kIsSignedInteger<Member>) {
    member = static_cast<Member>(sign_extended(bits & largest_unsigned(bytes), bytes));
  } else {
    member = static_cast<Member>(bits & largest_unsigned(bytes));
  }
}

}  // namespace

TEST_CASE("codec: opcodes are append only") {
  const std::pair<const char*, size_t> kOpcodes[] = {
      {"ctl.layer", 0},     {"ctl.end", 1},           {"sync.wait", 2},          {"sync.signal", 3},
      {"dma.wait", 4},      {"dma.copy", 5},          {"dma.fill", 6},           {"stage.set", 7},
      {"mma.config", 8},    {"mma.pattern", 9},       {"mma.store_pattern", 10}, {"mma.load_b", 11},
      {"mma.stream", 12},   {"mma.transfer", 13},     {"mma.range", 14},         {"dsp.rescale", 15},
      {"dsp.add", 16},      {"dsp.multiply", 17},     {"dsp.depthwise", 18},     {"dsp.requantize", 19},
      {"dsp.pool_max", 20}, {"dsp.pool_average", 21}, {"dsp.lookup", 22},        {"dsp.prelu", 23},
      {"dsp.softmax", 24},  {"dsp.argmax", 25},       {"dsp.resize", 26},        {"dsp.permute", 27},
      {"dsp.quantize", 28}, {"dsp.dequantize", 29},   {"dsp.convert", 30},       {"dsp.range", 31},
      {"dsp.unpack", 32},   {"dsp.combine_f32", 33},  {"dsp.function_f32", 34},  {"dsp.convolve_f32", 35},
      {"dsp.pool_f32", 36}, {"dsp.softmax_f32", 37}};
  REQUIRE(kNumInstructions >= std::size(kOpcodes));
  std::vector<std::string> mnemonics;
  for_each_instruction([&](auto type) { mnemonics.emplace_back(decltype(type)::type::mnemonic); });
  for (const auto& [name, opcode] : kOpcodes) CHECK(mnemonics[opcode] == name);
  std::sort(mnemonics.begin(), mnemonics.end());
  CHECK(std::adjacent_find(mnemonics.begin(), mnemonics.end()) == mnemonics.end());
}

TEST_CASE("codec: the bytes are the opcode and the fields, little endian") {
  CHECK(encoded(CtlEnd{}) == Bytes{1});
  CHECK(encoded(SyncWait{0x1234, 0x89abcdef}) == Bytes{2, 0x34, 0x12, 0xef, 0xcd, 0xab, 0x89});
  // l3 is memory 2: the highest byte of the address
  CHECK(encoded(MmaRange{Address::in(Space::l3, 0x0102030405)}) == Bytes{14, 5, 4, 3, 2, 1, 2});
  MmaStorePattern pattern;  // -2 in 4 bytes is fe ff ff ff
  pattern.r0_stride = -2;
  CHECK(encoded(pattern) ==
        Bytes{10, 1, 0, 0, 0, 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("codec: every instruction survives with every field at its smallest and at its largest") {
  for (size_t opcode = 0; opcode < kNumInstructions; ++opcode) {
    for (const bool is_largest : {false, true}) {
      const Instruction instruction = instruction_with(opcode, [&](auto& member, uint32_t bytes) {
        is_largest ? set_largest(member, bytes) : set_smallest(member, bytes);
      });
      const Bytes code = encoded(instruction);
      CAPTURE(mnemonic(instruction));
      REQUIRE(code.size() == encoded_bytes(instruction));
      CHECK(code[0] == opcode);
      size_t offset = 0;
      CHECK(decode(code, offset) == instruction);
      CHECK(offset == code.size());
    }
  }
}

TEST_CASE("codec: any instruction survives anywhere in the code") {
  CHECK(tests::holds([] {
    Bytes code(tests::draw_in_range<size_t>(0, 9), 0xab);
    size_t offset = code.size();
    const Instruction instruction =
        instruction_with(tests::draw_in_range<size_t>(0, kNumInstructions),
                         [](auto& member, uint32_t bytes) { set_random(member, bytes); });
    encode(instruction, code);
    PROPERTY_ASSERT(decode(code, offset) == instruction);
    PROPERTY_ASSERT(offset == code.size());
  }));
}

TEST_CASE("codec: random bytes are either refused or what the instruction encodes to") {
  CHECK(tests::holds([] {
    auto code = tests::draw_list<Bytes>(240, tests::draw_any<uint8_t>);
    code[0] %= kNumInstructions + 1;
    size_t offset = 0;
    try {
      const Instruction instruction = decode(code, offset);
      PROPERTY_ASSERT(encoded(instruction) ==
                      Bytes(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(offset)));
    } catch (const DecodeError&) {
      PROPERTY_ASSERT(offset <= code.size());
    }
  }));
}

TEST_CASE("codec: an instruction that is cut off says how much is there") {
  Bytes code{0xff, 0xff};
  encode(SyncWait{1, 2}, code);
  for (size_t there = 1; there < 7; ++there) {
    CHECK(decode_error(Bytes(code.begin(), code.begin() + 2 + static_cast<std::ptrdiff_t>(there)), 2) ==
          "sync.wait at byte 2 is cut off: 7 bytes, of which " + std::to_string(there) + " are there");
  }
  CHECK(decode_error(code, 2) == "");
  CHECK(decode_error(code, 9) == "no instruction at byte 9: the code has 9 bytes");
}

TEST_CASE("codec: an unknown opcode is refused") {
  CHECK(decode_error({37}).find("dsp.softmax_f32 at byte 0 is cut off") == 0);
  CHECK(decode_error({38}) == "opcode 38 at byte 0 is unknown; expected 0..37");
  CHECK(decode_error({255}) == "opcode 255 at byte 0 is unknown; expected 0..37");
}

TEST_CASE("codec: enumerators beyond their last are refused") {
  CHECK(decode_error({0, 0, 0, 0, 0, 3}) == "");
  CHECK(decode_error({0, 0, 0, 0, 0, 4}) == "ctl.layer at byte 0: setup is 4; expected 0..3");
  CHECK(decode_error({8, 7, 11}) == "");
  CHECK(decode_error({8, 7, 12}) == "mma.config at byte 0: b is 12; expected 0..11");

  // Where the enumerators of stage.set lie, and one past the last of each.
  const Bytes good = encoded(StageSet{});
  const std::tuple<size_t, uint8_t, const char*> kEnumerators[] = {
      {1, 2, "unit is 2; expected 0..1"},        {2, 12, "out is 12; expected 0..11"},
      {4, 6, "overflow is 6; expected 0..5"},    {11, 3, "multiplier_mode is 3; expected 0..2"},
      {22, 3, "shift_mode is 3; expected 0..2"}, {30, 4, "rounding is 4; expected 0..3"}};
  for (const auto& [at, value, message] : kEnumerators) {
    Bytes code = good;
    code[at] = value;
    CHECK(decode_error(code) == std::string("stage.set at byte 0: ") + message);
    --code[at];
    CHECK(decode_error(code) == "");
  }
}

TEST_CASE("codec: an address is a memory with an offset or nothing") {
  CHECK(decode_error({14, 1, 2, 3, 4, 5, 3}) == "");
  CHECK(decode_error({14, 0, 0, 0, 0, 0, 0}) == "");
  CHECK(
      decode_error({14, 0, 0, 0, 0, 0, 4}) ==
      "mma.range at byte 0: dst is 0x40000000000; expected none, or l2, l3 or ddr with an offset below 2^40");
  CHECK(decode_error({14, 1, 0, 0, 0, 0, 0}) ==
        "mma.range at byte 0: dst is 0x1; expected none, or l2, l3 or ddr with an offset below 2^40");
}

TEST_CASE("codec: a real is the 4 bytes of its binary32 number, and a NaN is none") {
  DspFunctionF32 function;
  function.low = -2.5f;  // -1.25 * 2^1: sign 1, exponent 128, fraction 0x200000
  Bytes code = encoded(function);
  const auto low = code.end() - 8;
  CHECK(Bytes(low, low + 4) == Bytes{0, 0, 0x20, 0xc0});
  CHECK(Bytes(low + 4, code.end()) == Bytes{0, 0, 0x80, 0x7f});  // high: infinity
  low[0] = 1, low[2] = 0x80, low[3] = 0x7f;                      // infinity's exponent with a fraction
  CHECK(decode_error(code) ==
        "dsp.function_f32 at byte 0: low is 0x7f800001; expected a number, inf or -inf");
  function.low = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(encoded(function), std::logic_error);
}

TEST_CASE("codec: encoding a value that does not fit its field is a bug") {
  DmaCopy copy;
  copy.src_stride1 = (int64_t{1} << 39) - 1;  // the largest of 5 bytes
  copy.dst_stride1 = -(int64_t{1} << 39);
  CHECK_NOTHROW(encoded(copy));
  ++copy.src_stride1;
  CHECK_THROWS_AS(encoded(copy), std::logic_error);
  copy.src_stride1 = 0;
  --copy.dst_stride1;
  CHECK_THROWS_AS(encoded(copy), std::logic_error);
  CHECK_THROWS_AS(encoded(MmaConfig{static_cast<Element>(kNumElements), Element::s8}), std::logic_error);
  CHECK_THROWS_AS(encoded(MmaRange{Address{7}}), std::logic_error);
}

}  // namespace mmasim::isa
