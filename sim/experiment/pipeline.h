// From a network file to a program and its inputs: import, legalize, calibrate, plan, lower, each timed.
// Executes nothing but to choose between schedules (schedule_choice.h; else execution.h), and writes nothing
// (report/).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/kit/activity.h"
#include "runtime/calibrate/ranges.h"
#include "runtime/graph/graph.h"
#include "runtime/lower/lower.h"
#include "runtime/quantize/plan.h"
#include "sim/experiment/quantization.h"
#include "sim/experiment/request.h"
#include "sim/inputs/calibration.h"
#include "sim/inputs/network_inputs.h"
#include "sim/report/run_report.h"

namespace mmasim::sim {

enum class Values : uint8_t { made, skipped };  // skipped: timing only

// A network as every combination of precision and preset starts from it.
struct LoadedNetwork {
  NetworkFacts facts;
  runtime::Graph graph;               // legalized
  std::vector<NetworkInput> inputs;   // one per graph input; none if values are skipped
  std::string input_source;           // "file" or "synthetic"
  std::vector<std::string> warnings;  // of what may have been read wrong
  double import_s = 0;
};

// Throws runtime::UserError, among others for weights without values that --random-weights does not make, and
// for tensors that cannot lie in ddr_bytes whatever their precision: before anything of their size is made.
LoadedNetwork load_network(const std::string& file, const ImportChoice& import, const DataChoice& data,
                           Values values, uint64_t ddr_bytes);

struct PlanChoices {
  Quantization quant = quantization_of({});
  bool keep_intermediates = false;
};

struct PlannedNetwork {
  std::optional<runtime::Graph> widened;  // what was planned, if nodes were added to it
  runtime::QuantPlan plan;
  runtime::Lowered lowered;  // its program has passed verify_program()
  double quantize_s = 0, lower_s = 0;
  // Of the program, where several schedules were timed to choose one (schedule_choice.h).
  std::optional<models::Activity> activity;
};

struct MadePlan {
  std::optional<runtime::Graph> widened;  // as in PlannedNetwork
  runtime::QuantPlan plan;
};

// Plans without lowering; a saved plan is read. ranges: none for a plan without values. Throws
// runtime::UserError.
MadePlan make_network_plan(const runtime::Graph& graph, const runtime::Ranges* ranges,
                           const Quantization& quantization);

// What becomes of the float weights of the graph, and of the plan's own once they are in the program.
enum class WeightValues : uint8_t { kept, planned_kept, consumed };

// What the plan and the program are of: the network's graph, or that with nodes that widen operands.
const runtime::Graph& planned_graph(const PlannedNetwork& planned, const runtime::Graph& graph);

// ranges: none for a program without values. Throws runtime::UserError.
PlannedNetwork plan_network(runtime::Graph& graph, const Configuration& config, const runtime::Ranges* ranges,
                            const PlanChoices& choices, WeightValues weights);
PlannedNetwork plan_network(const runtime::Graph& graph, const Configuration& config,
                            const runtime::Ranges* ranges, const PlanChoices& choices);

// The integers the program takes, of one input a port.
std::vector<std::vector<uint8_t>> quantize_inputs(const LoadedNetwork& network,
                                                  const runtime::QuantPlan& plan);

// The floats that the float network takes: those given, or what given integers stand for.
std::vector<runtime::FloatTensor> float_inputs(const LoadedNetwork& network, const runtime::QuantPlan& plan);

// What lowering assumes of time on this hardware: the one place where estimates are made of a configuration.
runtime::CostModel cost_model(const models::SocConfig& config);

std::string file_stem(const std::string& path);  // "x/resnet18.onnx" -> "resnet18"

}  // namespace mmasim::sim
