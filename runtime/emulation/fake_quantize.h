// A plan's grids and weights in float: what rounding and saturation do to values, without the integer
// arithmetic between. For measuring and correcting; what is executed comes from the plan's integers alone.
#pragma once

#include "runtime/float_network/float_network.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

// Values rounded to the tensor's grid and saturated, as floats again.
void put_on_grid(const TensorPlan& plan, FloatTensor& values);

// The graph with the plan's integer weights in place of the float ones, divided by their steps. The plan must
// still have its weights: std::logic_error.
Graph with_quantized_weights(const Graph& graph, const QuantPlan& plan);

// Puts every tensor of a float run on its grid.
class FakeQuantizer : public Hook {
 public:
  explicit FakeQuantizer(const QuantPlan& plan) : plan_(plan) {}
  bool replaces(TensorId) const override { return true; }
  void replace(TensorId id, FloatTensor& values) override { put_on_grid(plan_.tensors[id], values); }

 private:
  const QuantPlan& plan_;
};

}  // namespace mmasim::runtime
