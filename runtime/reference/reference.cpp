// Walks the network once, in its own order, and evaluates each node from the integers of its inputs. The
// operators' loops are in the files beside this one (step.h lists them).
#include "runtime/reference/reference.h"

#include <stdexcept>
#include <string>

#include "runtime/reference/node_operands.h"
#include "runtime/reference/real.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace reference {

int64_t inner_count(const Shape& shape, size_t axis) {
  int64_t count = 1;
  for (size_t i = axis + 1; i < shape.size(); ++i) count *= shape[i];
  return count;
}

int64_t channel_count(const Shape& shape, const AxisSpan& along) {
  int64_t count = 1;
  for (int64_t axis = along.first; axis < along.first + along.count; ++axis) count *= shape.at(axis);
  return count;
}

int64_t inner_count(const Shape& shape, const AxisSpan& along) {
  int64_t count = 1;
  for (size_t axis = along.first + along.count; axis < shape.size(); ++axis) count *= shape[axis];
  return count;
}

int64_t row_major_offset(const Shape& index, const Shape& shape) {
  int64_t offset = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) offset = offset * shape[axis] + index[axis];
  return offset;
}

namespace {

[[noreturn]] void fail(const std::string& what) { throw std::logic_error("reference: " + what); }

void check_sizes(const Graph& graph, const QuantPlan& plan, const std::vector<IntegerTensor>& inputs) {
  if (!plan.has_values) fail("the plan of '" + graph.name + "' has no values");
  if (plan.tensors.size() != graph.tensors.size() || plan.nodes.size() != graph.nodes.size()) {
    fail("the plan has " + std::to_string(plan.tensors.size()) + " tensors and " +
         std::to_string(plan.nodes.size()) + " nodes, the network " + std::to_string(graph.tensors.size()) +
         " and " + std::to_string(graph.nodes.size()));
  }
  if (inputs.size() != graph.inputs.size()) {
    fail(std::to_string(inputs.size()) + " inputs for " + std::to_string(graph.inputs.size()));
  }
}

// Every value must be one that the tensor's element can hold: later steps rely on it.
void check_values(const Tensor& tensor, const TensorPlan& plan, const IntegerTensor& data) {
  if (data.shape != tensor.shape || static_cast<int64_t>(data.values.size()) != element_count(tensor.shape)) {
    fail("tensor '" + tensor.name + "' has " + std::to_string(data.values.size()) +
         " values or a shape that is not " + std::to_string(element_count(tensor.shape)) +
         " in the network's");
  }
  if (plan.bits == 64) return;
  const int64_t low = plan.min(), high = plan.max();
  for (const int64_t value : data.values) {
    if (value < low || value > high) {
      fail("tensor '" + tensor.name + "' holds " + std::to_string(value) + ", which is not in " +
           std::to_string(low) + ".." + std::to_string(high));
    }
  }
}

bool traps(const NodePlan& plan) {
  const auto* linear = std::get_if<LinearPlan>(&plan);
  return linear != nullptr && linear->accumulator.overflow == isa::Overflow::trap;
}

NodeOperands make_step(const Graph& graph, const QuantPlan& plan, NodeId id,
                       const std::vector<IntegerTensor>& tensors) {
  const Node& node = graph.nodes[id];
  NodeOperands step{
      node, plan.nodes[id], {}, {}, graph.tensors[node.output].shape, plan.tensors[node.output]};
  for (const TensorId input : node.inputs) {
    step.x.push_back(&tensors[input]);
    step.x_plan.push_back(&plan.tensors[input]);
  }
  return step;
}

}  // namespace
}  // namespace reference

std::vector<IntegerTensor> run_reference(const Graph& graph, const QuantPlan& plan,
                                         const std::vector<IntegerTensor>& inputs, uint64_t* overflow_count,
                                         const std::function<void(NodeId)>& progress) {
  reference::check_sizes(graph, plan, inputs);
  std::vector<IntegerTensor> tensors(graph.tensors.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorId id = graph.inputs[i];
    reference::check_values(graph.tensors[id], plan.tensors[id], inputs[i]);
    tensors[id] = inputs[i];
  }
  uint64_t overflows = 0;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    if (progress) progress(id);
    reference::NodeOperands step = reference::make_step(graph, plan, id, tensors);
    IntegerTensor result =
        reference::is_real_step(step.plan)
            ? reference::evaluate_real(step)
            : std::visit([&](const auto& op) { return reference::evaluate(op, step); }, node.op);
    reference::check_values(graph.tensors[node.output], plan.tensors[node.output], result);
    tensors[node.output] = std::move(result);
    overflows += step.overflow_count;
    if (step.overflow_count > 0 && reference::traps(step.plan)) {
      throw UserError("reference: node '" + node.name + "': " + std::to_string(step.overflow_count) +
                      " accumulators left their width, and the overflow policy is trap");
    }
  }
  if (overflow_count) *overflow_count = overflows;
  return tensors;
}

}  // namespace mmasim::runtime
