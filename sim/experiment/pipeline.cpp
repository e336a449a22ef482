#include "sim/experiment/pipeline.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "isa/program/program_file.h"
#include "isa/verify/dataflow.h"
#include "models/simulate.h"
#include "runtime/import/import.h"
#include "runtime/io/random_weights.h"
#include "runtime/quantize/domains.h"
#include "runtime/quantize/host_values.h"
#include "runtime/quantize/plan_file.h"
#include "runtime/quantize/quantize.h"
#include "runtime/quantize/widen.h"
#include "runtime/transform/legalize.h"
#include "runtime/user_error.h"
#include "sim/experiment/schedule_choice.h"
#include "sim/host/host_memory.h"
#include "sim/host/stopwatch.h"

namespace mmasim::sim {
namespace {

struct BatchedNetwork {
  runtime::ImportedNetwork imported;
  std::vector<GivenArray> given;
  std::vector<std::string> warnings;
};

// What a user gives, but for inputs that the network declares and nothing reads.
std::vector<GivenArray> read_given(const runtime::ParsedNetwork& parsed, const DataChoice& data,
                                   const std::vector<InputPort>& ports) {
  std::set<std::string> unread;
  for (const auto& name : parsed.declared_inputs()) unread.insert(name);
  for (const auto& port : ports) unread.erase(port.name);
  auto declared = ports;
  for (const auto& name : unread) declared.push_back({name, {}});
  auto given = read_given_arrays(data.inputs, declared);
  const auto is_unread = [&](const GivenArray& each) { return each.name && unread.count(*each.name) != 0; };
  given.erase(std::remove_if(given.begin(), given.end(), is_unread), given.end());
  return given;
}

// With the batch that the given arrays ask for. What their names and shapes mean is told by a graph without
// values.
BatchedNetwork import_batched(const std::string& file, const ImportChoice& import, const DataChoice& data,
                              Values values) {
  const runtime::ParsedNetwork parsed(file);
  auto options = import_options(import);
  std::vector<GivenArray> given;
  if (!data.inputs.empty()) {
    const auto ports = input_ports(parsed.build(options));
    given = read_given(parsed, data, ports);
    options.batch = asked_batch(ports, given);
  }
  options.keep_values = values == Values::made;
  return {{parsed.build(options), parsed.sha256()}, std::move(given), parsed.warnings()};
}

void give_weights(runtime::Graph& graph, const std::string& file, const DataChoice& data,
                  std::vector<std::string>& warnings) {
  if (!runtime::has_missing_weights(graph)) {
    if (data.random_weights)
      warnings.push_back("--random-weights made none: every weight of " + file + " has values");
    return;
  }
  if (!data.random_weights) {
    throw runtime::UserError(file +
                             ": the network has weights without values; --random-weights SEED makes some, "
                             "--timing-only needs none");
  }
  runtime::fill_random_weights(graph, *data.random_weights);
}

// Even of a byte an element.
void check_fits(const runtime::Graph& graph, const std::string& file, uint64_t ddr_bytes) {
  std::vector<bool> stays(graph.tensors.size());  // in DDR from beginning to end
  for (const auto id : graph.inputs) stays[id] = true;
  for (const auto id : graph.outputs) stays[id] = true;
  uint64_t staying = 0;
  for (size_t id = 0; id < graph.tensors.size(); ++id) {
    const auto bytes = static_cast<uint64_t>(runtime::element_count(graph.tensors[id].shape));
    staying += stays[id] ? bytes : 0;
    if (std::max(bytes, staying) < ddr_bytes) continue;
    throw runtime::UserError(file + ": tensor '" + graph.tensors[id].name + "' of " + std::to_string(bytes) +
                             " elements does not fit into the DDR of " + std::to_string(ddr_bytes) +
                             " bytes");
  }
}

// A seed makes the inputs that are not given, and what calibrates where those that are given are integers.
void check_seed_serves(const DataChoice& data, const std::vector<NetworkInput>& inputs) {
  const auto serves = [&](const NetworkInput& input) {
    return input.source.empty() || (input.is_integer() && data.calibration.empty());
  };
  check_seed(data.seed, std::any_of(inputs.begin(), inputs.end(), serves));
}

void verify_lowered(const isa::Program& program) {
  try {
    isa::verify_program(program);
    isa::verify_dataflow(program, isa::MadeBy::lowering);
  } catch (const isa::ProgramFileError& error) {  // no user wrote this program
    throw std::logic_error(std::string("lowering made an invalid program: ") + error.what());
  }
}

// A program of the configuration's machine, scheduled as for another's.
runtime::Lowered lower_as(const ScheduleChoice& schedule, const runtime::Graph& graph,
                          const runtime::QuantPlan& plan, const Configuration& config,
                          const PlanChoices& choices) {
  auto lowered = runtime::lower(graph, plan, schedule.machine,
                                {schedule.cost, config.schedule, choices.keep_intermediates});
  lowered.program.machine = config.machine;
  verify_lowered(lowered.program);
  return lowered;
}

struct TimedSchedule {
  size_t index = 0;  // of the choices
  runtime::Lowered lowered;
  models::Activity activity;
};

// The fastest by the models, and of equally fast ones the first. No time depends on a value: the plan has
// none.
TimedSchedule fastest(const std::vector<ScheduleChoice>& schedules, const runtime::Graph& graph,
                      const runtime::QuantPlan& plan, const Configuration& config,
                      const PlanChoices& choices) {
  const auto timed = [&](size_t index, runtime::Lowered lowered) {
    auto activity = models::simulate(lowered.program, config, nullptr);
    return TimedSchedule{index, std::move(lowered), std::move(activity)};
  };
  auto best = timed(0, lower_as(schedules.front(), graph, plan, config, choices));
  for (size_t i = 1; i < schedules.size(); ++i) {
    try {
      auto lowered = lower_as(schedules[i], graph, plan, config, choices);
      if (lowered.program.code == best.lowered.program.code) continue;
      auto next = timed(i, std::move(lowered));
      if (next.activity.total_cycles < best.activity.total_cycles) best = std::move(next);
    } catch (const runtime::UserError&) {  // a network that only the configuration's own machine holds
    }
  }
  return best;
}

PlannedNetwork lower_plan(const runtime::Graph& graph, const Configuration& config,
                          const PlanChoices& choices, runtime::QuantPlan plan, Stopwatch& since_quantize) {
  PlannedNetwork planned;
  planned.plan = std::move(plan);
  planned.quantize_s = since_quantize.restart();
  const auto schedules = schedule_choices(config);
  if (schedules.size() == 1) {
    planned.lowered = lower_as(schedules.front(), graph, planned.plan, config, choices);
  } else {
    const bool has_values = std::exchange(planned.plan.has_values, false);
    auto best = fastest(schedules, graph, planned.plan, config, choices);
    planned.plan.has_values = has_values;
    planned.activity = std::move(best.activity);
    planned.lowered = has_values ? lower_as(schedules[best.index], graph, planned.plan, config, choices)
                                 : std::move(best.lowered);
  }
  planned.lower_s = since_quantize.seconds();
  return planned;
}

void drop_weights(runtime::QuantPlan& plan) {
  for (auto& node : plan.nodes) {
    auto* linear = std::get_if<runtime::LinearPlan>(&node);
    if (linear == nullptr) continue;
    runtime::IntegerArray none;
    none.bits = linear->weights.bits;
    none.shape = linear->weights.shape;
    linear->weights = std::move(none);
  }
}

}  // namespace

LoadedNetwork load_network(const std::string& file, const ImportChoice& import, const DataChoice& data,
                           Values values, uint64_t ddr_bytes) {
  const Stopwatch stopwatch;
  auto [imported, given, warnings] = import_batched(file, import, data, values);
  auto& graph = imported.graph;
  check_fits(graph, file, ddr_bytes);
  if (values == Values::made) give_weights(graph, file, data, warnings);
  LoadedNetwork network;
  network.warnings = std::move(warnings);
  network.facts = {graph.name.empty() ? file_stem(file) : graph.name,
                   file,
                   imported.sha256,
                   runtime::macs(graph),
                   graph.parameter_count,
                   graph.operator_count};
  network.graph = runtime::legalize(graph);
  const auto ports = input_ports(network.graph);
  auto inputs = bind_given(ports, given);
  if (values == Values::made) {
    check_host_memory(network.graph, file, host_memory_bytes());
    check_seed_serves(data, inputs);
    make_missing(ports, data.seed.value_or(0), inputs);
    network.inputs = std::move(inputs);
  }
  network.input_source = given.empty() ? "synthetic" : "file";
  network.import_s = stopwatch.seconds();
  return network;
}

const runtime::Graph& planned_graph(const PlannedNetwork& planned, const runtime::Graph& graph) {
  return planned.widened ? *planned.widened : graph;
}

namespace {

bool needs_more_nodes(const runtime::Graph& graph, const runtime::Recipe& recipe) {
  return runtime::needs_conversions(graph, recipe) || runtime::needs_widening(graph, recipe);
}

}  // namespace

MadePlan make_network_plan(const runtime::Graph& graph, const runtime::Ranges* ranges,
                           const Quantization& quantization) {
  if (!quantization.plan.empty()) {
    auto loaded = runtime::load_plan(graph, quantization.plan);
    loaded.plan.has_values = ranges != nullptr;
    return {std::move(loaded.graph), std::move(loaded.plan)};
  }
  auto recipe = runtime::make_recipe(graph, quantization.spec);
  if (!needs_more_nodes(graph, recipe)) {
    return {std::nullopt, ranges ? runtime::make_plan(graph, recipe, *ranges)
                                 : runtime::make_plan_structure(graph, recipe)};
  }
  MadePlan made{graph, {}};
  auto longer = ranges ? *ranges : runtime::Ranges{};
  runtime::insert_conversions(*made.widened, recipe, ranges ? &longer : nullptr);
  runtime::insert_widening(*made.widened, recipe, ranges ? &longer : nullptr);
  runtime::verify(*made.widened);
  made.plan = ranges ? runtime::make_plan(*made.widened, recipe, longer)
                     : runtime::make_plan_structure(*made.widened, recipe);
  return made;
}

PlannedNetwork plan_network(const runtime::Graph& graph, const Configuration& config,
                            const runtime::Ranges* ranges, const PlanChoices& choices) {
  Stopwatch stopwatch;
  auto made = make_network_plan(graph, ranges, choices.quant);
  const auto& planned_of = made.widened ? *made.widened : graph;
  auto planned = lower_plan(planned_of, config, choices, std::move(made.plan), stopwatch);
  planned.widened = std::move(made.widened);
  return planned;
}

PlannedNetwork plan_network(runtime::Graph& graph, const Configuration& config, const runtime::Ranges* ranges,
                            const PlanChoices& choices, WeightValues weights) {
  if (ranges == nullptr || weights == WeightValues::kept)
    return plan_network(std::as_const(graph), config, ranges, choices);
  const auto& quantization = choices.quant;
  if (!quantization.plan.empty()) return plan_network(std::as_const(graph), config, ranges, choices);
  const auto recipe = runtime::make_recipe(graph, quantization.spec);
  if (needs_more_nodes(graph, recipe)) return plan_network(std::as_const(graph), config, ranges, choices);
  Stopwatch stopwatch;
  auto plan = runtime::make_plan_consuming_weights(graph, recipe, *ranges);
  release_freed_pages();  // of the weights, before the program and its memory take theirs
  auto planned = lower_plan(graph, config, choices, std::move(plan), stopwatch);
  if (weights == WeightValues::consumed) drop_weights(planned.plan);
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

std::vector<runtime::FloatTensor> float_inputs(const LoadedNetwork& network, const runtime::QuantPlan& plan) {
  std::vector<runtime::FloatTensor> floats;
  for (size_t i = 0; i < network.inputs.size(); ++i) {
    const auto& input = network.inputs[i];
    const auto id = network.graph.inputs[i];
    floats.push_back(
        input.is_integer()
            ? runtime::dequantize_output(plan.tensors[id], network.graph.tensors[id].shape, input.integers)
            : input.floats);
  }
  return floats;
}

std::string file_stem(const std::string& path) { return std::filesystem::path(path).stem().string(); }

}  // namespace mmasim::sim
