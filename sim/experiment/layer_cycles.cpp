#include "sim/experiment/layer_cycles.h"

#include "sim/experiment/execution.h"
#include "sim/experiment/pipeline.h"
#include "sim/report/layer_stats.h"

namespace mmasim::sim {

LayerCycles simulate_cycles(const runtime::Graph& graph, const Configuration& config,
                            const runtime::QuantSpec& spec) {
  Quantization quantization;
  quantization.spec = spec;
  auto planned = plan_network(graph, config, nullptr, {quantization, false});
  auto& program = planned.lowered.program;
  const auto execution = execute(program, config, Mode::timing_only, {});
  LayerCycles cycles;
  for (const auto& layer : layer_stats(program, config, &*execution.activity)) {
    cycles.layers[layer.name] += layer.cycles.value();
    cycles.total += layer.cycles.value();
  }
  return cycles;
}

}  // namespace mmasim::sim
