// quantization.yaml: what the plan decided, for people and for scripts. Weights and tables stay out; numbers
// are the shortest decimals that read back as the same binary64.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runtime/quantize/quantize.h"
#include "runtime/quantize/yaml_text.h"

namespace mmasim::runtime {

namespace {

// One value, or the smallest and largest of many.
template <class Value>
std::string summary(const std::vector<Value>& values) {
  if (values.empty()) return "[]";
  if (values.size() == 1) return fmt::format("{}", values[0]);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return fmt::format("{{count: {}, min: {}, max: {}}}", values.size(), *low, *high);
}

std::string output_stage(const Requantization& requant) {
  std::string text = fmt::format("shift: {}", summary(requant.shifts));
  if (requant.has_multiplier) text += fmt::format(", multiplier: {}", summary(requant.multipliers));
  return text + fmt::format(", zero_point: {}, clip: [{}, {}]", requant.zero_point, requant.clip_min,
                            requant.clip_max);
}

struct NodeText {
  std::string operator()(const std::monostate&) const { return "keeps its integers"; }
  std::string operator()(const LinearPlan& p) const {
    return fmt::format("weight_bits: {}, weight_inv_step: {}, {}", p.weights.bits, summary(p.weight_inv_step),
                       output_stage(p.requant));
  }
  std::string operator()(const SumPlan& p) const {
    std::string list;
    for (const int64_t multiplier : p.multipliers)
      list += (list.empty() ? "" : ", ") + std::to_string(multiplier);
    return "multipliers: [" + list + "], " + output_stage(p.requants.at(0));
  }
  std::string operator()(const ProductPlan& p) const {
    return fmt::format("multiplier: {}, {}", p.multiplier, output_stage(p.requant));
  }
  std::string operator()(const PoolPlan& p) const {
    return fmt::format("reciprocals: {}, {}", summary(p.reciprocals), output_stage(p.requant));
  }
  std::string operator()(const LookupPlan& p) const {
    return fmt::format("table_entries: {}, fraction_bits: {}", p.table.size(), p.fraction_bits);
  }
  std::string operator()(const PreluPlan& p) const {
    return fmt::format("positive: {}, slopes: {}, {}", p.positive, summary(p.slopes),
                       output_stage(p.requant));
  }
  std::string operator()(const SoftmaxPlan& p) const {
    return fmt::format("table_entries: {}, fraction_bits: {}, bits: {}", p.table.size(), p.fraction_bits,
                       p.bits);
  }
  std::string operator()(const ResizePlan& p) const {
    return fmt::format("multiplier: {}, shift: {}", p.multiplier, p.shift);
  }
  static std::string bound(float value) {
    return std::isinf(value) ? (value < 0 ? "-.inf" : ".inf") : fmt::format("{}", value);
  }
  static std::string clip_of(const RealBounds& bounds) {
    return fmt::format("clip: [{}, {}]", bound(bounds.low), bound(bounds.high));
  }
  std::string operator()(const RealPlan& p) const {
    static constexpr const char* kForms[] = {"float32", "float16", "int8", "indices"};
    std::string text = fmt::format("domain: float32, weights_in_memory: {}, ", kForms[size_t(p.stored.form)]);
    if (p.stored.form == StoredWeights::Form::s8)
      text += fmt::format("weight_step: {}, ", summary(p.stored.steps));
    if (p.stored.form == StoredWeights::Form::indices)
      text += fmt::format("index_bits: {}, codebook: [{}], ", p.stored.index_bits,
                          fmt::join(p.stored.codebook, ", "));
    return text + clip_of(p);
  }
  std::string operator()(const DynamicPlan& p) const {
    return fmt::format("domain: dynamic, weight_bits: 8, weight_step: {}, {}", summary(p.steps), clip_of(p));
  }
  std::string operator()(const QuantizePlan& p) const {
    return fmt::format("converts: to integers, step: {}", p.step);
  }
  std::string operator()(const DequantizePlan& p) const {
    return fmt::format("converts: to float32, step: {}", p.step);
  }
};

std::string tensor_line(const Tensor& tensor, const TensorPlan& plan) {
  return fmt::format(
      "  - {{name: {}, bits: {}, sign: {}, inv_step: {}, zero_point: {}, range: [{}, {}], source: {}}}\n",
      yaml_quoted(tensor.name), plan.bits,
      plan.is_real     ? "float"
      : plan.is_signed ? "signed"
                       : "unsigned",
      plan.inv_step, plan.zero_point, plan.low, plan.high, yaml_quoted(plan.source));
}

std::string node_line(const Node& node, const NodePlan& plan) {
  const bool keeps = std::holds_alternative<std::monostate>(plan);
  return fmt::format("  - {{name: {}, operator: {}{}}}\n", yaml_quoted(node.name), operator_name(node.op),
                     keeps ? ", keeps: integers" : ", " + std::visit(NodeText{}, plan));
}

// The choices of the network, then those that overrides made for single nodes.
std::string origin_line(const ChoiceOrigin& origin) {
  const std::string subject = origin.subject.empty() ? "" : "node: " + yaml_quoted(origin.subject) + ", ";
  return fmt::format("  - {{{}key: {}, value: {}, origin: {}}}\n", subject, origin.key,
                     yaml_quoted(origin.value), yaml_quoted(origin.origin));
}

}  // namespace

std::string to_yaml(const Graph& graph, const QuantPlan& plan) {
  std::string text = "# The effective quantization: float = (integer - zero_point) / inv_step.\n";
  text += fmt::format("preset: {}\nprecision: {}\nhas_values: {}\ntensors:\n", yaml_quoted(plan.name),
                      yaml_quoted(plan.precision), plan.has_values);
  for (size_t id = 0; id < plan.tensors.size(); ++id)
    text += tensor_line(graph.tensors[id], plan.tensors[id]);
  text += "nodes:" + std::string(plan.nodes.empty() ? " []\n" : "\n");
  for (size_t id = 0; id < plan.nodes.size(); ++id) text += node_line(graph.nodes[id], plan.nodes[id]);
  text += "choices:\n";
  for (const ChoiceOrigin& origin : plan.origins) text += origin_line(origin);
  text += "warnings:" + std::string(plan.warnings.empty() ? " []\n" : "\n");
  for (const std::string& warning : plan.warnings) text += "  - " + yaml_quoted(warning) + "\n";
  return text;
}

}  // namespace mmasim::runtime
