// A graph under rewriting: who produces and who reads each tensor stays known while nodes merge and vanish.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "runtime/graph/graph.h"

namespace mmasim::runtime::importing {

class GraphRewriter {
 public:
  explicit GraphRewriter(const Graph& graph);

  NodeId node_count() const { return static_cast<NodeId>(graph_.nodes.size()); }
  bool is_alive(NodeId id) const { return alive_[id]; }
  Node& node(NodeId id) { return graph_.nodes[id]; }
  const Shape& shape(TensorId tensor) const { return graph_.tensors[tensor].shape; }
  bool is_output(TensorId tensor) const { return output_[tensor]; }

  std::optional<NodeId> producer(TensorId tensor) const { return producer_[tensor]; }
  const std::vector<NodeId>& readers(TensorId tensor) const { return readers_[tensor]; }  // one entry a use

  // The producer of input `index` of a node, if nothing but that input reads what it produces and it has no
  // activation.
  std::optional<NodeId> private_producer(NodeId id, size_t index = 0);

  // Removes a node whose work `heir` does from now on; what read its result must have been re-pointed.
  enum class Order { before, after };  // where the removed node's names go among the heir's
  void remove(NodeId id, NodeId heir, Order order);

  void set_input(NodeId id, size_t index, TensorId tensor);
  void set_inputs(NodeId id, std::vector<TensorId> tensors);
  void set_output(NodeId id, TensorId tensor);  // its former output must have no reader
  void move_readers(TensorId from, TensorId to);
  void insert_after(NodeId id, Node node);   // node reads id's output; stands right behind it
  void insert_before(NodeId id, Node node);  // id is to read node's output; takes a place before it
  TensorId add_tensor(const std::string& name, Shape shape);

  Graph take();

 private:
  void drop_reader(TensorId tensor, NodeId id);
  NodeId append(Node node);

  Graph graph_;
  std::vector<std::vector<NodeId>> before_, behind_;  // nodes that stand around one, by its id
  std::unordered_set<std::string> names_;             // of the tensors; empty until one is added
  std::vector<bool> alive_, output_;
  std::vector<std::optional<NodeId>> producer_;
  std::vector<std::vector<NodeId>> readers_;
};

}  // namespace mmasim::runtime::importing
