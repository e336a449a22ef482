// Program -> text: directives first, then a line per instruction, then the constants. Every field is written,
// so that the text needs no knowledge of defaults.
#include "isa/encoding/codec.h"
#include "isa/encoding/field_text.h"
#include "isa/program/assembly.h"
#include "isa/program/program_tables.h"

namespace mmasim::isa {
namespace {

constexpr size_t kConstantsPerLine = 32;

template <class Struct>
void append_line(std::string& out, const char* head, const Struct& values) {
  out += head;
  for_each_table_field<Struct>([&](const auto& f) {
    out += ' ';
    out += f.name;
    out += '=';
    append_text(out, values.*f.member);
  });
}

template <class Struct>
void append_lines(std::string& out, const char* directive, const std::vector<Struct>& entries) {
  for (const Struct& entry : entries) {
    append_line(out, directive, entry);
    out += '\n';
  }
}

void append_instruction(std::string& out, const Instruction& instruction) {
  std::visit(
      [&out](const auto& alternative) {
        append_line(out, std::decay_t<decltype(alternative)>::mnemonic, alternative);
      },
      instruction);
}

void append_constants(std::string& out, const LargeBytes& constants) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (size_t i = 0; i < constants.size(); ++i) {
    if (i % kConstantsPerLine == 0) out += i == 0 ? ".constants " : "\n.constants ";
    out += kDigits[constants[i] >> 4];
    out += kDigits[constants[i] & 15];
  }
  if (!constants.empty()) out += '\n';
}

}  // namespace

std::string to_text(const Instruction& instruction) {
  std::string out;
  append_instruction(out, instruction);
  return out;
}

std::string disassemble(const Program& program) {
  std::string out;
  append_line(out, ".program", program);
  out += '\n';
  append_line(out, ".machine", program.machine);
  out += '\n';
  append_lines(out, ".layer", program.layers);
  append_lines(out, ".input", program.inputs);
  append_lines(out, ".output", program.outputs);
  append_lines(out, ".intermediate", program.intermediates);
  for (size_t offset = 0; offset < program.code.size();) {
    append_instruction(out, decode(program.code, offset));
    out += '\n';
  }
  append_constants(out, program.constants);
  return out;
}

}  // namespace mmasim::isa
