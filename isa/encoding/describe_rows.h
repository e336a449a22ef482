// The reference page's content as rows of text, gathered from the field tables; markdown and JSON only lay
// them out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mmasim::isa {

struct FieldRow {
  std::string name;
  uint32_t bytes;
  std::string type;  // "unsigned", "signed", "real", "address", or the name of an enumeration
  std::string default_text;
  std::string unit;
  std::string sentence;
};

struct InstructionRow {
  std::string mnemonic;
  size_t opcode;
  uint32_t encoded_bytes;
  std::string sentence;
  std::string action;  // what it does, as a formula or loop nest; may be empty
  std::vector<FieldRow> fields;
};

struct EnumerationRow {
  std::string name;
  std::vector<std::string> words;  // by value
};

std::vector<InstructionRow> instruction_rows();
std::vector<EnumerationRow> enumeration_rows();
std::vector<FieldRow> machine_rows();

}  // namespace mmasim::isa
