// Text of a program and back, byte for byte: disassemble(assemble(text)) == text and the other way round.
// A line per instruction: `mnemonic field=value field=value ...`; '#' begins a comment; directives (.machine,
// .layer, .input, .output, .constants, ...) carry everything else of the Program.
#pragma once

#include <stdexcept>
#include <string>

#include "isa/program.h"

namespace mmasim::isa {

// "FILE:LINE: what is wrong" - thrown by assemble().
struct AssemblyError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string to_text(const Instruction& instruction);
std::string disassemble(const Program& program);
Program assemble(const std::string& text, const std::string& file_name);

}  // namespace mmasim::isa
