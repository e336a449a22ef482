#include "sim/advice/layer_alternatives.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/user_error.h"
#include "sim/experiment/quantization.h"

namespace mmasim::sim {
namespace {

constexpr size_t kLongest = 8;  // layers

// A name that --set-quant takes as it is.
bool is_plain(const std::string& name) {
  return !name.empty() && name.find_first_of("*?|@=") == std::string::npos;
}

class Finder {
 public:
  Finder(const Request& base, const runtime::Graph& graph, const RunReport& report)
      : base_(base), graph_(graph), report_(report) {}

  std::vector<Alternative> find() {
    const auto nodes = nodes_of_interest();
    for (const auto* node : nodes) add_widths(*node);
    if (!nodes.empty() && base_precision() != "float32") {
      add_float(*first_);
      if (last_ != first_) add_float(*last_);
    }
    add_without_end();
    return std::move(found_);
  }

 private:
  std::string base_precision() const { return report_.precision; }

  uint64_t cycles_of(const runtime::Node& node) const {
    for (const auto& layer : report_.layers) {
      if (layer.name == node.name) return layer.cycles.value_or(0);
    }
    return 0;
  }

  std::vector<const runtime::Node*> nodes_of_interest() {
    std::vector<const runtime::Node*> nodes;
    for (const auto& node : graph_.nodes) {
      if (runtime::macs(graph_, node) > 0 && is_plain(node.name)) nodes.push_back(&node);
    }
    if (nodes.empty()) return nodes;
    first_ = nodes.front();
    last_ = nodes.back();
    std::stable_sort(nodes.begin(), nodes.end(),
                     [&](const auto* a, const auto* b) { return cycles_of(*a) > cycles_of(*b); });
    nodes.resize(std::min(nodes.size(), kLongest));
    for (const auto* end : {first_, last_}) {
      if (std::find(nodes.begin(), nodes.end(), end) == nodes.end()) nodes.push_back(end);
    }
    return nodes;
  }

  // What the node reads, as an override may name it; empty if it cannot.
  std::string maker_of_input(const runtime::Node& node) const {
    const auto tensor = node.inputs.at(0);
    const auto producer = graph_.producer(tensor);
    const auto& name = producer ? graph_.nodes[*producer].name : graph_.tensors[tensor].name;
    return is_plain(name) ? name : "";
  }

  // The array multiplies in the width of what a layer reads, so that has to change with the weights.
  void add_widths(const runtime::Node& node) {
    const auto maker = maker_of_input(node);
    if (maker.empty()) return;
    if (base_precision().rfind("int", 0) != 0) return;  // mixed, float32
    for (const auto* bits : {"8", "16"}) {
      if (base_precision() == fmt::format("int{}", bits)) continue;
      add_quant({node.name, fmt::format("at {} bits", bits)},
                {fmt::format("weight.bits@name:{}={}", node.name, bits),
                 fmt::format("act.bits@name:{}={}", maker, bits)});
    }
  }

  void add_float(const runtime::Node& node) {
    add_quant({node.name, "in float32"}, {fmt::format("mode@name:{}=float", node.name)});
  }

  void add_quant(const SingleLayer& single, const std::vector<std::string>& set_quant) {
    Alternative alternative{single.layer + " " + single.how,
                            "layer",
                            Expected::either,
                            base_,
                            {},
                            set_quant,
                            std::nullopt,
                            single};
    auto& all = alternative.request.quant.set;
    all.insert(all.end(), set_quant.begin(), set_quant.end());
    add(std::move(alternative));
  }

  // What the last layer reads becomes the network's output; the host does the rest.
  void add_without_end() {
    if (!base_.import.outputs.empty() || graph_.outputs.size() != 1 || graph_.nodes.size() < 2) return;
    const auto last = graph_.producer(graph_.outputs.front());
    if (!last) return;
    const auto tensor = graph_.nodes[*last].inputs.at(0);
    if (!graph_.producer(tensor)) return;
    Alternative alternative{fmt::format("without {}, left to the host", graph_.nodes[*last].name),
                            "network",
                            Expected::either,
                            base_,
                            {},
                            {},
                            std::nullopt};
    alternative.request.import.outputs = {graph_.tensors[tensor].name};
    add(std::move(alternative));
  }

  void add(Alternative alternative) {
    try {
      check_request(alternative.request);
    } catch (const runtime::UserError& error) {
      alternative.refused = error.what();
    }
    found_.push_back(std::move(alternative));
  }

  const Request& base_;
  const runtime::Graph& graph_;
  const RunReport& report_;
  const runtime::Node *first_ = nullptr, *last_ = nullptr;  // that multiply
  std::vector<Alternative> found_;
};

}  // namespace

std::vector<Alternative> layer_alternatives_of(const Request& base, const runtime::Graph& graph,
                                               const RunReport& report) {
  return Finder(base, graph, report).find();
}

}  // namespace mmasim::sim
