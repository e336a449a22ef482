// Encodes and decodes by the field tables alone; knows no instruction by name. Does not check values against
// a machine.
#include "isa/encoding/codec.h"

#include <fmt/format.h>

#include "isa/encoding/decode.h"
#include "isa/encoding/field_limits.h"
#include "isa/encoding/instruction_table.h"

namespace mmasim::isa {
namespace {

template <class Struct, class Member>
void append_field(const Struct& instruction, const Field<Struct, Member>& f, std::vector<uint8_t>& code) {
  const Member value = instruction.*f.member;
  uint64_t bits = 0;
  if constexpr (kIsAddress<Member>) {
    bits = value.raw;
  } else if constexpr (kIsReal<Member>) {
    bits = float_bits(value);
  } else {
    bits = static_cast<uint64_t>(value);
  }
  if (!fits(value, f.bytes)) {
    throw std::logic_error(fmt::format("encode {}: {} is {:#x}; expected {}", Struct::mnemonic, f.name, bits,
                                       allowed_values<Member>(f.bytes)));
  }
  for (uint32_t i = 0; i < f.bytes; ++i) code.push_back(static_cast<uint8_t>(bits >> (8 * i)));
}

}  // namespace

void encode(const Instruction& instruction, std::vector<uint8_t>& code) {
  code.push_back(static_cast<uint8_t>(instruction.index()));
  std::visit(
      [&code](const auto& alternative) {
        using Struct = std::decay_t<decltype(alternative)>;
        for_each_field<Struct>([&](const auto& f) { append_field(alternative, f, code); });
      },
      instruction);
}

namespace decoding {

void fail_address(const char* mnemonic, size_t at, const char* field, uint64_t bits) {
  throw DecodeError(fmt::format("{} at byte {}: {} is {:#x}; expected {}", mnemonic, at, field, bits,
                                allowed_values<Address>(0)));
}

void fail_real(const char* mnemonic, size_t at, const char* field, uint64_t bits) {
  throw DecodeError(fmt::format("{} at byte {}: {} is {:#x}; expected {}", mnemonic, at, field, bits,
                                allowed_values<float>(4)));
}

void fail_enumerator(const char* mnemonic, size_t at, const char* field, uint64_t bits, size_t count) {
  throw DecodeError(
      fmt::format("{} at byte {}: {} is {}; expected 0..{}", mnemonic, at, field, bits, count - 1));
}

void fail_cut_off(const char* mnemonic, size_t at, size_t needed, size_t left) {
  throw DecodeError(
      fmt::format("{} at byte {} is cut off: {} bytes, of which {} are there", mnemonic, at, needed, left));
}

void fail_opcode(const std::vector<uint8_t>& code, size_t at) {
  if (at >= code.size())
    throw DecodeError(fmt::format("no instruction at byte {}: the code has {} bytes", at, code.size()));
  throw DecodeError(
      fmt::format("opcode {} at byte {} is unknown; expected 0..{}", code[at], at, kNumInstructions - 1));
}

}  // namespace decoding

Instruction decode(const std::vector<uint8_t>& code, size_t& offset) {
  return decode_to(code, offset, [](const auto& instruction) { return Instruction(instruction); });
}

const char* mnemonic(const Instruction& instruction) {
  return std::visit([](const auto& alternative) { return std::decay_t<decltype(alternative)>::mnemonic; },
                    instruction);
}

uint32_t encoded_bytes(const Instruction& instruction) {
  return std::visit(
      [](const auto& alternative) { return encoded_bytes_of<std::decay_t<decltype(alternative)>>(); },
      instruction);
}

}  // namespace mmasim::isa
