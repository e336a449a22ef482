#include "sim/experiment/subtensor_budget.h"

#include <fmt/format.h>

#include "runtime/transform/transform.h"
#include "sim/experiment/layer_cycles.h"

namespace mmasim::sim {
namespace {

runtime::Graph with_layers(const runtime::Graph& graph, runtime::Choice choice, size_t layers) {
  choice.parameters["layers"] = static_cast<double>(layers);
  return runtime::transform(graph, choice).graph;
}

}  // namespace

WithinTime within_time(const runtime::Graph& graph, const runtime::Choice& choice,
                       const Configuration& config, const runtime::QuantSpec& spec) {
  const auto time = choice.parameters.find("time");
  if (choice.kind != "subtensor" || time == choice.parameters.end() || time->second == 0) return {choice, {}};
  // Each split layer of p parts becomes p layers and p - 1 sums.
  const auto parts = choice.parameters.find("parts");
  const size_t added = parts == choice.parameters.end() ? 2 : 2 * static_cast<size_t>(parts->second) - 2;
  const size_t most = (runtime::transform(graph, choice).graph.nodes.size() - graph.nodes.size()) / added;
  const uint64_t whole = simulate_cycles(graph, config, spec).total;
  const auto float_spec = runtime::resolve_preset("tidl-np2-fixed", "float32");
  const uint64_t exact = simulate_cycles(graph, config, float_spec).total;
  const double budget = static_cast<double>(whole) + time->second * static_cast<double>(exact);
  size_t fits = 0, too_many = most + 1;
  uint64_t cost = whole;
  while (fits + 1 < too_many) {
    const size_t count = (fits + too_many) / 2;
    const uint64_t cycles = simulate_cycles(with_layers(graph, choice, count), config, spec).total;
    if (static_cast<double>(cycles) <= budget) {
      fits = count, cost = cycles;
    } else {
      too_many = count;
    }
  }
  WithinTime within{choice, {}};
  within.choice.parameters["layers"] = static_cast<double>(fits);
  within.note = fmt::format(
      "subtensor: {} of {} layers are split for {} cycles more, {:.2f} % of the {} cycles in float32; time "
      "allows {:g} %",
      fits, most, cost - whole, 100.0 * static_cast<double>(cost - whole) / static_cast<double>(exact), exact,
      100 * time->second);
  return within;
}

}  // namespace mmasim::sim
