#include "runtime/import/file/file_structure.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <set>
#include <unordered_set>

#include "runtime/import/file/limits.h"
#include "runtime/import/file/printable.h"

namespace mmasim::runtime::importing {
namespace {

void require_name(const std::string& name, const std::string& what) {
  if (!is_name(name)) refuse("the name of " + what + " is not UTF-8 text");
}

// Parameters rather than data: where a graph input without values is a weight.
bool is_parameter(const std::string& op, int input) {
  if (op == "Conv" || op == "ConvTranspose" || op == "Gemm") return input == 1 || input == 2;
  if (op == "MatMul" || op == "PRelu") return input == 1;
  if (op == "BatchNormalization") return input >= 1 && input <= 4;
  return false;
}

// A constant stays one through these, so what their result is used as, their first input is used as.
bool passes_through(const std::string& op) {
  static const std::set<std::string> kOperators = {"Identity",  "Transpose", "Reshape", "Squeeze",
                                                   "Unsqueeze", "Cast",      "Flatten"};
  return kOperators.count(op) != 0;
}

class Analysis {
 public:
  Analysis(const onnx::GraphProto& graph, const std::vector<std::string>& outputs)
      : graph_(graph), wanted_(outputs) {}

  FileStructure run() {
    name_nodes();
    index_declarations();
    index_producers();
    require_declared();
    sort();
    keep_needed();
    sort_inputs();
    return std::move(result_);
  }

 private:
  const onnx::NodeProto& node(int index) const { return graph_.node(index); }
  std::string text(int index) const { return node_text(result_.node_names[index], node(index).op_type()); }

  void name_nodes() {
    std::unordered_set<std::string> taken;
    for (int i = 0; i < graph_.node_size(); ++i) {
      require_name(node(i).op_type(), "an operator (node " + std::to_string(i) + ")");
      require_name(node(i).name(), "node " + std::to_string(i) + " (" + node(i).op_type() + ")");
      const std::string wanted =
          node(i).name().empty() ? node(i).op_type() + "_" + std::to_string(i) : node(i).name();
      std::string unique = wanted;
      for (int copy = i; !taken.insert(unique).second; ++copy) unique = wanted + "#" + std::to_string(copy);
      result_.node_names.push_back(unique);
    }
  }

  void index_declarations() {
    for (const auto& tensor : graph_.initializer()) {
      require_name(tensor.name(), "an initializer");
      if (!result_.initializers.emplace(tensor.name(), &tensor).second) {
        refuse("initializer '" + tensor.name() + "' is declared twice");
      }
    }
    if (graph_.sparse_initializer_size() > 0) refuse("sparse initializers are not supported");
    for (const auto& input : graph_.input()) {
      require_name(input.name(), "an input");
      if (!inputs_.insert(input.name()).second) refuse("input '" + input.name() + "' is declared twice");
    }
    std::unordered_set<std::string> outputs;
    for (const auto& name : wanted_) {
      require_name(name, "an output");
      if (!outputs.insert(name).second) refuse("output '" + name + "' is declared twice");
    }
    if (outputs.empty()) refuse("the network has no outputs");
  }

  bool is_declared(const std::string& name) const {
    return inputs_.count(name) || result_.initializers.count(name);
  }

  void index_producers() {
    for (int i = 0; i < graph_.node_size(); ++i) {
      for (const std::string& name : node(i).output()) {
        if (name.empty()) continue;
        require_name(name, "an output of " + text(i));
        if (is_declared(name))
          refuse(text(i) + ": output '" + name + "' is already an input or initializer of the network");
        const auto [other, fresh] = producer_.emplace(name, i);
        if (!fresh) refuse(text(i) + ": output '" + name + "' is already produced by " + text(other->second));
      }
    }
  }

  void require_declared() const {
    const auto known = [&](const std::string& name) {
      return producer_.count(name) != 0 || is_declared(name);
    };
    for (int i = 0; i < graph_.node_size(); ++i) {
      for (const std::string& name : node(i).input()) {
        if (!name.empty() && !known(name)) {
          require_name(name, "an input of " + text(i));
          refuse(text(i) + ": input '" + name +
                 "' is produced by no node and is neither input nor initializer of the network");
        }
      }
    }
    for (const auto& name : wanted_) {
      if (!known(name)) refuse("output '" + name + "' of the network is produced by no node");
    }
  }

  std::vector<int> predecessors(int index) const {
    std::vector<int> found;
    for (const std::string& name : node(index).input()) {
      const auto producer = producer_.find(name);
      if (producer != producer_.end()) found.push_back(producer->second);
    }
    return found;
  }

  void sort() {
    std::vector<std::vector<int>> successors(graph_.node_size());
    std::vector<int> waits_for(graph_.node_size(), 0);
    std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
    for (int i = 0; i < graph_.node_size(); ++i) {
      for (int before : predecessors(i)) {
        successors[before].push_back(i);
        ++waits_for[i];
      }
      if (waits_for[i] == 0) ready.push(i);
    }
    while (!ready.empty()) {
      const int next = ready.top();
      ready.pop();
      result_.order.push_back(next);
      for (int after : successors[next]) {
        if (--waits_for[after] == 0) ready.push(after);
      }
    }
    if (result_.order.size() != static_cast<size_t>(graph_.node_size())) refuse_cycle(waits_for);
  }

  // Every node that still waits has a predecessor that waits: walking backwards must come round.
  [[noreturn]] void refuse_cycle(const std::vector<int>& waits_for) const {
    const auto waits = [&](int index) { return waits_for[index] > 0; };
    int at = 0;
    while (!waits(at)) ++at;
    std::vector<bool> seen(waits_for.size(), false);
    for (bool round = false; !round; round = seen[at]) {
      seen[at] = true;
      const std::vector<int> before = predecessors(at);
      at = *std::find_if(before.begin(), before.end(), waits);
    }
    refuse(text(at) + ": the network is cyclic: this node depends on its own output");
  }

  void keep_needed() {
    std::unordered_set<std::string> needed;
    for (const auto& name : wanted_) {
      needed.insert(name);
      ++result_.uses[name];
    }
    std::vector<int> kept;
    for (auto at = result_.order.rbegin(); at != result_.order.rend(); ++at) {
      const auto& outputs = node(*at).output();
      if (std::none_of(outputs.begin(), outputs.end(),
                       [&](const auto& name) { return needed.count(name) != 0; }))
        continue;
      kept.push_back(*at);
      for (const std::string& name : node(*at).input()) {
        needed.insert(name);
        if (!name.empty()) ++result_.uses[name];
      }
    }
    std::reverse(kept.begin(), kept.end());
    result_.order = std::move(kept);
  }

  // MatMul takes matrices as weights, perhaps with dimensions of 1 before them; others are data.
  void add_stacks_of_matrices(std::unordered_set<std::string>& data) const {
    std::unordered_set<std::string> stacks;
    for (const auto& input : graph_.input()) {
      const auto& dimensions = input.type().tensor_type().shape().dim();
      int first = 0;
      while (first < dimensions.size() && dimensions[first].dim_value() == 1) ++first;
      if (dimensions.size() - first > 2) stacks.insert(input.name());
    }
    for (const int index : result_.order) {
      const auto& product = node(index);
      if (product.op_type() != "MatMul" || product.input_size() < 2) continue;
      if (stacks.count(product.input(1))) data.insert(product.input(1));
    }
  }

  void sort_inputs() {
    std::unordered_set<std::string> data;
    add_stacks_of_matrices(data);
    data.insert(wanted_.begin(), wanted_.end());
    for (auto at = result_.order.rbegin(); at != result_.order.rend(); ++at) {
      const std::string& op = node(*at).op_type();
      for (int i = 0; i < node(*at).input_size(); ++i) {
        const bool to_data = node(*at).output_size() > 0 && data.count(node(*at).output(0)) != 0;
        const bool as_data = i == 0 && passes_through(op) ? to_data : !is_parameter(op, i);
        if (as_data) data.insert(node(*at).input(i));
      }
    }
    for (const auto& input : graph_.input()) {
      const std::string& name = input.name();
      if (result_.initializers.count(name) || !result_.uses.count(name)) continue;
      (data.count(name) ? result_.inputs : result_.declared_weights).push_back(&input);
    }
  }

  const onnx::GraphProto& graph_;
  const std::vector<std::string>& wanted_;  // outputs
  FileStructure result_;
  std::unordered_set<std::string> inputs_;
  std::unordered_map<std::string, int> producer_;
};

}  // namespace

std::string node_text(const std::string& name, const std::string& op) {
  return "node '" + name + "' (" + op + ")";
}

FileStructure analyse(const onnx::GraphProto& graph, const std::vector<std::string>& outputs) {
  return Analysis(graph, outputs).run();
}

std::vector<std::string> output_names(const onnx::GraphProto& graph) {
  std::vector<std::string> names;
  for (const auto& output : graph.output()) names.push_back(output.name());
  return names;
}

}  // namespace mmasim::runtime::importing
