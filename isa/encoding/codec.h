// Encoding and decoding. An instruction is its opcode byte (the index in the variant), then its fields in
// table order, each as many little-endian bytes as its table says. decode() trusts nothing: unknown opcodes,
// cut-off instructions and enumerators out of range are errors; what needs the machine is checked by
// verify_program().
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "isa/instruction.h"

namespace mmasim::isa {

struct DecodeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Appends the encoding. A value that does not fit its field is a bug of the caller and throws
// std::logic_error.
void encode(const Instruction& instruction, std::vector<uint8_t>& code);

// Reads one instruction at `offset` and moves `offset` past it. Throws DecodeError.
Instruction decode(const std::vector<uint8_t>& code, size_t& offset);

const char* mnemonic(const Instruction& instruction);
uint32_t encoded_bytes(const Instruction& instruction);

}  // namespace mmasim::isa
