#include "tests/random_graphs/checks.h"
#include "runtime/quantize/host_values.h"

#include <algorithm>

#include "isa/program/program_file.h"
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

sim::Execution executed(Prepared& prepared, sim::Mode mode, std::string& fault) {
  auto& program = prepared.planned.lowered.program;
  sim::Verification verification(prepared.network.graph, prepared.planned.plan, program, prepared.inputs,
                                 "layers");
  auto execution = sim::execute(program, prepared.config, mode, prepared.inputs,
                                [&](const isa::MemoryView& memory, uint16_t token, uint32_t count) {
                                  verification.watch(memory, token, count);
                                });
  const auto result = verification.finish(execution.outputs);
  if (fault.empty() && result.mismatches > 0)
    fault =
        (mode == sim::Mode::functional_only ? "untimed: " : "in the models: ") + result.differences.front();
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

}  // namespace

Prepared prepare(const RandomNetwork& network, const std::string& network_file,
                 const std::vector<std::string>& input_files) {
  Prepared prepared;
  const auto machine = machine_choice(network.machine);
  prepared.config = sim::load_config(MMASIM_SOURCE_DIR "/configs/" + machine.config, machine.overrides);
  sim::DataChoice data;
  for (size_t i = 0; i < input_files.size(); ++i)
    data.inputs.push_back(network.input_tensors[i].name + "=" + input_files[i]);
  prepared.network =
      sim::load_network(network_file, data, sim::Values::made, prepared.config.machine.ddr_bytes);
  prepared.ranges = sim::calibrate_network(prepared.network.graph, "", prepared.network.inputs, 0, 1).ranges;
  prepared.planned = sim::plan_network(prepared.network.graph, prepared.config, &prepared.ranges,
                                       {{network.preset, network.precision}, true});
  prepared.inputs = sim::quantize_inputs(prepared.network, prepared.planned.plan);
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
  uint64_t overflows = 0;
  const auto integers = runtime::run_reference(prepared.network.graph, prepared.planned.plan,
                                               integers_of(prepared), &overflows);
  if (overflows > 0) return std::to_string(overflows) + " accumulators left their width";
  const auto floats = floats_of(prepared);
  return outside_bounds({prepared.network.graph, prepared.planned.plan, prepared.ranges, floats, integers});
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
