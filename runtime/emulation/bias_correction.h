// Bias correction (quantization.md 6.2): quantized weights and activations shift the mean of each output
// channel; the bias takes the shift back. Means are of a layer's sums before its activation, over calibration
// samples, with the plan in float. Changes biases and nothing else.
#pragma once

#include <string>
#include <vector>

#include "runtime/calibrate/samples.h"
#include "runtime/choice.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime {

struct BiasCorrectionInfo {
  const char* name;
  const char* sentence;
  std::vector<ChoiceParameter> parameters;
  // The graph with other biases. plan: of that graph, with its weights.
  Graph (*apply)(const Graph& graph, const QuantPlan& plan, const Samples& samples, unsigned threads,
                 const ChoiceValues& values);
};

const std::vector<BiasCorrectionInfo>& bias_corrections();

bool is_bias_correction(const std::string& name);
void check_bias_correction(const Choice& choice);  // UserError
Graph correct_biases(const Graph& graph, const QuantPlan& plan, const Samples& samples, unsigned threads,
                     const Choice& choice);

}  // namespace mmasim::runtime
