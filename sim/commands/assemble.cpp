// `mmasim assemble` and `mmasim disassemble`: text of a program, and back.
#include <cstdio>
#include <memory>

#include "isa/program/assembly.h"
#include "isa/program/program_file.h"
#include "runtime/io/file_bytes.h"
#include "sim/commands/commands.h"
#include "sim/host/exit_code.h"
#include "sim/host/file_set.h"
#include "sim/report/run_files.h"

namespace mmasim::sim {
namespace {

struct TextOptions {
  std::string from, to;
};

int assemble(const TextOptions& options) {
  const auto bytes = runtime::read_file_bytes(options.from);
  const auto program = isa::assemble(std::string(bytes.begin(), bytes.end()), options.from);
  isa::verify_program(program);
  write_program(options.to, program);
  return kDone;
}

int disassemble(const TextOptions& options) {
  const auto text = isa::disassemble(isa::load_program(options.from));
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
  command.add_option("text", options->from, "text of a program")->required()->type_name("FILE.s");
  command.add_option("-o,--output", options->to, "program file to write")->required()->type_name("PROG.mma");
  command.callback([&action, options] { action = [options] { return assemble(*options); }; });
}

void add_disassemble_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("disassemble", "print a program as text");
  auto options = std::make_shared<TextOptions>();
  command.add_option("program", options->from, "program file")->required()->type_name("PROG.mma");
  command.add_option("-o,--output", options->to, "file to write instead of standard output")
      ->type_name("FILE.s");
  command.callback([&action, options] { action = [options] { return disassemble(*options); }; });
}

}  // namespace mmasim::sim
