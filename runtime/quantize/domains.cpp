#include "runtime/quantize/domains.h"

#include <algorithm>
#include <cfloat>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace mmasim::runtime {

namespace {

// The domain that the node's inputs must have; none: whatever they have.
std::optional<bool> wanted_domain(const Node& node, const QuantChoices& choices) {
  if (keeps_grid(node.op)) return std::nullopt;
  return computes_in_reals(choices);
}

Node conversion(const std::string& name, TensorId from, TensorId to) {
  Node node;
  node.name = name;
  node.op = Clip{};
  node.activation = {Activation::Kind::clip, -static_cast<double>(FLT_MAX), static_cast<double>(FLT_MAX)};
  node.inputs = {from};
  node.output = to;
  return node;
}

// A PRelu with a slope per channel, of reals: no instruction has it, and its parts have some.
bool comes_in_parts(const Node& node, const QuantChoices& choices) {
  const auto* prelu = std::get_if<Prelu>(&node.op);
  return prelu != nullptr && prelu->channels > 0 && computes_in_reals(choices);
}

class Inserting {
 public:
  Inserting(Graph& graph, Recipe& recipe, Ranges* ranges)
      : graph_(graph), recipe_(recipe), ranges_(ranges), real_(real_tensors(graph, recipe)) {}

  void run() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      Node node = std::move(graph_.nodes[i]);
      const QuantChoices choices = recipe_.nodes[i];
      if (const auto wanted = wanted_domain(node, choices))
        for (TensorId& input : node.inputs)
          if (real_[input] != *wanted) input = converted(input, *wanted, choices);
      if (comes_in_parts(node, choices)) {
        add_prelu_parts(std::move(node), choices);
        continue;
      }
      add(std::move(node), choices);
    }
    graph_.nodes = std::move(nodes_);
    recipe_.nodes = std::move(choices_);
  }

 private:
  void add(Node node, const QuantChoices& choices) {
    nodes_.push_back(std::move(node));
    choices_.push_back(choices);
  }

  TensorId add_real_part(const Node& whole, const std::string& suffix, Operator op, Activation activation,
                         TensorId input, const Range& range) {
    const auto output = static_cast<TensorId>(graph_.tensors.size());
    graph_.tensors.push_back({whole.name + suffix + ":0", graph_.tensors[whole.output].shape});
    if (ranges_ != nullptr) ranges_->push_back(range);
    real_.push_back(true);
    QuantChoices choices;
    choices.mode = QuantChoices::Mode::real;
    add({whole.name + suffix, {}, std::move(op), activation, {input}, output}, choices);
    return output;
  }

  // max(x, 0) + slope[c] * min(x, 0): one of the two is 0, so that the sum is exact.
  void add_prelu_parts(Node node, const QuantChoices& choices) {
    const auto prelu = std::get<Prelu>(node.op);
    const TensorId x = node.inputs.at(0);
    const Range range = ranges_ == nullptr ? Range{} : (*ranges_)[x];
    const Range above{0, std::max(range.high, 0.0)}, below{std::min(range.low, 0.0), 0};
    const TensorId positive =
        add_real_part(node, ":positive", Clip{}, {Activation::Kind::relu, 0, 0}, x, above);
    const TensorId negative = add_real_part(
        node, ":negative", Clip{}, {Activation::Kind::clip, -static_cast<double>(FLT_MAX), 0}, x, below);
    BatchNorm slopes{prelu.slopes, std::vector<double>(prelu.slopes.size(), 0.0), prelu.channels,
                     prelu.along};
    const TensorId sloped = add_real_part(node, ":sloped", std::move(slopes), {}, negative,
                                          ranges_ == nullptr ? Range{} : (*ranges_)[node.output]);
    node.op = Add{};
    node.inputs = {positive, sloped};
    add(std::move(node), choices);
  }

  TensorId converted(TensorId from, bool to_real, const QuantChoices& of_consumer) {
    const uint32_t bits = to_real ? 32 : of_consumer.act_bits;
    const auto next = static_cast<TensorId>(graph_.tensors.size());
    const auto [place, is_new] = made_.try_emplace({from, bits}, next);
    if (!is_new) return place->second;
    const Tensor source = graph_.tensors[from];
    const std::string name = source.name + (to_real ? ":float32" : ":int" + std::to_string(bits));
    graph_.tensors.push_back({name, source.shape});
    if (ranges_ != nullptr) ranges_->push_back(Range{(*ranges_)[from]});
    real_.push_back(to_real);
    nodes_.push_back(conversion(name, from, next));
    choices_.push_back(of_consumer);
    choices_.back().mode = to_real ? QuantChoices::Mode::real : QuantChoices::Mode::fixed;
    return next;
  }

  Graph& graph_;
  Recipe& recipe_;
  Ranges* ranges_;
  std::vector<bool> real_;
  std::vector<Node> nodes_;
  std::vector<QuantChoices> choices_;
  std::map<std::pair<TensorId, uint32_t>, TensorId> made_;
};

}  // namespace

bool computes_in_reals(const QuantChoices& choices) { return choices.mode != QuantChoices::Mode::fixed; }

std::vector<bool> real_tensors(const Graph& graph, const Recipe& recipe) {
  std::vector<bool> real(graph.tensors.size(), false);
  for (size_t i = 0; i < graph.inputs.size(); ++i)
    real[graph.inputs[i]] = computes_in_reals(recipe.inputs[i]);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (std::holds_alternative<ArgMax>(node.op)) continue;  // makes an index
    real[node.output] =
        keeps_grid(node.op) ? bool{real[node.inputs.at(0)]} : computes_in_reals(recipe.nodes[i]);
  }
  return real;
}

bool needs_conversions(const Graph& graph, const Recipe& recipe) {
  const auto real = real_tensors(graph, recipe);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (comes_in_parts(graph.nodes[i], recipe.nodes[i])) return true;
    const auto wanted = wanted_domain(graph.nodes[i], recipe.nodes[i]);
    for (const TensorId input : graph.nodes[i].inputs)
      if (wanted && real[input] != *wanted) return true;
  }
  return false;
}

void insert_conversions(Graph& graph, Recipe& recipe, Ranges* ranges) {
  Inserting(graph, recipe, ranges).run();
}

}  // namespace mmasim::runtime
