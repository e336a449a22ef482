// Text -> Program. Fields that a line leaves out keep their defaults. Does not check the program against its
// machine: verify_program() does.
#include <unordered_map>

#include "isa/encoding/codec.h"
#include "isa/encoding/field_text.h"
#include "isa/encoding/instruction_table.h"
#include "isa/kit/nearest_word.h"
#include "isa/program/assembly.h"
#include "isa/program/line_scanner.h"
#include "isa/program/program_tables.h"

namespace mmasim::isa {
namespace {

// As much of what was seen as a message needs.
std::string shown(std::string_view text) {
  constexpr size_t kLongest = 60;
  return text.size() <= kLongest ? std::string(text) : std::string(text.substr(0, kLongest)) + "...";
}

std::string did_you_mean(std::string_view seen, const std::vector<std::string>& allowed) {
  const std::string nearest = likely_word(seen, allowed);
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

template <class Struct>
[[noreturn]] void fail_unknown_field(std::string_view head, std::string_view name) {
  std::vector<std::string> names;
  for_each_table_field<Struct>([&names](const auto& f) { names.emplace_back(f.name); });
  throw TextError(fmt::format("{} has no field '{}'; it has {}{}", head, shown(name),
                              names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")),
                              did_you_mean(name, names)));
}

template <class Struct>
void parse_fields(std::string_view head, LineScanner& line, Struct& values) {
  uint64_t seen = 0;  // a bit a field
  while (!line.at_end()) {
    const auto [name, text] = line.take_pair();
    uint64_t bit = 1;
    bool is_known = false;
    for_each_table_field<Struct>([&, name = name, text = text](const auto& f) {
      if (name == f.name) {
        is_known = true;
        if ((seen & bit) != 0) throw TextError(fmt::format("{}: {} is given twice", head, name));
        seen |= bit;
        try {
          parse_text(text, f.bytes, values.*f.member);
        } catch (const TextError& error) {
          throw TextError(fmt::format("{}: {} is {}; {}", head, name, text.empty() ? "empty" : shown(text),
                                      error.what()));
        }
      }
      bit <<= 1;
    });
    if (!is_known) fail_unknown_field<Struct>(head, name);
  }
}

template <class Struct>
Instruction parse_instruction(LineScanner& line) {
  Struct instruction;
  parse_fields(Struct::mnemonic, line, instruction);
  return instruction;
}

using InstructionParser = Instruction (*)(LineScanner&);
using InstructionParsers = std::unordered_map<std::string_view, InstructionParser>;

const InstructionParsers& instruction_parsers() {
  static const InstructionParsers parsers = [] {
    InstructionParsers all;
    for_each_instruction([&all](auto type) {
      using Struct = typename decltype(type)::type;
      all.emplace(Struct::mnemonic, &parse_instruction<Struct>);
    });
    return all;
  }();
  return parsers;
}

std::vector<std::string> all_mnemonics() {
  std::vector<std::string> names;
  for_each_instruction([&names](auto type) { names.emplace_back(decltype(type)::type::mnemonic); });
  return names;
}

// Reads line by line into one Program.
class Assembler {
 public:
  void line(std::string_view text) {
    LineScanner scanner(text);
    if (scanner.at_end()) return;
    const std::string_view head = scanner.take_word();
    if (head.front() == '.') return directive(head, scanner);
    const auto parser = instruction_parsers().find(head);
    if (parser == instruction_parsers().end()) {
      throw TextError(
          fmt::format("unknown instruction '{}'{}", shown(head), did_you_mean(head, all_mnemonics())));
    }
    encode(parser->second(scanner), program_.code);
    ++program_.instruction_count;
  }

  Program finish() {
    const size_t given = program_.constants.size();
    if (given != 0 && given != program_.constants_bytes) {
      throw TextError(fmt::format(".constants: {} bytes in all; .program says constants_bytes={}", given,
                                  program_.constants_bytes));
    }
    return std::move(program_);
  }

 private:
  void directive(std::string_view head, LineScanner& line) {
    if (head == ".program") return single(head, line, program_, has_program_);
    if (head == ".machine") return single(head, line, program_.machine, has_machine_);
    if (head == ".layer") return parse_fields(head, line, program_.layers.emplace_back());
    if (head == ".input") return parse_fields(head, line, program_.inputs.emplace_back());
    if (head == ".output") return parse_fields(head, line, program_.outputs.emplace_back());
    if (head == ".intermediate") return parse_fields(head, line, program_.intermediates.emplace_back());
    if (head == ".constants") return constants(line);
    throw TextError(
        fmt::format("unknown directive '{}'; expected .program, .machine, .layer, .input, .output, "
                    ".intermediate or .constants",
                    shown(head)));
  }

  template <class Struct>
  void single(std::string_view head, LineScanner& line, Struct& values, bool& is_given) {
    if (is_given) throw TextError(fmt::format("{} is given twice", head));
    is_given = true;
    parse_fields(head, line, values);
  }

  void constants(LineScanner& line) {
    const std::string_view digits = line.take_word();
    const auto nibble = [](char c) {
      return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    bool is_hex = digits.size() % 2 == 0 && !digits.empty() && line.at_end();
    for (size_t i = 0; is_hex && i < digits.size(); i += 2) {
      const int high = nibble(digits[i]);
      const int low = nibble(digits[i + 1]);
      is_hex = high >= 0 && low >= 0;
      program_.constants.push_back(static_cast<uint8_t>((high & 15) * 16 + (low & 15)));
    }
    if (!is_hex) throw TextError(".constants: expected pairs of the digits 0..9 and a..f, and nothing else");
  }

  Program program_;
  bool has_program_ = false, has_machine_ = false;
};

}  // namespace

Program assemble(const std::string& text, const std::string& file_name) {
  Assembler assembler;
  size_t line_number = 0;
  try {
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      ++line_number;
      assembler.line(std::string_view(text).substr(begin, end - begin));
      begin = end + 1;
    }
    return assembler.finish();
  } catch (const TextError& error) {
    throw AssemblyError(fmt::format("{}:{}: {}", file_name, line_number, error.what()));
  }
}

}  // namespace mmasim::isa
