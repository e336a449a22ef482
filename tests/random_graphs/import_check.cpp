#include "tests/random_graphs/import_check.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "runtime/float_network/run_float.h"
#include "tests/random_graphs/oracle.h"

namespace mmasim::random_graphs {
namespace {

// Of binary32 roundings: 2^-24 each, and sums of some hundred.
constexpr double kNoise = 1.0 / (1 << 20);

double largest(const Real& real) {
  double most = 0;
  for (const double value : real.values) most = std::max(most, std::fabs(value));
  return most;
}

double largest_difference(const Real& a, const Real& b) {
  double most = 0;
  for (size_t i = 0; i < a.values.size(); ++i) most = std::max(most, std::fabs(a.values[i] - b.values[i]));
  return most;
}

// Ties and near ties may fall either way: the value at an index must be about the largest.
std::string other_index(const onnx::NodeProto& node, const Reals& exact, const Reals& noisy,
                        const runtime::FloatTensor& seen) {
  const Real &x = exact.at(node.input(0)), &best = exact.at(node.output(0));
  const double slack = 20 * (largest_difference(x, noisy.at(node.input(0))) + kNoise * largest(x));
  int64_t axis = 0;
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == "axis") axis = attribute.i();
  }
  if (axis < 0) axis += static_cast<int64_t>(x.shape.size());
  int64_t inner = 1;
  for (size_t d = static_cast<size_t>(axis) + 1; d < x.shape.size(); ++d) inner *= x.shape[d];
  const int64_t size = x.shape[axis];
  for (size_t i = 0; i < best.values.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    const auto value = [&](double index) {
      return x.values[static_cast<size_t>((at / inner * size + static_cast<int64_t>(index)) * inner +
                                          at % inner)];
    };
    if (seen.values[i] >= 0 && seen.values[i] < static_cast<float>(size) &&
        value(seen.values[i]) >= value(best.values[i]) - slack)
      continue;
    return "output '" + node.output(0) + "'[" + std::to_string(i) + "] is index " +
           std::to_string(seen.values[i]) + ", the largest is at " + std::to_string(best.values[i]);
  }
  return "";
}

std::string other_value(const std::string& name, const Real& exact, const Real& noisy,
                        const runtime::FloatTensor& seen) {
  const double slack = 20 * (largest_difference(exact, noisy) + kNoise * largest(exact)) + 1e-30;
  for (size_t i = 0; i < exact.values.size(); ++i) {
    if (std::fabs(seen.values[i] - exact.values[i]) <= slack) continue;
    std::ostringstream text;
    text << "output '" << name << "'[" << i << "] is " << seen.values[i] << ", by the standard "
         << exact.values[i] << " (give or take " << slack << ")";
    return text.str();
  }
  return "";
}

}  // namespace

std::string other_than_oracle(const runtime::Graph& graph, const std::vector<runtime::FloatTensor>& inputs,
                              const RandomNetwork& network) {
  onnx::ModelProto model;
  model.ParseFromString(network.onnx);
  Reals given;
  for (size_t i = 0; i < inputs.size(); ++i)
    given[graph.tensors[graph.inputs[i]].name] = {inputs[i].shape,
                                                  {inputs[i].values.begin(), inputs[i].values.end()}};
  const auto exact = evaluate(model, given), noisy = evaluate(model, given, kNoise);
  const auto seen = runtime::run_float(graph, inputs);
  for (const auto id : graph.outputs) {
    const auto& name = graph.tensors[id].name;
    const auto* index = [&]() -> const onnx::NodeProto* {
      for (const auto& node : model.graph().node()) {
        if (node.op_type() == "ArgMax" && node.output(0) == name) return &node;
      }
      return nullptr;
    }();
    const auto text = index != nullptr ? other_index(*index, exact, noisy, seen[id])
                                       : other_value(name, exact.at(name), noisy.at(name), seen[id]);
    if (!text.empty()) return text;
  }
  return "";
}

}  // namespace mmasim::random_graphs
