// One node of the network with all that its operator's loops read. The functions below are the operators;
// each gives the integers of its node's output.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "runtime/reference/arithmetic.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime::reference {

struct NodeOperands {
  const Node& node;
  const NodePlan& plan;
  std::vector<const IntegerTensor*> x;
  std::vector<const TensorPlan*> x_plan;
  const Shape& y_shape;
  const TensorPlan& y_plan;
  uint64_t overflow_count = 0;  // written by the linear operators

  // The plan of the node's operator; a node with another one is a bug of make_plan.
  template <class Plan>
  const Plan& plan_as() const {
    const Plan* found = std::get_if<Plan>(&plan);
    if (!found) {
      throw std::logic_error("node '" + node.name + "' (" + operator_name(node.op) + ") has plan kind " +
                             std::to_string(plan.index()) + ", which is not its operator's");
    }
    return *found;
  }
};

// Elements along the axes of a span, and in one step along them.
int64_t channel_count(const Shape& shape, const AxisSpan& along);
int64_t inner_count(const Shape& shape, const AxisSpan& along);

// Elements in one step along `axis`: the product of the dimensions after it.
int64_t inner_count(const Shape& shape, size_t axis);

// Calls visit(index) for every index of the shape, in row-major order.
template <class Visit>
void for_each_index(const Shape& shape, Visit visit) {
  Shape index(shape.size(), 0);
  for (int64_t remaining = element_count(shape); remaining > 0; --remaining) {
    visit(static_cast<const Shape&>(index));
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

int64_t row_major_offset(const Shape& index, const Shape& shape);

// linear.cpp: sums of products through an accumulator and the output stage
IntegerTensor evaluate(const Conv& conv, NodeOperands& step);
IntegerTensor evaluate(const ConvTranspose& conv, NodeOperands& step);
IntegerTensor evaluate(const Gemm& gemm, NodeOperands& step);
IntegerTensor evaluate(const BatchNorm& norm, NodeOperands& step);

// elementwise.cpp
IntegerTensor evaluate(const Clip& clip, const NodeOperands& step);
IntegerTensor evaluate(const Prelu& prelu, const NodeOperands& step);
IntegerTensor evaluate(const Unary& unary, const NodeOperands& step);
IntegerTensor evaluate(const Add& add, const NodeOperands& step);
IntegerTensor evaluate(const Sub& sub, const NodeOperands& step);
IntegerTensor evaluate(const Mul& mul, const NodeOperands& step);

// pooling.cpp
IntegerTensor evaluate(const MaxPool& pool, const NodeOperands& step);
IntegerTensor evaluate(const AveragePool& pool, const NodeOperands& step);
IntegerTensor evaluate(const GlobalAveragePool& pool, const NodeOperands& step);

// movement.cpp: values keep or change their place
IntegerTensor evaluate(const Concat& concat, const NodeOperands& step);
IntegerTensor evaluate(const Pad& pad, const NodeOperands& step);
IntegerTensor evaluate(const Reshape& reshape, const NodeOperands& step);
IntegerTensor evaluate(const Transpose& transpose, const NodeOperands& step);
IntegerTensor evaluate(const Slice& slice, const NodeOperands& step);

// resize.cpp
IntegerTensor evaluate(const Resize& resize, const NodeOperands& step);

// table.cpp: tables, and what works along one axis
// table[position], or with fraction bits the point between the two knots that position lies between
int128 look_up(const std::vector<int64_t>& table, uint32_t fraction_bits, int64_t position);
IntegerTensor evaluate(const Softmax& softmax, const NodeOperands& step);
IntegerTensor evaluate(const ArgMax& argmax, const NodeOperands& step);

}  // namespace mmasim::runtime::reference
