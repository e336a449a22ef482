#include "sim/commands/options.h"

#include <algorithm>
#include <thread>

#include "runtime/user_error.h"
#include "sim/report/printout.h"

namespace mmasim::sim {

void add_hardware_options(CLI::App& command, ConfigChoice& options) {
  command.add_option("--config", options.file, "hardware configuration (default: the TDA4VM's)")
      ->type_name("FILE");
  command.add_option("--set", options.set, "override one configuration value, path.to.key=value; repeatable")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

void add_import_options(CLI::App& command, ImportChoice& options) {
  command
      .add_option("--shape", options.shapes,
                  "NAME=1,3,224,224: what the network leaves open of an input's shape; repeatable")
      ->type_name("NAME=SIZES")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  command.add_option("--outputs", options.outputs, "cut the network there: these tensors become its outputs")
      ->delimiter(',')
      ->type_name("NAMES");
}

void add_input_options(CLI::App& command, DataChoice& options) {
  command
      .add_option("--input", options.inputs, "NAME=FILE.npy, or FILE.npy for one input; synthetic without it")
      ->type_name("NAME=FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  command.add_option("--seed", options.seed, "of the synthetic input")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
}

void add_data_options(CLI::App& command, DataChoice& options) {
  add_input_options(command, options);
  command
      .add_option("--calibration", options.calibration, "calibration samples: a dataset folder or FILE.npy")
      ->type_name("DIR|FILE");
  command
      .add_option("--random-weights", options.random_weights,
                  "make weights that the network declares without values")
      ->check(CLI::NonNegativeNumber)
      ->type_name("SEED");
}

void add_mode_options(CLI::App& command, ModeOptions& options) {
  command
      .add_flag("--verify{outputs}", options.verify,
                "compare outputs (--verify=layers: every tensor) with the reference")
      ->check(CLI::IsMember({"outputs", "layers"}));
  command.add_flag("--timing-only", options.timing_only, "cycles without values");
  command.add_flag("--functional-only", options.functional_only, "values without cycles");
}

void add_output_options(CLI::App& command, OutputOptions& options) {
  options.threads = std::clamp(std::thread::hardware_concurrency(), 1u, 1024u);
  command.add_option("--out", options.out, "folder for the results' files; none: nothing is written")
      ->type_name("DIR");
  command.add_option("--format", options.format, "of standard output")
      ->check(CLI::IsMember(format_words()))
      ->type_name("table|json|csv|markdown");
  command.add_option("--threads", options.threads, "host threads; results do not depend on it")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command.add_flag("--quiet", options.quiet, "no progress on standard error");
}

void add_program_option(CLI::App& command, OutputOptions& options) {
  command.add_flag("--no-program", options.no_program, "leave program.mma out, the largest of the files");
}

void add_selection_options(CLI::App& command, LayerSelection& selection) {
  command.add_option("--sort", selection.sort, "order of the layers in the table, largest first")
      ->check(CLI::IsMember(sort_words()))
      ->type_name("cycles|ddr|energy|bound");
  command.add_option("--top", selection.top, "so many layers in the table at most")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command.add_option("--bound", selection.bound, "only layers bound by it in the table")
      ->check(CLI::IsMember(bound_words()))
      ->type_name("mma|dsp|ddr|l3|l2|overhead");
}

void check_selection(const LayerSelection& selection, const Request& request) {
  const bool is_timed = request.mode != Mode::functional_only && !request.plain;
  if (is_timed || (selection.sort.empty() && selection.bound.empty())) return;
  throw runtime::UserError("--sort and --bound go by cycles, and this run has none; leave them out");
}

void add_trace_options(CLI::App& command, TraceOptions& options) {
  command
      .add_option(
          "--trace", options.formats,
          "record a timeline: perfetto (trace.json), vcd, csv, each also with .gz; a comma-separated list")
      ->delimiter(',')
      ->check(CLI::IsMember(trace_words()))
      ->type_name("LIST");
  command.add_option("--trace-limit", options.limit, "most bytes of a trace file before compression: 64M")
      ->type_name("SIZE");
  command.add_option("--trace-layers", options.layers, "record the layers whose names fit: 'stage1_*'")
      ->type_name("PATTERN");
}

TraceChoice trace_choice(const TraceOptions& options, const Request& request) {
  if (options.formats.empty()) {
    if (options.limit.empty() && options.layers.empty()) return {};
    throw runtime::UserError("--trace-limit and --trace-layers bound a trace; give --trace too");
  }
  if (request.mode == Mode::functional_only || request.plain)
    throw runtime::UserError(
        "--trace records time, --functional-only and --plain make none; give one of them");
  return {options.formats, options.limit.empty() ? 0 : size_from_text("--trace-limit", options.limit),
          options.layers};
}

void add_precision_list(CLI::App& command, std::vector<std::string>& precisions) {
  command.add_option("--precision", precisions, "int8, int16, int32, mixed, float32; a comma-separated list")
      ->delimiter(',')
      ->type_name("LIST");
}

void add_quant_list(CLI::App& command, std::vector<std::string>& quants) {
  command.add_option("--quant", quants, "quantization presets or files, a comma-separated list")
      ->delimiter(',')
      ->type_name("LIST");
}

void add_quant_settings(CLI::App& command, std::vector<std::string>& set) {
  command
      .add_option(
          "--set-quant", set,
          "override one choice of the quantization, key=value, or of some layers, key@name:GLOB=value; "
          "repeatable")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

void add_quant_options(CLI::App& command, QuantChoice& options) {
  command
      .add_option("--precision", options.precision,
                  "int8, int16, int32, float32, or mixed, as the quantization's overrides say")
      ->type_name("PRECISION");
  command.add_option("--quant", options.preset, "quantization preset (mmasim describe presets) or file")
      ->type_name("PRESET|FILE.yaml");
  add_quant_settings(command, options.set);
  command.add_option("--plan", options.plan, "a saved plan instead (mmasim quantize writes one)")
      ->type_name("FILE.yaml");
}

void check_precision(const std::string& precision) {
  for (const char* known : {"preset", "int8", "int16", "int32", "mixed", "float32"})
    if (precision == known) return;
  throw runtime::UserError("--precision " + precision +
                           " is not available; expected int8, int16, int32, mixed or float32");
}

void check_modes(const ModeOptions& modes) {
  if (modes.timing_only && modes.functional_only) {
    throw runtime::UserError("--timing-only and --functional-only leave nothing to run; give one of them");
  }
  if (modes.timing_only && !modes.verify.empty()) {
    throw runtime::UserError("--verify compares values, --timing-only makes none; give one of them");
  }
}

void set_modes(const ModeOptions& modes, Request& request) {
  request.mode = modes.timing_only       ? Mode::timing_only
                 : modes.functional_only ? Mode::functional_only
                                         : Mode::timed_values;
  request.verify = modes.verify.empty()       ? Verify::none
                   : modes.verify == "layers" ? Verify::layers
                                              : Verify::outputs;
}

Loudness loudness_of(const OutputOptions& options) {
  return options.quiet ? Loudness::quiet : Loudness::normal;
}

}  // namespace mmasim::sim
