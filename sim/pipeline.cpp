#include "sim/pipeline.h"

#include <filesystem>

#include "isa/program_file.h"
#include "runtime/import/import.h"
#include "runtime/quantize/quantize.h"
#include "runtime/user_error.h"
#include "sim/stopwatch.h"

namespace mmasim::sim {
namespace {

runtime::ImportedNetwork import_batched(const std::string& file, const std::vector<GivenArray>& given,
                                        Values values) {
  runtime::ImportOptions options{0, values == Values::made};
  auto imported = runtime::import_network(file, options);
  options.batch = asked_batch(input_ports(imported.graph), given);
  if (options.batch > 0) imported = runtime::import_network(file, options);
  return imported;
}

void give_weights(runtime::Graph& graph, const std::string& file, const DataOptions& data) {
  if (!runtime::has_missing_weights(graph)) return;
  if (!data.random_weights) {
    throw runtime::UserError(file +
                             ": the network has weights without values; --random-weights SEED makes some, "
                             "--timing-only needs none");
  }
  runtime::fill_random_weights(graph, *data.random_weights);
}

void verify_lowered(const isa::Program& program) {
  try {
    isa::verify_program(program);
  } catch (const isa::ProgramFileError& error) {  // no user wrote this program
    throw std::logic_error(std::string("lowering made an invalid program: ") + error.what());
  }
}

}  // namespace

LoadedNetwork load_network(const std::string& file, const DataOptions& data, Values values) {
  const Stopwatch stopwatch;
  const auto given = read_given_arrays(data.inputs);
  auto imported = import_batched(file, given, values);
  auto& graph = imported.graph;
  if (values == Values::made) give_weights(graph, file, data);
  LoadedNetwork network;
  network.facts = {graph.name.empty() ? file_stem(file) : graph.name,
                   file,
                   imported.sha256,
                   runtime::macs(graph),
                   graph.parameter_count,
                   graph.operator_count};
  network.graph = runtime::legalize(graph);
  auto inputs = bind_inputs(input_ports(network.graph), given, data.seed);
  if (values == Values::made) network.inputs = std::move(inputs);
  network.input_source = given.empty() ? "synthetic" : "file";
  network.import_s = stopwatch.seconds();
  return network;
}

PlannedNetwork plan_network(const runtime::Graph& graph, const models::SocConfig& config,
                            const runtime::Ranges* ranges, const PlanChoices& choices) {
  Stopwatch stopwatch;
  const auto spec = runtime::resolve_preset(choices.quant, choices.precision);
  PlannedNetwork planned;
  planned.plan = ranges ? runtime::make_plan(graph, spec, choices.precision, *ranges)
                        : runtime::make_plan_structure(graph, spec, choices.precision);
  planned.quantize_s = stopwatch.restart();
  planned.lowered =
      runtime::lower(graph, planned.plan, config.machine, {cost_model(config), schedule_rules(config), choices.keep_intermediates});
  verify_lowered(planned.lowered.program);
  planned.lower_s = stopwatch.seconds();
  return planned;
}

std::vector<std::vector<uint8_t>> quantize_inputs(const LoadedNetwork& network,
                                                  const runtime::QuantPlan& plan) {
  const auto ports = input_ports(network.graph);
  std::vector<std::vector<uint8_t>> integers;
  for (size_t i = 0; i < ports.size(); ++i) {
    const auto& input = network.inputs[i];
    const auto& tensor_plan = plan.tensors[network.graph.inputs[i]];
    if (input.is_integer()) {
      check_integer_type(input, ports[i], tensor_plan.element());
      integers.push_back(input.integers);
    } else {
      integers.push_back(runtime::quantize_input(tensor_plan, input.floats));
    }
  }
  return integers;
}

std::string file_stem(const std::string& path) { return std::filesystem::path(path).stem().string(); }

}  // namespace mmasim::sim
