// What the user may say on the command line, shared by the commands. Declares options and keeps what was
// said; decides nothing.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "sim/experiment/request.h"
#include "sim/host/progress.h"
#include "sim/report/layer_table.h"
#include "sim/report/trace_files.h"

namespace mmasim::sim {

// What is done once the command line has been understood; returns the exit code.
using Action = std::function<int()>;

struct ModeOptions {
  std::string verify;  // "", "outputs" or "layers"
  bool timing_only = false, functional_only = false;
};

struct TraceOptions {
  std::vector<std::string> formats;
  std::string limit, layers;
};

struct OutputOptions {
  std::string out;          // empty: the command's default
  bool no_program = false;  // of a command that writes program.mma
  std::string format = "table";
  bool quiet = false;
  unsigned threads = 1;
};

void add_selection_options(CLI::App& command, LayerSelection& selection);
// absent: which configuration holds without --config, as the help says it.
void add_hardware_options(CLI::App& command, ConfigChoice& options, const std::string& absent = "tda4vm");
void add_import_options(CLI::App& command, ImportChoice& options);
void add_network_argument(CLI::App& command, std::string& network);
void add_dataset_options(CLI::App& command, DataChoice& options);  // --dataset and --limit
void add_format_option(CLI::App& command, std::string& format);
void add_host_options(CLI::App& command, unsigned& threads, bool& quiet);  // --threads and --quiet
void add_data_options(CLI::App& command, DataChoice& options);             // all of these four:
void add_input_options(CLI::App& command, DataChoice& options);            // --input and --seed
void add_calibration_option(CLI::App& command, DataChoice& options);       // --calibration
void add_weights_option(CLI::App& command, DataChoice& options);           // --random-weights
void add_mode_options(CLI::App& command, ModeOptions& options);
// out: where the files go without --out, as the help says it.
void add_output_options(CLI::App& command, OutputOptions& options, const std::string& out);
void add_program_option(CLI::App& command, OutputOptions& options);  // --no-program
void add_trace_options(CLI::App& command, TraceOptions& options);
void add_precision_list(CLI::App& command, std::vector<std::string>& precisions);
void add_quant_list(CLI::App& command, std::vector<std::string>& quants);
void add_quant_options(CLI::App& command, QuantChoice& options);  // --quant, --precision and --set-quant
void add_quant_settings(CLI::App& command, std::vector<std::string>& set);

// Throws runtime::UserError naming the precisions there are.
void check_precision(const std::string& precision);

TraceChoice trace_choice(const TraceOptions& options);
void set_modes(const ModeOptions& modes, Request& request);
Loudness loudness_of(const OutputOptions& options);

}  // namespace mmasim::sim
