#include "tests/random_graphs/checks.h"

#include <algorithm>
#include <map>

#include "isa/program/program_file.h"
#include "runtime/quantize/host_values.h"
#include "runtime/reference/reference.h"
#include "sim/config/config.h"
#include "sim/inputs/calibration.h"
#include "sim/inputs/network_inputs.h"
#include "sim/inputs/placed_tensor.h"
#include "test_places.h"
#include "tests/random_graphs/float_error.h"
#include "tests/random_graphs/import_check.h"

namespace mmasim::random_graphs {
namespace {

std::string difference(const Prepared& prepared, const isa::TensorPlacement& placement,
                       const std::vector<uint8_t>& bytes) {
  const auto& tensors = prepared.network.graph.tensors;
  size_t id = 0;
  while (id < tensors.size() && tensors[id].name != placement.name) ++id;
  if (id == tensors.size())
    return "the program has a tensor '" + placement.name + "' that the network has not";
  const auto seen = sim::unpack(bytes, placement.element, placement.shape);
  const auto& expected = prepared.reference[id];
  if (seen.values == expected.values) return "";
  size_t first = 0;
  while (first < std::min(seen.values.size(), expected.values.size()) &&
         seen.values[first] == expected.values[first])
    ++first;
  if (first >= seen.values.size() || first >= expected.values.size())
    return "tensor '" + placement.name + "' has another size";
  return "tensor '" + placement.name + "'[" + std::to_string(first) + "] is " +
         std::to_string(seen.values[first]) + ", by the reference " + std::to_string(expected.values[first]);
}

// Compares every tensor when it is whole, and the outputs again at the end.
class Watched {
 public:
  explicit Watched(const Prepared& prepared)
      : prepared_(prepared), seen_(prepared.planned.lowered.program.intermediates.size(), false) {}

  void watch(const isa::MemoryView& memory, uint16_t token, uint32_t count) {
    const auto& placements = prepared_.planned.lowered.program.intermediates;
    for (size_t i = 0; i < placements.size(); ++i) {
      if (seen_[i] || placements[i].ready_token != token || placements[i].ready_count != count) continue;
      seen_[i] = true;
      note(difference(prepared_, placements[i], sim::read_tensor(memory, placements[i])));
    }
  }
  std::string finish(const std::vector<std::vector<uint8_t>>& outputs) {
    const auto& program = prepared_.planned.lowered.program;
    for (size_t i = 0; i < outputs.size(); ++i) note(difference(prepared_, program.outputs[i], outputs[i]));
    for (size_t i = 0; i < seen_.size(); ++i) {
      if (!seen_[i]) note("tensor '" + program.intermediates[i].name + "' never became whole");
    }
    return fault_;
  }

 private:
  void note(const std::string& fault) {
    if (fault_.empty()) fault_ = fault;
  }

  const Prepared& prepared_;
  std::vector<bool> seen_;
  std::string fault_;
};

sim::Execution executed(Prepared& prepared, sim::Mode mode, std::string& fault) {
  Watched watched(prepared);
  auto execution = sim::execute(prepared.planned.lowered.program, prepared.config, mode, prepared.inputs,
                                [&](const isa::MemoryView& memory, uint16_t token, uint32_t count) {
                                  watched.watch(memory, token, count);
                                });
  const auto other = watched.finish(execution.outputs);
  if (fault.empty() && !other.empty())
    fault = (mode == sim::Mode::functional_only ? "untimed: " : "in the models: ") + other;
  return execution;
}

std::vector<runtime::FloatTensor> floats_of(const Prepared& prepared) {
  std::vector<runtime::FloatTensor> floats;
  for (const auto& input : prepared.network.inputs) floats.push_back(input.floats);
  return floats;
}

std::vector<runtime::IntegerTensor> integers_of(const Prepared& prepared) {
  std::vector<runtime::IntegerTensor> integers;
  for (size_t i = 0; i < prepared.inputs.size(); ++i) {
    const auto id = prepared.network.graph.inputs[i];
    integers.push_back(sim::unpack(prepared.inputs[i], prepared.planned.plan.tensors[id].element(),
                                   prepared.network.graph.tensors[id].shape));
  }
  return integers;
}

uint64_t operand_bytes(const std::string& precision) {
  return precision == "int8" ? 1 : precision == "int16" ? 2 : 4;
}

std::string at_least(const std::string& what, double cycles, double least) {
  if (cycles >= least) return "";
  return what + " takes " + std::to_string(cycles) + " cycles, less than the least possible " +
         std::to_string(least);
}

std::string check_layer_time(const models::LayerActivity& layer, const isa::LayerInfo& info,
                             const isa::Machine& machine) {
  const auto side =
      static_cast<double>(machine.array_bytes) / static_cast<double>(operand_bytes(info.precision));
  uint64_t sum = layer.core_busy_cycles + layer.overhead_cycles;
  for (const auto& [cause, cycles] : layer.stall_cycles) sum += cycles;
  const uint64_t cycles = layer.end_cycle - layer.start_cycle;
  if (sum != cycles || layer.dma_cycles > cycles)
    return info.name + ": its " + std::to_string(cycles) + " cycles are not the sum of their kinds, " +
           std::to_string(sum);
  return at_least(info.name, static_cast<double>(cycles), static_cast<double>(info.macs) / (side * side));
}

// What must reach DDR: every output, but views of an input or of another output, which lie where that lies.
uint64_t written_bytes(const isa::Program& program) {
  std::vector<isa::TensorPlacement> there = program.inputs;
  uint64_t bytes = 0;
  for (const auto& output : program.outputs) {
    const bool is_view = std::any_of(there.begin(), there.end(), [&](const isa::TensorPlacement& other) {
      return other.address == output.address;
    });
    if (!is_view) bytes += sim::packed_bytes(output);
    there.push_back(output);
  }
  return bytes;
}

bool fills_half(runtime::int128 bias, uint32_t bits) {
  const runtime::int128 half = runtime::int128{1} << (bits - 2);
  return bias >= half || bias <= -half;
}

// A bias alone must fit its accumulator (quantization.md 2): one that fills half of it may leave no room for
// a sum beside it.
bool may_leave_accumulator(const runtime::QuantPlan& plan) {
  return std::any_of(plan.nodes.begin(), plan.nodes.end(), [](const runtime::NodePlan& node) {
    const auto* linear = std::get_if<runtime::LinearPlan>(&node);
    return linear != nullptr &&
           std::any_of(linear->bias.begin(), linear->bias.end(),
                       [&](runtime::int128 bias) { return fills_half(bias, linear->accumulator.bits); });
  });
}

}  // namespace

sim::Configuration config_of(MachineName name) {
  static std::map<MachineName, sim::Configuration> known;
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  const auto machine = machine_choice(name);
  return known[name] = sim::load_config(MMASIM_SOURCE_DIR "/configs/" + machine.config, machine.overrides);
}

Prepared prepare(const RandomNetwork& network, const std::string& network_file,
                 const std::vector<std::string>& input_files) {
  Prepared prepared;
  prepared.config = config_of(network.machine);
  sim::DataChoice data;
  for (size_t i = 0; i < input_files.size(); ++i)
    data.inputs.push_back(network.input_tensors[i].name + "=" + input_files[i]);
  prepared.network =
      sim::load_network(network_file, {}, data, sim::Values::made, prepared.config.machine.ddr_bytes);
  prepared.ranges = sim::calibrate_network(prepared.network.graph, "", prepared.network.inputs, 0, 1).ranges;
  prepared.spec = runtime::resolve_preset(network.preset, network.precision);
  prepared.planned =
      sim::plan_network(prepared.network.graph, prepared.config, &prepared.ranges,
                        {sim::quantization_of({network.preset, network.precision, {}, ""}), true});
  prepared.inputs = sim::quantize_inputs(prepared.network, prepared.planned.plan);
  prepared.reference = runtime::run_reference(prepared.network.graph, prepared.planned.plan,
                                              integers_of(prepared), &prepared.reference_overflows);
  return prepared;
}

std::string check_shapes(const Prepared& prepared, const RandomNetwork& network) {
  const auto& graph = prepared.network.graph;
  for (const auto& output : network.outputs) {
    const auto found = std::find_if(graph.outputs.begin(), graph.outputs.end(),
                                    [&](auto id) { return graph.tensors[id].name == output.name; });
    if (found == graph.outputs.end()) return "output '" + output.name + "' is missing";
    if (graph.tensors[*found].shape != output.shape) return "output '" + output.name + "' has another shape";
  }
  return "";
}

std::string check_import(const Prepared& prepared, const RandomNetwork& network) {
  return other_than_oracle(prepared.network.graph, floats_of(prepared), network);
}

Executions check_executions(Prepared& prepared) {
  Executions executions;
  executions.untimed = executed(prepared, sim::Mode::functional_only, executions.fault);
  executions.timed = executed(prepared, sim::Mode::timed_values, executions.fault);
  if (executions.fault.empty() && executions.untimed.overflow_count != executions.timed.overflow_count)
    executions.fault = "the models count other overflows than the untimed machine";
  return executions;
}

std::string check_float(const Prepared& prepared) {
  if (prepared.reference_overflows > 0) {
    // What wrapped is no more within a grid's error; the run warns of it.
    if (may_leave_accumulator(prepared.planned.plan)) return "";
    return std::to_string(prepared.reference_overflows) + " accumulators left their width";
  }
  const auto floats = floats_of(prepared);
  return outside_bounds({prepared.network.graph, prepared.planned.plan, prepared.spec, prepared.ranges,
                         floats, prepared.reference});
}

std::string check_cycles(const Prepared& prepared, const models::Activity& activity) {
  const auto& program = prepared.planned.lowered.program;
  if (activity.layers.size() != program.layers.size()) return "not as many layers timed as the program has";
  uint64_t cycle = 0, ddr_bytes = 0;
  for (size_t i = 0; i < program.layers.size(); ++i) {
    const auto& layer = activity.layers[i];
    if (layer.start_cycle != cycle)
      return program.layers[i].name + " does not begin where the layer before it ends";
    cycle = layer.end_cycle;
    ddr_bytes += layer.ddr.read_bytes + layer.ddr.write_bytes;
    const auto fault = check_layer_time(layer, program.layers[i], prepared.config.machine);
    if (!fault.empty()) return fault;
  }
  if (cycle != activity.total_cycles) return "the layers do not end where the run does";
  const uint64_t least_bytes = written_bytes(program);
  if (ddr_bytes < least_bytes)
    return std::to_string(ddr_bytes) + " bytes of DDR for outputs of " + std::to_string(least_bytes);
  const double bytes_per_cycle = prepared.config.dram.peak_gbps() * 1000 / prepared.config.core_clock_mhz;
  return at_least("the run", static_cast<double>(cycle), static_cast<double>(ddr_bytes) / bytes_per_cycle);
}

std::string check_simulate(const Prepared& prepared, const std::string& program_file,
                           const std::vector<std::vector<uint8_t>>& outputs) {
  isa::save_program(prepared.planned.lowered.program, program_file);
  auto program = isa::load_program(program_file);
  isa::verify_program(program);
  std::vector<std::vector<uint8_t>> integers;
  for (size_t i = 0; i < program.inputs.size(); ++i) {
    const auto& floats = prepared.network.inputs[i].floats;
    integers.push_back(runtime::quantize_input(sim::tensor_plan(program.inputs[i]), floats));
    if (integers.back() != prepared.inputs[i])
      return "input '" + program.inputs[i].name + "' becomes other integers";
  }
  const auto execution = sim::execute(program, prepared.config, sim::Mode::functional_only, integers);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (execution.outputs[i] != outputs[i])
      return "output '" + program.outputs[i].name + "' has other integers";
  }
  return "";
}

}  // namespace mmasim::random_graphs
