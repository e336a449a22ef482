// Answers to the images of a dataset, in float or by a program, and what they are worth. The same answers for
// any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "isa/program.h"
#include "runtime/graph/graph.h"
#include "runtime/io/dataset.h"
#include "runtime/quantize/plan.h"
#include "sim/host/progress.h"
#include "sim/report/evaluation.h"

namespace mmasim::sim {

// Where the values of one output lie among an image's, and how they are compared: the largest along an axis
// names a class, or the values are classes themselves.
struct AnswerPart {
  std::string name;
  int64_t first = 0;                        // among the values of an image
  int64_t outer = 1, along = 1, inner = 1;  // positions, classes, positions

  int64_t count() const { return outer * along * inner; }
};

// Classes lie along the channels of a map, or along the last axis; behind an ArgMax they are the values.
std::vector<AnswerPart> answer_parts(const runtime::Graph& graph);

// What a network says of every image.
struct Answers {
  std::vector<AnswerPart> parts;  // one per output
  int64_t values_per_image = 0;
  std::vector<float> values;     // of all outputs as floats, image by image
  std::vector<int64_t> classes;  // one per image: the lowest index of the first output's largest value
};

// Throws runtime::UserError unless the network takes one image at a time, and unless it has one output of one
// row for it where it is to classify.
void check_classifies(const runtime::Graph& graph);
void check_answers_images(const runtime::Graph& graph);

// Both hold every value: throws runtime::UserError where they are too many.
Answers answer_in_float(const runtime::Graph& graph, const runtime::ImageSet& images, unsigned threads,
                        Progress& progress);
// Untimed. The program's batch is 1; `parts` are those of the float network.
Answers answer_by_program(const isa::Program& program, const std::vector<AnswerPart>& parts,
                          const runtime::TensorPlan& input_plan, const runtime::ImageSet& images,
                          unsigned threads, Progress& progress);

// labels: one per image; empty: none, and then agreement is that of all outputs' positions together.
AccuracyFacts accuracy_of(const Answers& exact, const Answers& answers, const std::vector<int64_t>& labels);

double fraction_equal(const std::vector<int64_t>& a, const std::vector<int64_t>& b);

// Signal to quantization noise of all values, or of one output's, in decibels; none if there is no noise.
std::optional<double> sqnr_db(const Answers& exact, const Answers& quantized);
std::optional<double> sqnr_db(const Answers& exact, const Answers& quantized, const AnswerPart& part);

// Share of an output's positions, over all images, that have the same class.
double agreement(const Answers& exact, const Answers& quantized, const AnswerPart& part);

}  // namespace mmasim::sim
