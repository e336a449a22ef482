#include "tests/cases/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <random>

#include "runtime/float_network/run_float.h"
#include "runtime/import/import.h"
#include "runtime/io/npy.h"

namespace mmasim::cases {
namespace {

using runtime::FloatTensor;

constexpr uint32_t kDirections = 4;

runtime::Graph graph_for(const Case& each, const std::vector<FloatTensor>& inputs) {
  runtime::ImportOptions options;
  auto graph = runtime::import_network(each.network.string(), options).graph;
  if (graph.inputs.empty() || inputs.empty() || inputs[0].shape.empty()) return graph;
  if (inputs[0].shape == graph.tensors[graph.inputs[0]].shape) return graph;
  options.batch = inputs[0].shape[0];
  return runtime::import_network(each.network.string(), options).graph;
}

// By a step each, up or down.
FloatTensor moved(FloatTensor tensor, int bits, std::mt19937& random) {
  float extent = 0;
  for (const float value : tensor.values) extent = std::max(extent, std::abs(value));
  const float step = std::ldexp(extent, 1 - bits);
  for (auto& value : tensor.values) value += (random() & 1) != 0 ? step : -step;
  return tensor;
}

double largest_difference(const FloatTensor& a, const FloatTensor& b) {
  double largest = 0;
  for (size_t i = 0; i < a.values.size(); ++i)
    largest = std::max(largest, std::abs(double{a.values[i]} - double{b.values[i]}));
  return largest;
}

std::map<std::string, double> shifts_of(const Case& each, int bits) {
  std::vector<FloatTensor> inputs;
  for (const auto& file : each.inputs) inputs.push_back(runtime::to_float(runtime::read_npy(file.string())));
  const auto graph = graph_for(each, inputs);
  if (graph.inputs.size() != inputs.size()) return {};
  const auto still = runtime::run_float(graph, inputs);
  std::map<std::string, double> shifts;
  for (uint32_t direction = 0; direction < kDirections; ++direction) {
    std::mt19937 random(direction);
    auto others = inputs;
    for (auto& input : others) input = moved(std::move(input), bits, random);
    const auto shifted = runtime::run_float(graph, others);
    for (const auto id : graph.outputs) {
      auto& shift = shifts[flat_name(graph.tensors[id].name)];
      shift = std::max(shift, largest_difference(still[id], shifted[id]));
    }
  }
  return shifts;
}

}  // namespace

std::map<std::string, double> output_shifts(const Case& each, int bits) {
  try {
    return shifts_of(each, bits);
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace mmasim::cases
