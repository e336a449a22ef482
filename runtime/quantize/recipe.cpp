#include "runtime/quantize/recipe.h"

#include <algorithm>
#include <set>

#include "runtime/quantize/domains.h"
#include "runtime/quantize/match.h"
#include "runtime/quantize/quant_keys.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

bool has_weights(const Operator& op) {
  return std::holds_alternative<Conv>(op) || std::holds_alternative<ConvTranspose>(op) ||
         std::holds_alternative<Gemm>(op) || std::holds_alternative<BatchNorm>(op);
}

bool is_depthwise(const Operator& op) {
  const auto* conv = std::get_if<Conv>(&op);
  return conv != nullptr && conv->groups > 1 && conv->weights.shape.at(0) == conv->groups &&
         conv->weights.shape.at(1) == 1;
}

constexpr uint32_t kWideBits = 16;  // of mixed.layers
constexpr uint32_t kRealBits = 32;
constexpr uint32_t kIndexBits = 64;  // of what an ArgMax gives

// What a network's choices say of one node: its width, then overrides one after the other, and which of them
// meant something.
class Overriding {
 public:
  Overriding(const QuantSpec& spec, Recipe& recipe)
      : spec_(spec), recipe_(recipe), used_(spec.overrides.size(), false) {}

  QuantChoices choices_of(const std::string& name, const MatchSubject& subject) {
    QuantChoices choices = spec_;
    widen(name, choices);
    for (size_t i = 0; i < spec_.overrides.size(); ++i) {
      const QuantOverride& override = spec_.overrides[i];
      if (!matches(override.match, subject)) continue;
      used_[i] = true;
      for (const auto& setting : override.settings) {
        find_quant_key(setting.key)->set(choices, setting.value);
        recipe_.origins.push_back({name, setting.key, setting.value, setting.place});
      }
    }
    check_choices(choices, "node '" + name + "'");
    return choices;
  }

  void warn_of_unused() {
    for (const auto& name : spec_.wide_layers) {
      if (widened_.count(name) != 0) continue;
      recipe_.warnings.push_back("mixed.layers: the network has no node '" + name + "'");
    }
    for (size_t i = 0; i < used_.size(); ++i) {
      if (used_[i]) continue;
      const QuantOverride& override = spec_.overrides[i];
      recipe_.warnings.push_back(override.place + ": override '" + override.match +
                                 "' matches no node and no input of the network");
    }
  }

 private:
  void widen(const std::string& name, QuantChoices& choices) {
    const auto& wide = spec_.wide_layers;
    if (std::find(wide.begin(), wide.end(), name) == wide.end()) return;
    widened_.insert(name);
    choices.weight_bits = choices.act_bits = kWideBits;
    for (const char* key : {"weight.bits", "act.bits"})
      recipe_.origins.push_back({name, key, std::to_string(kWideBits), "mixed.layers"});
  }

  const QuantSpec& spec_;
  Recipe& recipe_;
  std::vector<bool> used_;
  std::set<std::string> widened_;  // of mixed.layers
};

void add_origins(const QuantSpec& spec, Recipe& recipe) {
  for (const auto& key : quant_keys()) {
    const auto origin = spec.origins.find(key.path);
    recipe.origins.push_back(
        {"", key.path, key.get(spec), origin == spec.origins.end() ? "default" : origin->second});
  }
}

std::string precision_of(const Graph& graph, const Recipe& recipe) {
  std::set<uint32_t> widths;
  const auto bits = tensor_bits(graph, recipe);
  const auto real = real_tensors(graph, recipe);
  const auto reals = std::count(real.begin(), real.end(), true);
  const auto is_dynamic = [](const QuantChoices& choices) {
    return choices.mode == QuantChoices::Mode::dynamic;
  };
  if (std::any_of(recipe.nodes.begin(), recipe.nodes.end(), is_dynamic)) return "mixed";
  const auto indices = std::count(bits.begin(), bits.end(), kIndexBits);
  if (reals > 0) return reals + indices == static_cast<std::ptrdiff_t>(real.size()) ? "float32" : "mixed";
  for (size_t i = 0; i < graph.inputs.size(); ++i) widths.insert(bits[graph.inputs[i]]);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (bits[graph.nodes[i].output] != kIndexBits) widths.insert(bits[graph.nodes[i].output]);
    if (has_weights(graph.nodes[i].op)) widths.insert(container_bits(recipe.nodes[i].weight_bits));
  }
  return widths.size() == 1 ? "int" + std::to_string(*widths.begin()) : "mixed";
}

}  // namespace

MatchSubject subject_of(const Graph& graph, const Node& node) {
  MatchSubject subject{node.covers, {operator_name(node.op)}};
  subject.names.push_back(node.name);
  subject.names.push_back(graph.tensors[node.output].name);
  if (is_depthwise(node.op)) subject.operators.push_back("DepthwiseConv");
  return subject;
}

bool keeps_grid(const Operator& op) {
  return std::holds_alternative<MaxPool>(op) || std::holds_alternative<Pad>(op) ||
         std::holds_alternative<Reshape>(op) || std::holds_alternative<Transpose>(op) ||
         std::holds_alternative<Slice>(op) || std::holds_alternative<Resize>(op);
}

namespace {

uint32_t bits_of(const QuantChoices& choices) {
  return computes_in_reals(choices) ? kRealBits : container_bits(choices.act_bits);
}

}  // namespace

std::vector<uint32_t> tensor_bits(const Graph& graph, const Recipe& recipe) {
  std::vector<uint32_t> bits(graph.tensors.size(), 0);
  for (size_t i = 0; i < graph.inputs.size(); ++i) bits[graph.inputs[i]] = bits_of(recipe.inputs[i]);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    bits[node.output] = std::holds_alternative<ArgMax>(node.op) ? kIndexBits
                        : keeps_grid(node.op)                   ? bits[node.inputs.at(0)]
                                                                : bits_of(recipe.nodes[i]);
  }
  return bits;
}

Recipe make_recipe(const Graph& graph, const QuantSpec& spec) {
  Recipe recipe;
  recipe.name = spec.preset;
  recipe.warnings = spec.notes;
  add_origins(spec, recipe);
  Overriding overriding(spec, recipe);
  for (const TensorId input : graph.inputs) {
    const std::string& name = graph.tensors[input].name;
    recipe.inputs.push_back(overriding.choices_of(name, {{name}, {"Input"}}));
  }
  for (const Node& node : graph.nodes)
    recipe.nodes.push_back(overriding.choices_of(node.name, subject_of(graph, node)));
  overriding.warn_of_unused();
  recipe.precision = precision_of(graph, recipe);
  if (spec.precision == "mixed" && recipe.precision == "float32")
    throw UserError("precision mixed: every node computes in float32");
  if (spec.precision == "mixed" && recipe.precision != "mixed") {
    throw UserError("precision mixed: every operand has " + recipe.precision.substr(3) +
                    " bits; give mixed.factor, mixed.layers, or overrides with weight.bits or act.bits");
  }
  return recipe;
}

}  // namespace mmasim::runtime
