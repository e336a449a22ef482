#include "sim/commands/options.h"

#include <algorithm>
#include <thread>

#include "runtime/quantize/spec.h"
#include "runtime/user_error.h"
#include "sim/commands/option_kinds.h"
#include "sim/report/printout.h"

namespace mmasim::sim {
namespace {

constexpr uint64_t kMostThreads = 1024;

const char* const kPrecisionSentence =
    "of operands: int8, int16, int32, float32 (on the vector core alone), or mixed, as the overrides of the "
    "quantization say";
const char* const kPrecisionAbsent = "as the quantization says, int8 if it says nothing";

}  // namespace

void add_network_argument(CLI::App& command, std::string& network) {
  add_value(command, "network", network, {"NETWORK", "ONNX file"});
}

void add_hardware_options(CLI::App& command, ConfigChoice& options, const std::string& absent) {
  add_value(command, "--config", options.file,
            {"NAME|FILE.yaml", "hardware configuration: one that comes with mmasim, or a file", absent});
  add_repeated(command, "--set", options.set,
               {"PATH=VALUE", "override a value of the configuration: l2.size_bytes=1MiB", "none"});
}

void add_import_options(CLI::App& command, ImportChoice& options) {
  add_repeated(command, "--shape", options.shapes,
               {"NAME=SIZES", "NAME=1,3,224,224: what the network leaves open of an input's shape",
                "the network's; a batch that it leaves open is 1"});
  add_list(command, "--outputs", options.outputs,
           {"NAMES", "cut the network there: these tensors, a comma-separated list, become its outputs",
            "the network's"});
}

void add_input_options(CLI::App& command, DataChoice& options) {
  add_repeated(
      command, "--input", options.inputs,
      {"NAME=FILE", "NAME=FILE.npy, FILE.npz with an array for each input, or FILE.npy for one input",
       "synthetic, made from --seed"});
  add_value(command, "--seed", options.seed, {"N", "of the inputs that are not given", "0"})
      .transform(whole_number(0));
}

void add_calibration_option(CLI::App& command, DataChoice& options) {
  const auto* dataset = command.get_option_no_throw("--dataset");
  add_value(command, "--calibration", options.calibration,
            {"DIR|FILE.npy", "calibration samples: a dataset folder, FILE.npy or FILE.npz",
             dataset == nullptr ? "the input serves" : "the dataset's own samples"});
}

void add_weights_option(CLI::App& command, DataChoice& options) {
  add_value(command, "--random-weights", options.random_weights,
            {"SEED", "make the weights that the network declares without values; times do not depend on them",
             "such a network is refused where values are made"})
      .transform(whole_number(0));
}

void add_data_options(CLI::App& command, DataChoice& options) {
  add_input_options(command, options);
  add_calibration_option(command, options);
  add_weights_option(command, options);
}

void add_dataset_options(CLI::App& command, DataChoice& options) {
  add_value(command, "--dataset", options.dataset,
            {"DIR", "folder of images.npy, and of labels.npy for a classifier"});
  add_value(command, "--limit", options.limit, {"N", "images at most", "all"}).transform(whole_number(1));
}

void add_mode_options(CLI::App& command, ModeOptions& options) {
  command
      .add_flag("--verify{outputs}", options.verify,
                "compare the outputs, or every tensor, with the reference bit for bit")
      ->default_str("off; outputs where no word is given")
      ->option_text("outputs|layers")
      ->check(one_of({"outputs", "layers"}));
  add_switch(command, "--timing-only", options.timing_only, "cycles without values");
  add_switch(command, "--functional-only", options.functional_only, "values without cycles");
}

void add_format_option(CLI::App& command, std::string& format) {
  add_word(command, "--format", format, {joined(format_words(), "|"), "of standard output", format});
}

void add_host_options(CLI::App& command, unsigned& threads, bool& quiet) {
  threads = std::clamp(std::thread::hardware_concurrency(), 1u, static_cast<unsigned>(kMostThreads));
  add_value(command, "--threads", threads,
            {"N", "host threads; results do not depend on it", "as many as there are cores"})
      .transform(whole_number(1, kMostThreads));
  add_switch(command, "--quiet", quiet, "no progress on standard error");
}

void add_output_options(CLI::App& command, OutputOptions& options, const std::string& out) {
  add_value(command, "--out", options.out,
            {"DIR", "folder for the results' files; none: nothing is written", out});
  add_format_option(command, options.format);
  add_host_options(command, options.threads, options.quiet);
}

void add_program_option(CLI::App& command, OutputOptions& options) {
  add_switch(command, "--no-program", options.no_program, "leave program.mma out, the largest of the files");
}

void add_selection_options(CLI::App& command, LayerSelection& selection) {
  add_word(command, "--sort", selection.sort,
           {joined(sort_words(), "|"), "order of the layers in the table, largest first", "as they run"});
  add_value(command, "--top", selection.top, {"N", "so many layers in the table at most", "all"})
      .transform(whole_number(1));
  add_word(command, "--bound", selection.bound,
           {joined(bound_words(), "|"), "only layers bound by it in the table", "all"});
}

void add_trace_options(CLI::App& command, TraceOptions& options) {
  add_list(command, "--trace", options.formats,
           {"LIST", "record a timeline: perfetto (trace.json), vcd, csv, each also with .gz", "none"})
      .check(one_of(trace_words()));
  add_value(command, "--trace-limit", options.limit,
            {"SIZE", "most bytes of a trace file before compression: 64M", "any number"});
  add_value(command, "--trace-layers", options.layers,
            {"PATTERN", "record the layers whose names fit: 'stage1_*'", "all"});
}

TraceChoice trace_choice(const TraceOptions& options) {
  return {options.formats, options.limit.empty() ? 0 : size_from_text("--trace-limit", options.limit),
          options.layers};
}

void add_precision_list(CLI::App& command, std::vector<std::string>& precisions) {
  add_list(command, "--precision", precisions,
           {"LIST", std::string(kPrecisionSentence) + "; a comma-separated list", kPrecisionAbsent});
}

void add_quant_list(CLI::App& command, std::vector<std::string>& quants) {
  add_repeated(command, "--quant", quants,
               {"LIST", "quantization presets (mmasim describe presets) or files, a comma-separated list",
                joined(quants, ",")});
}

void add_quant_settings(CLI::App& command, std::vector<std::string>& set) {
  add_repeated(
      command, "--set-quant", set,
      {"KEY=VALUE",
       "override a choice of the quantization: act.calib=kl; of some layers: act.bits@name:GLOB=16", "none"});
}

void add_quant_options(CLI::App& command, QuantChoice& options) {
  add_value(command, "--precision", options.precision, {"PRECISION", kPrecisionSentence, kPrecisionAbsent});
  add_value(command, "--quant", options.preset,
            {"PRESET|FILE.yaml", "quantization preset (mmasim describe presets) or file", options.preset});
  add_quant_settings(command, options.set);
  add_value(command, "--plan", options.plan,
            {"FILE.yaml", "a saved plan instead (mmasim quantize writes one)", "one is made"});
}

void check_precision(const std::string& precision) {
  if (precision == "preset" || runtime::is_precision(precision)) return;
  throw runtime::UserError("--precision " + precision + " is not available; expected " +
                           runtime::precisions_text());
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
