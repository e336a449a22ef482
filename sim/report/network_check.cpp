#include "sim/report/network_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/report/describe_report.h"

namespace mmasim::sim {
namespace {

const Keys<CheckedNode>& node_keys() {
  using Row = CheckedNode;
  static const Keys<Row> keys{
      key(&Row::name, "name", "", "of the node, as the file has it; nodes without a name get one"),
      key(&Row::op, "op", "", "its operator"),
      key(&Row::runs_on, "runs_on", "",
          "array, vector core, moved (copied by the DMA) or folded (no work of its own); null: it does not "
          "run, "
          "or another one in the way hides where"),
      key(&Row::layer, "layer", "", "layer of the report that does its work"),
      key(&Row::reason, "reason", "", "why it does not run; null: nothing is in its way"),
  };
  return keys;
}

const char* unit_of(const LayerStats& layer) {
  if (layer.mma_cycles.value_or(0) > 0) return "array";
  return layer.dsp_cycles.value_or(0) > 0 ? "vector core" : "moved";
}

bool is_fault(const CheckedNode& node) { return node.reason.has_value(); }

}  // namespace

bool NetworkCheck::runs() const {
  return !other_obstacle && std::none_of(nodes.begin(), nodes.end(), is_fault);
}

NetworkCheck network_check(const runtime::NetworkReading& reading, const std::vector<LayerStats>& layers) {
  std::map<std::string, const LayerStats*> covering;
  for (const auto& layer : layers) {
    for (const auto& name : layer.operators) covering.emplace(name, &layer);
  }
  NetworkCheck check;
  check.cut = reading.cut;
  for (const auto& read : reading.nodes) {
    CheckedNode node{read.node, read.op, {}, {}, {}};
    if (!read.fault.empty()) {
      node.reason = read.fault;
    } else if (const auto found = covering.find(read.node); found != covering.end()) {
      node.runs_on = unit_of(*found->second);
      node.layer = found->second->name;
    } else if (!layers.empty()) {
      node.runs_on = "folded";
    }
    check.nodes.push_back(std::move(node));
  }
  return check;
}

const Keys<NetworkCheck>& network_check_keys() {
  using Row = NetworkCheck;
  static const Keys<Row> keys{
      key_that_is<Row>("schema", "mmasim.check/1", "mmasim.check/1"),
      key_of_rows(&Row::nodes, node_keys(), "nodes", "those that the outputs need, in the order of the data"),
      key(&Row::cut, "cut", "",
          "tensors up to which the network runs: --outputs takes them; empty where all runs"),
      key(&Row::other_obstacle, "other_obstacle", "", "what no single node is to blame for; null: nothing"),
  };
  return keys;
}

Table NetworkCheckPrintout::table() const {
  using Align = Column::Align;
  Table table{{{"node", Align::left}, {"operator", Align::left}, {"runs on", Align::left}, {"", Align::left}},
              {}};
  for (const auto& node : check_.nodes) {
    const auto layer = node.layer && *node.layer != node.name ? "in " + *node.layer : std::string();
    table.rows.push_back({node.name, node.op, node.runs_on.value_or(node.reason ? "does not run" : "-"),
                          node.reason.value_or(layer)});
  }
  return table;
}

std::string NetworkCheckPrintout::footer() const {
  std::map<std::string, size_t> counts;
  std::map<std::string, size_t> missing;
  for (const auto& node : check_.nodes) {
    if (node.runs_on) ++counts[*node.runs_on];
    if (is_fault(node)) ++missing[node.op];
  }
  if (check_.runs()) {
    std::string text;
    for (const auto& [unit, count] : counts)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, unit);
    return fmt::format("\nall {} nodes run: {}\n", check_.nodes.size(), text);
  }
  std::string text;
  size_t all = 0;
  for (const auto& [op, count] : missing) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", op, count);
    all += count;
  }
  text = all > 0 ? fmt::format("\n{} of {} nodes do not run: {}\n", all, check_.nodes.size(), text) : "\n";
  if (check_.other_obstacle) text += "does not run: " + *check_.other_obstacle + "\n";
  if (!check_.cut.empty())
    text += fmt::format("it runs up to these: --outputs '{}'\n", fmt::join(check_.cut, ","));
  return text;
}

std::vector<StatSection> describe_network_check() {
  constexpr const char* kWhere = "mmasim check";
  return {described(kWhere, "", network_check_keys()), described(kWhere, "nodes[]", node_keys())};
}

}  // namespace mmasim::sim
