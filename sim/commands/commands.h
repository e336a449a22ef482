// One function per command: adds it to the application, with its options, and sets `action` when the user
// chose it. `describe` prints what the others take, so the application is to live as long as the action.
#pragma once

#include "sim/commands/options.h"

namespace mmasim::sim {

void add_run_command(CLI::App& app, Action& action);
void add_compare_command(CLI::App& app, Action& action);
void add_evaluate_command(CLI::App& app, Action& action);
void add_check_command(CLI::App& app, Action& action);
void add_tune_command(CLI::App& app, Action& action);
void add_quantize_command(CLI::App& app, Action& action);
void add_compile_command(CLI::App& app, Action& action);
void add_simulate_command(CLI::App& app, Action& action);
void add_assemble_command(CLI::App& app, Action& action);
void add_disassemble_command(CLI::App& app, Action& action);
void add_describe_command(CLI::App& app, Action& action);
void add_validate_command(CLI::App& app, Action& action);
void add_advise_command(CLI::App& app, Action& action);
void add_perform_command(CLI::App& app, Action& action);
void add_sweep_command(CLI::App& app, Action& action);
void add_memory_command(CLI::App& app, Action& action);
void add_trace_command(CLI::App& app, Action& action);

}  // namespace mmasim::sim
