// Checks of a whole Graph. A failure is a bug of the step that made it, so it throws std::logic_error; what a
// user may get wrong is the importer's to say.
#include <set>
#include <stdexcept>
#include <string>

#include "runtime/graph/graph.h"
#include "runtime/graph/shape_text.h"

namespace mmasim::runtime {
namespace {

class Verifier {
 public:
  explicit Verifier(const Graph& graph)
      : graph_(graph), defined_(graph.tensors.size(), false), used_(graph.tensors.size(), false) {}

  void run() {
    for (TensorId input : graph_.inputs) define(input, "the graph's inputs");
    for (const Node& node : graph_.nodes) check(node);
    for (TensorId output : graph_.outputs) {
      require_index(output, "the graph's outputs");
      require(defined_[output], "the graph's outputs",
              "'" + graph_.tensors[output].name + "' is never produced");
      used_[output] = true;
    }
    check_tensors();
  }

 private:
  static void require(bool holds, const std::string& where, const std::string& what) {
    if (!holds) throw std::logic_error("verify: " + where + ": " + what);
  }

  void require_index(TensorId tensor, const std::string& where) const {
    require(tensor < graph_.tensors.size(), where,
            "tensor " + std::to_string(tensor) + " of " + std::to_string(graph_.tensors.size()));
  }

  void define(TensorId tensor, const std::string& where) {
    require_index(tensor, where);
    require(!defined_[tensor], where, "tensor '" + graph_.tensors[tensor].name + "' is produced twice");
    defined_[tensor] = true;
  }

  void check(const Node& node) {
    const std::string where = "node '" + node.name + "' (" + operator_name(node.op) + ")";
    std::vector<Shape> shapes;
    for (TensorId input : node.inputs) {
      require_index(input, where);
      require(defined_[input], where, "reads '" + graph_.tensors[input].name + "' before it is produced");
      used_[input] = true;
      shapes.push_back(graph_.tensors[input].shape);
    }
    define(node.output, where);
    const Shape& declared = graph_.tensors[node.output].shape;
    Shape inferred;
    try {
      inferred = infer_shape(node.op, shapes, declared);
    } catch (const std::invalid_argument& fault) {
      require(false, where, fault.what());
    }
    require(inferred == declared, where,
            "gives " + shape_text(inferred) + " but its output has shape " + shape_text(declared));
    check_activation(node, where);
    for (const std::string& name : node.covers) {
      require(covered_.insert(name).second, where, "covers '" + name + "', which another node covers too");
    }
  }

  static void check_activation(const Node& node, const std::string& where) {
    const Activation& activation = node.activation;
    const bool none = activation.kind == Activation::Kind::none;
    require(!(none && std::holds_alternative<Clip>(node.op)), where, "has no activation");
    require(activation.kind != Activation::Kind::clip || activation.low <= activation.high, where,
            "clips to " + std::to_string(activation.low) + ".." + std::to_string(activation.high));
  }

  void check_tensors() const {
    std::set<std::string> names;
    for (TensorId id = 0; id < graph_.tensors.size(); ++id) {
      const Tensor& tensor = graph_.tensors[id];
      const std::string where = "tensor '" + tensor.name + "'";
      require(defined_[id], where, "never produced");
      require(used_[id], where, "never used");
      require(names.insert(tensor.name).second, where, "another has the same name");
      for (int64_t dimension : tensor.shape)
        require(dimension > 0, where, "has shape " + shape_text(tensor.shape));
    }
  }

  const Graph& graph_;
  std::vector<bool> defined_, used_;
  std::set<std::string> covered_;
};

}  // namespace

void verify(const Graph& graph) { Verifier(graph).run(); }

}  // namespace mmasim::runtime
