// Decoding for those who go through many instructions: each is handed over as what it is, with no variant in
// between. Offsets and widths are compile-time constants, so that decoding is a table jump and straight
// loads. What decode() of codec.h promises holds here too.
#pragma once

#include <array>
#include <type_traits>
#include <utility>
#include <vector>

#include "isa/encoding/codec.h"
#include "isa/encoding/field_limits.h"
#include "isa/encoding/instruction_table.h"

namespace mmasim::isa {
namespace decoding {

[[noreturn]] void fail_address(const char* mnemonic, size_t at, const char* field, uint64_t bits);
[[noreturn]] void fail_real(const char* mnemonic, size_t at, const char* field, uint64_t bits);
[[noreturn]] void fail_enumerator(const char* mnemonic, size_t at, const char* field, uint64_t bits,
                                  size_t count);
[[noreturn]] void fail_cut_off(const char* mnemonic, size_t at, size_t needed, size_t left);
[[noreturn]] void fail_opcode(const std::vector<uint8_t>& code, size_t at);

template <class Struct, size_t index>
constexpr auto kField = field_at<index>(Struct::fields);

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

template <class Struct, size_t index>
void load_field(const uint8_t* code, size_t at, Struct& instruction) {
  constexpr auto f = kField<Struct, index>;
  const uint64_t bits = load_little_endian<f.bytes>(code + field_offset<Struct, index>());
  auto& member = instruction.*f.member;
  using Member = std::decay_t<decltype(member)>;
  if constexpr (kIsAddress<Member>) {
    if (!is_valid_address(bits)) fail_address(Struct::mnemonic, at, f.name, bits);
    member.raw = bits;
  } else if constexpr (std::is_enum_v<Member>) {
    constexpr size_t count = number_of_words<Member>();
    if (bits >= count) fail_enumerator(Struct::mnemonic, at, f.name, bits, count);
    member = static_cast<Member>(bits);
  } else if constexpr (kIsReal<Member>) {
    member = float_of_bits(static_cast<uint32_t>(bits));
    if (!fits(member, f.bytes)) fail_real(Struct::mnemonic, at, f.name, bits);
  } else if constexpr (kIsSignedInteger<Member>) {
    member = static_cast<Member>(sign_extended(bits, f.bytes));
  } else {
    member = static_cast<Member>(bits);
  }
}

template <class Struct, size_t... indices>
Struct load_fields([[maybe_unused]] const uint8_t* code, [[maybe_unused]] size_t at,
                   std::index_sequence<indices...>) {
  Struct instruction;
  (load_field<Struct, indices>(code, at, instruction), ...);
  return instruction;
}

template <class Result, class Struct, class Take>
Result decode_as(const std::vector<uint8_t>& code, size_t& offset, Take& take) {
  constexpr size_t needed = encoded_bytes_of<Struct>();
  const size_t at = offset;
  if (code.size() - at < needed) fail_cut_off(Struct::mnemonic, at, needed, code.size() - at);
  offset = at + needed;
  return take(load_fields<Struct>(code.data() + at, at, std::make_index_sequence<kNumFields<Struct>>{}));
}

template <class Result, class Take>
using Decoder = Result (*)(const std::vector<uint8_t>&, size_t&, Take&);

template <class Result, class Take, size_t... opcodes>
constexpr std::array<Decoder<Result, Take>, sizeof...(opcodes)> make_decoders(
    std::index_sequence<opcodes...>) {
  return {&decode_as<Result, std::variant_alternative_t<opcodes, Instruction>, Take>...};
}

}  // namespace decoding

// Reads one instruction at `offset`, moves `offset` past it and returns take(instruction), which must have
// the same type for every instruction. Throws DecodeError.
template <class Take>
auto decode_to(const std::vector<uint8_t>& code, size_t& offset, Take&& take) {
  using Taker = std::remove_reference_t<Take>;
  using Result = decltype(take(std::declval<const std::variant_alternative_t<0, Instruction>&>()));
  static constexpr auto kDecoders =
      decoding::make_decoders<Result, Taker>(std::make_index_sequence<kNumInstructions>{});
  if (offset >= code.size() || code[offset] >= kNumInstructions) decoding::fail_opcode(code, offset);
  return kDecoders[code[offset]](code, offset, take);
}

}  // namespace mmasim::isa
