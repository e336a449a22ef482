#include "runtime/transform/graph_rewriter.h"

#include <algorithm>
#include <set>
#include <utility>

#include "runtime/graph/prune.h"

namespace mmasim::runtime::importing {

GraphRewriter::GraphRewriter(const Graph& graph)
    : graph_(graph),
      before_(graph.nodes.size()),
      behind_(graph.nodes.size()),
      alive_(graph.nodes.size(), true),
      output_(graph.tensors.size(), false),
      producer_(graph.tensors.size()),
      readers_(graph.tensors.size()) {
  for (TensorId tensor : graph_.outputs) output_[tensor] = true;
  for (NodeId id = 0; id < node_count(); ++id) {
    producer_[node(id).output] = id;
    for (TensorId tensor : node(id).inputs) readers_[tensor].push_back(id);
  }
}

std::optional<NodeId> GraphRewriter::private_producer(NodeId id, size_t index) {
  const TensorId tensor = node(id).inputs[index];
  const std::optional<NodeId> found = producer_[tensor];
  const bool is_private = found && readers_[tensor].size() == 1 && !output_[tensor] &&
                          node(*found).activation.kind == Activation::Kind::none;
  return is_private ? found : std::nullopt;
}

void GraphRewriter::remove(NodeId id, NodeId heir, Order order) {
  alive_[id] = false;
  std::vector<std::string>& names = node(heir).covers;
  const auto place = order == Order::before ? names.begin() : names.end();
  names.insert(place, node(id).covers.begin(), node(id).covers.end());
  for (TensorId tensor : node(id).inputs) drop_reader(tensor, id);
  if (producer_[node(id).output] == id) producer_[node(id).output].reset();
}

void GraphRewriter::set_input(NodeId id, size_t index, TensorId tensor) {
  drop_reader(node(id).inputs[index], id);
  node(id).inputs[index] = tensor;
  readers_[tensor].push_back(id);
}

void GraphRewriter::set_inputs(NodeId id, std::vector<TensorId> tensors) {
  for (TensorId tensor : node(id).inputs) drop_reader(tensor, id);
  for (TensorId tensor : tensors) readers_[tensor].push_back(id);
  node(id).inputs = std::move(tensors);
}

void GraphRewriter::set_output(NodeId id, TensorId tensor) {
  producer_[node(id).output].reset();
  node(id).output = tensor;
  producer_[tensor] = id;
}

void GraphRewriter::move_readers(TensorId from, TensorId to) {
  for (NodeId reader : readers_[from]) {
    for (TensorId& input : node(reader).inputs) {
      if (input == from) input = to;
    }
    readers_[to].push_back(reader);
  }
  readers_[from].clear();
}

NodeId GraphRewriter::append(Node added) {
  const NodeId fresh = node_count();
  producer_[added.output] = fresh;
  for (TensorId tensor : added.inputs) readers_[tensor].push_back(fresh);
  graph_.nodes.push_back(std::move(added));
  alive_.push_back(true);
  before_.emplace_back();
  behind_.emplace_back();
  return fresh;
}

void GraphRewriter::insert_after(NodeId id, Node added) {
  const NodeId fresh = append(std::move(added));
  behind_[id].insert(behind_[id].begin(), fresh);  // what stood there reads what it gives now
}

void GraphRewriter::insert_before(NodeId id, Node added) {
  const NodeId fresh = append(std::move(added));
  before_[id].push_back(fresh);
}

TensorId GraphRewriter::add_tensor(const std::string& name, Shape shape) {
  if (names_.empty()) {
    for (const Tensor& tensor : graph_.tensors) names_.insert(tensor.name);
  }
  std::string unique = name;
  for (int copy = 2; !names_.insert(unique).second; ++copy) unique = name + "#" + std::to_string(copy);
  graph_.tensors.push_back({unique, std::move(shape)});
  output_.push_back(false);
  producer_.emplace_back();
  readers_.emplace_back();
  return static_cast<TensorId>(graph_.tensors.size() - 1);
}

Graph GraphRewriter::take() {
  std::vector<Node> ordered;
  std::vector<bool> beside(graph_.nodes.size(), false);
  for (const auto* places : {&before_, &behind_}) {
    for (const auto& inserted : *places) {
      for (NodeId id : inserted) beside[id] = true;
    }
  }
  // Depth first: what stands before a node comes right before it, what stands behind it follows at once.
  struct Waiting {
    NodeId id;
    bool is_surrounded;
  };
  std::vector<Waiting> waiting;
  const auto wait = [&](const std::vector<NodeId>& ids) {
    for (auto id = ids.rbegin(); id != ids.rend(); ++id) waiting.push_back({*id, false});
  };
  for (NodeId id = node_count(); id-- > 0;) {
    if (!beside[id]) waiting.push_back({id, false});
  }
  while (!waiting.empty()) {
    const Waiting next = waiting.back();
    waiting.pop_back();
    if (next.is_surrounded) {
      if (alive_[next.id]) ordered.push_back(std::move(node(next.id)));
      continue;
    }
    wait(behind_[next.id]);
    waiting.push_back({next.id, true});
    wait(before_[next.id]);
  }
  graph_.nodes = std::move(ordered);
  prune(graph_);
  return std::move(graph_);
}

void GraphRewriter::drop_reader(TensorId tensor, NodeId id) {
  std::vector<NodeId>& readers = readers_[tensor];
  const auto found = std::find(readers.begin(), readers.end(), id);
  if (found != readers.end()) readers.erase(found);
}

}  // namespace mmasim::runtime::importing
