#include "runtime/emulation/mixed_gains.h"

#include <algorithm>

#include "runtime/emulation/error_energy.h"
#include "runtime/emulation/fake_quantize.h"
#include "runtime/float_network/float_network.h"

namespace mmasim::runtime {
namespace {

using quantization::FloatViews;

// Integers that only move are on their grid already.
bool makes_grid(const Node& node) { return !keeps_grid(node.op); }

double energy_of(const FloatTensor& exact) {
  double energy = 0;
  for (const float value : exact.values) energy += static_cast<double>(value) * static_cast<double>(value);
  return energy;
}

}  // namespace

MixedGains::MixedGains(const Graph& graph, const QuantPlan& narrow, const QuantPlan& wide,
                       const Samples& samples, int64_t runs, unsigned threads)
    : graph_(graph),
      narrow_(narrow),
      wide_(wide),
      narrow_graph_(with_quantized_weights(graph, narrow)),
      wide_graph_(with_quantized_weights(graph, wide)),
      threads_(threads) {
  Hook nobody;
  for (int64_t run = 0; run < runs; ++run) {
    samples.with_run(run, [&](const FloatViews& inputs) {
      Frame frame;
      frame.exact = quantization::forward(graph, inputs, threads,
                                          quantization::Lifetime::until_last_use_or_output, nobody);
      frame.exact.resize(graph.tensors.size());
      for (size_t i = 0; i < inputs.size(); ++i) frame.exact[graph.inputs[i]] = *inputs[i];
      for (const TensorId output : graph.outputs) signal_ += energy_of(frame.exact[output]);
      frame.narrow = narrow_tensors(inputs);
      frames_.push_back(std::move(frame));
    });
  }
}

FloatTensor MixedGains::node_result(NodeId id, bool is_wide, const FloatViews& operands) const {
  const Graph& weights = is_wide ? wide_graph_ : narrow_graph_;
  FloatTensor result = quantization::evaluate_node(weights, id, operands, threads_);
  const TensorId output = graph_.nodes[id].output;
  if (makes_grid(graph_.nodes[id])) put_on_grid((is_wide ? wide_ : narrow_).tensors[output], result);
  return result;
}

std::vector<FloatTensor> MixedGains::narrow_tensors(const FloatViews& inputs) const {
  std::vector<FloatTensor> tensors(graph_.tensors.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    tensors[graph_.inputs[i]] = *inputs[i];
    put_on_grid(narrow_.tensors[graph_.inputs[i]], tensors[graph_.inputs[i]]);
  }
  for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
    FloatViews operands;
    for (const TensorId input : graph_.nodes[id].inputs) operands.push_back(&tensors[input]);
    tensors[graph_.nodes[id].output] = node_result(id, false, operands);
  }
  return tensors;
}

double MixedGains::noise_energy(const Frame& frame, const std::vector<bool>& wide) const {
  std::vector<FloatTensor> fresh(graph_.tensors.size());  // of what differs from the narrow network
  const auto value = [&](TensorId id) { return fresh[id].values.empty() ? &frame.narrow[id] : &fresh[id]; };
  for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
    const Node& node = graph_.nodes[id];
    const bool is_fresh = std::any_of(node.inputs.begin(), node.inputs.end(),
                                      [&](TensorId input) { return !fresh[input].values.empty(); });
    if (!wide[id] && !is_fresh) continue;
    FloatViews operands;
    for (const TensorId input : node.inputs) operands.push_back(value(input));
    fresh[node.output] = node_result(id, wide[id], operands);
  }
  double energy = 0;
  for (const TensorId output : graph_.outputs) energy += energy_between(frame.exact[output], *value(output));
  return energy;
}

double MixedGains::noise(const std::vector<NodeId>& wide) const {
  std::vector<bool> is_wide(graph_.nodes.size(), false);
  for (const NodeId id : wide) is_wide[id] = true;
  double energy = 0;
  for (const auto& frame : frames_) energy += noise_energy(frame, is_wide);
  return signal_ > 0 ? energy / signal_ : energy;
}

}  // namespace mmasim::runtime
