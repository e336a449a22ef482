// Encodes and decodes by the field tables alone; knows no instruction by name. Offsets and widths are
// compile-time constants, so that decoding is a table jump and straight loads. Does not check values against
// a machine.
#include "isa/codec.h"

#include <fmt/format.h>

#include <array>

#include "isa/field_limits.h"
#include "isa/instruction_table.h"

namespace mmasim::isa {
namespace {

template <class Struct, size_t index>
constexpr auto kField = std::get<index>(Struct::fields);

template <class Struct, size_t index>
constexpr uint32_t field_offset() {
  if constexpr (index == 0) {
    return 1;  // behind the opcode
  } else {
    return field_offset<Struct, index - 1>() + kField<Struct, index - 1>.bytes;
  }
}

template <uint32_t bytes>
uint64_t load_little_endian(const uint8_t* from) {
  uint64_t value = 0;
  for (uint32_t i = 0; i < bytes; ++i) value |= static_cast<uint64_t>(from[i]) << (8 * i);
  return value;
}

[[noreturn]] void fail_value(const char* mnemonic, size_t at, const char* field, const std::string& seen,
                             const std::string& allowed) {
  throw DecodeError(fmt::format("{} at byte {}: {} is {}; expected {}", mnemonic, at, field, seen, allowed));
}

[[noreturn]] void fail_cut_off(const char* mnemonic, size_t at, size_t needed, size_t left) {
  throw DecodeError(
      fmt::format("{} at byte {} is cut off: {} bytes, of which {} are there", mnemonic, at, needed, left));
}

template <class Struct, size_t index>
void load_field(const uint8_t* code, size_t at, Struct& instruction) {
  constexpr auto f = kField<Struct, index>;
  const uint64_t bits = load_little_endian<f.bytes>(code + field_offset<Struct, index>());
  auto& member = instruction.*f.member;
  using Member = std::decay_t<decltype(member)>;
  if constexpr (kIsAddress<Member>) {
    if (!is_valid_address(bits)) {
      fail_value(Struct::mnemonic, at, f.name, fmt::format("{:#x}", bits), allowed_values<Member>(f.bytes));
    }
    member.raw = bits;
  } else if constexpr (std::is_enum_v<Member>) {
    if (bits >= number_of_words<Member>()) {
      fail_value(Struct::mnemonic, at, f.name, std::to_string(bits), allowed_values<Member>(f.bytes));
    }
    member = static_cast<Member>(bits);
  } else if constexpr (kIsSignedInteger<Member>) {
    member = static_cast<Member>(sign_extended(bits, f.bytes));
  } else {
    member = static_cast<Member>(bits);
  }
}

template <class Struct, size_t... indices>
Instruction load_fields([[maybe_unused]] const uint8_t* code, [[maybe_unused]] size_t at,
                        std::index_sequence<indices...>) {
  Instruction instruction(std::in_place_type<Struct>);
  [[maybe_unused]] Struct& fields = *std::get_if<Struct>(&instruction);
  (load_field<Struct, indices>(code, at, fields), ...);
  return instruction;
}

template <class Struct>
Instruction decode_as(const std::vector<uint8_t>& code, size_t& offset) {
  constexpr size_t needed = encoded_bytes_of<Struct>();
  const size_t at = offset;
  if (code.size() - at < needed) fail_cut_off(Struct::mnemonic, at, needed, code.size() - at);
  offset = at + needed;
  return load_fields<Struct>(code.data() + at, at, std::make_index_sequence<kNumFields<Struct>>{});
}

using Decoder = Instruction (*)(const std::vector<uint8_t>&, size_t&);

template <size_t... opcodes>
constexpr std::array<Decoder, sizeof...(opcodes)> make_decoders(std::index_sequence<opcodes...>) {
  return {&decode_as<std::variant_alternative_t<opcodes, Instruction>>...};
}
constexpr auto kDecoders = make_decoders(std::make_index_sequence<kNumInstructions>{});

template <class Struct, class Member>
void append_field(const Struct& instruction, const Field<Struct, Member>& f, std::vector<uint8_t>& code) {
  const Member value = instruction.*f.member;
  uint64_t bits = 0;
  if constexpr (kIsAddress<Member>) {
    bits = value.raw;
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

Instruction decode(const std::vector<uint8_t>& code, size_t& offset) {
  if (offset >= code.size()) {
    throw DecodeError(fmt::format("no instruction at byte {}: the code has {} bytes", offset, code.size()));
  }
  const uint8_t opcode = code[offset];
  if (opcode >= kNumInstructions) {
    throw DecodeError(
        fmt::format("opcode {} at byte {} is unknown; expected 0..{}", opcode, offset, kNumInstructions - 1));
  }
  return kDecoders[opcode](code, offset);
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
