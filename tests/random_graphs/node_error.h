// What one node may add to the error of its operands (float_error.h): an error for every result, and the
// coarsest step its output may have. Written from quantization.md; reads of the plan only the steps of the
// operands.
#pragma once

#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"

namespace mmasim::random_graphs {

struct NodeRun {
  const runtime::Node& node;
  const runtime::QuantSpec& spec;
  std::vector<runtime::TensorPlan> operands;  // plans of the inputs
  std::vector<runtime::FloatTensor> values;   // of the inputs: what their integers stand for
  std::vector<runtime::IntegerTensor> integers;
  runtime::FloatTensor exact;  // the operator on `values`, without the activation
};

struct NodeError {
  std::vector<double> of_result;  // beside the rounding to the output's grid
  double smallest_step = 0;       // a step up to this is explained by the operands, whatever the range
  double margin = 1;              // of the range
  bool keeps_grid = false;        // the output has its operand's grid, and its very integers
  bool fixed_grid = false;        // of [0, 1]
};

NodeError error_of(const NodeRun& run);

// The operator of a node alone, on other values and perhaps with other constants.
runtime::FloatTensor run_alone(const runtime::Operator& op, const std::vector<runtime::FloatTensor>& values,
                               const runtime::Shape& result);

}  // namespace mmasim::random_graphs
