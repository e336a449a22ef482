// Classifies the images of a dataset, in float or by a program, and scores the answers. The same answers for
// any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "isa/program.h"
#include "runtime/graph/graph.h"
#include "runtime/io/dataset.h"
#include "runtime/quantize/plan.h"
#include "sim/host/progress.h"

namespace mmasim::sim {

// What a network says of every image.
struct Answers {
  int64_t values_per_image = 0;
  std::vector<float> values;     // logits as floats, image by image
  std::vector<int64_t> classes;  // one per image: the lowest index of the largest logit
};

// Throws runtime::UserError unless the network has one output of one row an image.
void check_classifies(const runtime::Graph& graph);

Answers answer_in_float(const runtime::Graph& graph, const runtime::ImageSet& images, unsigned threads,
                        Progress& progress);
// Untimed. The program's batch is 1.
Answers answer_by_program(const isa::Program& program, const runtime::TensorPlan& input_plan,
                          const runtime::ImageSet& images, unsigned threads, Progress& progress);

double fraction_equal(const std::vector<int64_t>& a, const std::vector<int64_t>& b);

// Signal to quantization noise of all values, in decibels; none if there is no noise.
std::optional<double> sqnr_db(const Answers& exact, const Answers& quantized);

}  // namespace mmasim::sim
