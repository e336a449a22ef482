// Bias correction (quantization.md 6.2): quantized weights and activations shift the mean of each output
// channel; the bias takes the shift back. Means are of a layer's sums before its activation, over calibration
// samples, with the plan in float. Changes biases and nothing else.
#pragma once

#include "runtime/calibrate/samples.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "runtime/transform/sample_corrections.h"

namespace mmasim::runtime {

// choice: a row of sample_corrections(). plan: of the graph, with its weights. Gives the graph with other
// biases.
Graph correct_biases(const Graph& graph, const QuantPlan& plan, const Samples& samples, unsigned threads,
                     const Choice& choice);

// Gives each layer the bias of the one that makes the tensor of that name in another graph, where both have
// as many channels.
void copy_biases(const Graph& from, Graph& to);

}  // namespace mmasim::runtime
