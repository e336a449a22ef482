// `mmasim assemble` and `mmasim disassemble`: text of a program, and back.
#include <cstdio>
#include <memory>

#include "isa/program/assembly.h"
#include "isa/program/program_file.h"
#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/host/exit_code.h"
#include "sim/host/file_set.h"
#include "sim/inputs/text_input.h"
#include "sim/report/run_files.h"

namespace mmasim::sim {
namespace {

struct TextOptions {
  std::string from, to;
};

int assemble(const TextOptions& options) {
  const auto program = isa::assemble(read_text_input(options.from), name_of_input(options.from));
  isa::verify_program(program);
  write_program(options.to, program);
  return kDone;
}

int disassemble(const TextOptions& options) {
  const auto text = isa::disassemble(isa::load_program(options.from == "-" ? "/dev/stdin" : options.from));
  if (options.to.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
  } else {
    write_file(options.to, text);
  }
  return kDone;
}

}  // namespace

void add_assemble_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("assemble", "make a program file of its text");
  auto options = std::make_shared<TextOptions>();
  add_value(command, "text", options->from, {"FILE.s", "text of a program; - for standard input"});
  add_value(command, "-o,--output", options->to, {"PROG.mma", "program file to write"});
  command.callback([&action, options] { action = [options] { return assemble(*options); }; });
}

void add_disassemble_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("disassemble", "print a program as text");
  auto options = std::make_shared<TextOptions>();
  add_value(command, "program", options->from, {"PROG.mma", "program file; - for standard input"});
  add_value(command, "-o,--output", options->to, {"FILE.s", "file to write", "standard output"});
  command.callback([&action, options] { action = [options] { return disassemble(*options); }; });
}

}  // namespace mmasim::sim
