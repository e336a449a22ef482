// ocs: outlier channel splitting (quantization.md 6.5). The input channel with the largest weights is given
// twice, by a copy of the producer's output channel, and each copy has half of the weights.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "runtime/float_network/parameters.h"
#include "runtime/transform/layer_weights.h"
#include "runtime/transform/transform_rows.h"

namespace mmasim::runtime::transforming {
namespace {

bool is_dense(const Node& node) {
  if (!has_weights(node)) return false;
  const auto* conv = std::get_if<Conv>(&node.op);
  return (conv != nullptr && conv->groups == 1) || std::holds_alternative<Gemm>(node.op);
}

// The dense layer that gives a dense layer its input, to it alone.
std::optional<NodeId> producer_of(const Graph& graph, NodeId id) {
  const TensorId tensor = graph.nodes[id].inputs[0];
  const auto producer = graph.producer(tensor);
  if (!producer || !is_dense(graph.nodes[*producer])) return {};
  if (std::find(graph.outputs.begin(), graph.outputs.end(), tensor) != graph.outputs.end()) return {};
  return graph.consumers(tensor).size() == 1 ? producer : std::nullopt;
}

// A dense layer's weights as filters: [output][input][taps].
struct Filters {
  size_t outputs, inputs, taps;
  std::vector<double> values;

  explicit Filters(const Node& node) : values(effective_weights(node)) {
    outputs = static_cast<size_t>(output_channels(node));
    inputs = static_cast<size_t>(input_channels(node));
    taps = values.size() / std::max<size_t>(outputs * inputs, 1);
  }
  double* at(size_t output, size_t input) { return values.data() + (output * inputs + input) * taps; }
  double largest_of_input(size_t input) {
    double most = 0;
    for (size_t o = 0; o < outputs; ++o)
      for (size_t t = 0; t < taps; ++t) most = std::max(most, std::fabs(at(o, input)[t]));
    return most;
  }
};

// Which input channels to double, in turn; a copy may be doubled again. `halves` ends as their largest
// magnitudes.
std::vector<size_t> choose_channels(Filters filters, size_t count, std::vector<double>& halves) {
  for (size_t i = 0; i < filters.inputs; ++i) halves.push_back(filters.largest_of_input(i));
  std::vector<size_t> chosen;
  for (size_t n = 0; n < count; ++n) {
    const auto most = static_cast<size_t>(std::max_element(halves.begin(), halves.end()) - halves.begin());
    chosen.push_back(most);
    halves[most] /= 2;
    halves.push_back(halves[most]);
  }
  return chosen;
}

// Weights of one channel as two whose rounded sum is that of the one: (w - s/2)/2 and (w + s/2)/2.
void split_inputs(Filters& filters, const std::vector<size_t>& chosen, double step) {
  Filters wider = filters;
  wider.inputs = filters.inputs + chosen.size();
  wider.values.assign(wider.outputs * wider.inputs * wider.taps, 0.0);
  for (size_t o = 0; o < filters.outputs; ++o) {
    std::copy(filters.at(o, 0), filters.at(o, 0) + filters.inputs * filters.taps, wider.at(o, 0));
    for (size_t n = 0; n < chosen.size(); ++n) {
      double* const one = wider.at(o, chosen[n]);
      double* const other = wider.at(o, filters.inputs + n);
      for (size_t t = 0; t < filters.taps; ++t) {
        const double w = one[t];
        one[t] = (w - 0.5 * step) / 2;
        other[t] = (w + 0.5 * step) / 2;
      }
    }
  }
  filters = wider;
}

void set_filters(Node& node, const Filters& filters) {
  const auto resize = [&](Weights& weights) {
    weights.shape[0] = static_cast<int64_t>(filters.outputs);
    weights.shape[1] = static_cast<int64_t>(filters.inputs);
  };
  if (auto* conv = std::get_if<Conv>(&node.op)) resize(conv->weights);
  if (auto* gemm = std::get_if<Gemm>(&node.op)) resize(gemm->weights);
  set_effective_weights(node, filters.values);
}

// The producer's output channels again, for the new inputs.
void copy_outputs(Node& producer, const std::vector<size_t>& chosen) {
  Filters filters(producer);
  std::vector<double> bias = bias_of(producer);
  for (const size_t channel : chosen) {
    const std::vector<double> copy(filters.at(channel, 0),
                                   filters.at(channel, 0) + filters.inputs * filters.taps);
    filters.values.insert(filters.values.end(), copy.begin(), copy.end());
    ++filters.outputs;
    if (!bias.empty()) bias.push_back(double{bias[channel]});
  }
  set_filters(producer, filters);
  set_bias(producer, std::move(bias));
}

Transformed apply(const Graph& graph, const ChoiceValues& values) {
  Transformed result{graph, {}};
  Graph& g = result.graph;
  const double levels = std::ldexp(1.0, static_cast<int>(values.at("bits")) - 1);
  size_t layers = 0, channels = 0;
  for (NodeId id = 0; id < g.nodes.size(); ++id) {
    const auto producer = is_dense(g.nodes[id]) ? producer_of(g, id) : std::nullopt;
    if (!producer) continue;
    Filters filters(g.nodes[id]);
    const auto count =
        static_cast<size_t>(std::ceil(values.at("expand") * static_cast<double>(filters.inputs)));
    std::vector<double> halves;
    const auto chosen = choose_channels(filters, count, halves);
    split_inputs(filters, chosen, *std::max_element(halves.begin(), halves.end()) / levels);
    set_filters(g.nodes[id], filters);
    copy_outputs(g.nodes[*producer], chosen);
    Shape& shape = g.tensors[g.nodes[*producer].output].shape;
    shape[std::holds_alternative<Gemm>(g.nodes[*producer].op) ? shape.size() - 1 : 1] +=
        static_cast<int64_t>(count);
    ++layers;
    channels += count;
  }
  result.notes.push_back("ocs: " + std::to_string(channels) + " channels of " + std::to_string(layers) +
                         " layers doubled");
  return result;
}

}  // namespace

TransformInfo split_outlier_channels() {
  return {"ocs",
          "Outlier channel splitting: the input channels with the largest weights are given twice, each with "
          "half of them, rounded so that their sum rounds as before. Between dense layers.",
          true,
          true,
          {{"expand", 0.02, 0, 1, "share of input channels that are doubled, rounded up"},
           {"bits", 8, 2, 32, "of the weights, whose step the halves lie apart by", true}},
          apply};
}

}  // namespace mmasim::runtime::transforming
