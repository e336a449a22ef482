// A network of one node with its plan written by hand, and the integers the reference gives for it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/reference/reference.h"

namespace mmasim::runtime::test {

inline TensorPlan integers(uint32_t bits, bool is_signed, int64_t zero_point = 0) {
  TensorPlan plan;
  plan.bits = bits;
  plan.is_signed = is_signed;
  plan.zero_point = zero_point;
  return plan;
}

inline const TensorPlan kS8 = integers(8, true), kU8 = integers(8, false), kS16 = integers(16, true),
                        kU16 = integers(16, false), kS32 = integers(32, true), kU32 = integers(32, false);

// SAT(SRS(v, shift, half up) + zero point of y) to the whole range of y
inline Requantization shift_only(int shift, const TensorPlan& y) {
  Requantization requant;
  requant.shifts = {shift};
  requant.zero_point = y.zero_point;
  requant.clip_min = y.min();
  requant.clip_max = y.max();
  return requant;
}

inline IntegerArray array(uint32_t bits, Shape shape, const std::vector<int64_t>& values) {
  IntegerArray result;
  result.bits = bits;
  result.shape = std::move(shape);
  for (const int64_t value : values) {
    if (bits == 8) result.s8.push_back(static_cast<int8_t>(value));
    if (bits == 16) result.s16.push_back(static_cast<int16_t>(value));
    if (bits == 32) result.s32.push_back(static_cast<int32_t>(value));
  }
  return result;
}

inline LinearPlan linear(IntegerArray weights, std::vector<int128> bias, Requantization requant) {
  LinearPlan plan;
  plan.weights = std::move(weights);
  plan.bias = std::move(bias);
  plan.requant = std::move(requant);
  return plan;
}

struct Input {
  TensorPlan plan;
  Shape shape;
  std::vector<int64_t> values;
};

struct OneNode {
  Operator op;
  NodePlan plan;
  std::vector<Input> inputs;
  TensorPlan y_plan;
  Shape y_shape;
  isa::Overflow overflow = isa::Overflow::wrap;
  uint64_t overflow_count = 0;  // after run()

  Graph graph() const {
    Graph graph;
    graph.name = "one node";
    Node node;
    node.name = "node";
    node.op = op;
    for (const Input& input : inputs) {
      const auto id = static_cast<TensorId>(graph.tensors.size());
      graph.tensors.push_back({"x" + std::to_string(id), input.shape});
      graph.inputs.push_back(id);
      node.inputs.push_back(id);
    }
    node.output = static_cast<TensorId>(graph.tensors.size());
    graph.tensors.push_back({"y", y_shape});
    graph.outputs = {node.output};
    graph.nodes = {node};
    return graph;
  }

  QuantPlan quant_plan() const {
    QuantPlan whole;
    whole.has_values = true;
    for (const Input& input : inputs) whole.tensors.push_back(input.plan);
    whole.tensors.push_back(y_plan);
    whole.nodes = {plan};
    if (auto* linear = std::get_if<LinearPlan>(&whole.nodes[0]))  // four times as wide as the operands
      linear->accumulator = {4 * linear->weights.bits, overflow};
    return whole;
  }

  std::vector<int64_t> run() {
    std::vector<IntegerTensor> x;
    for (const Input& input : inputs) x.push_back({input.shape, input.values});
    return run_reference(graph(), quant_plan(), x, &overflow_count).back().values;
  }
};

using Integers = std::vector<int64_t>;

}  // namespace mmasim::runtime::test
