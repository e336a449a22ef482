// Walks the alternatives of Instruction at compile time: what the assembler, the reference page and tests
// need beyond one instruction's field table.
#pragma once

#include <cstdint>
#include <utility>
#include <variant>

#include "isa/instruction.h"

namespace mmasim::isa {

constexpr size_t kNumInstructions = std::variant_size_v<Instruction>;

template <class Struct>
constexpr size_t kNumFields = Struct::fields.size();

// Bytes of the encoding: the opcode and the fields.
template <class Struct>
constexpr uint32_t encoded_bytes_of() {
  uint32_t total = 1;
  for_each_field<Struct>([&total](const auto& f) { total += f.bytes; });
  return total;
}

template <class Struct, size_t opcode_>
struct InstructionType {
  using type = Struct;
  static constexpr size_t opcode = opcode_;
};

// Calls visit(InstructionType<Struct, opcode>{}) for every instruction, in the order of their opcodes.
template <class Visit, size_t... opcodes>
void for_each_instruction(Visit&& visit, std::index_sequence<opcodes...>) {
  (visit(InstructionType<std::variant_alternative_t<opcodes, Instruction>, opcodes>{}), ...);
}
template <class Visit>
void for_each_instruction(Visit&& visit) {
  for_each_instruction(visit, std::make_index_sequence<kNumInstructions>{});
}

}  // namespace mmasim::isa
