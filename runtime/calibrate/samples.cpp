#include "runtime/calibrate/samples.h"

#include <algorithm>
#include <string>
#include <utility>

#include "runtime/graph/shape_text.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace {

using quantization::FloatViews;

int64_t first_axis(const Shape& shape) { return shape.empty() ? 1 : shape[0]; }

// Every input as the network takes it, whatever first axes those have: one run.
bool is_one_run(const Graph& graph, const FloatViews& samples) {
  for (size_t i = 0; i < samples.size(); ++i)
    if (samples[i]->shape != graph.tensors[graph.inputs[i]].shape) return false;
  return true;
}

// Samples in each array; all arrays must agree with each other and, but for the first axis, with the network.
int64_t count_samples(const Graph& graph, const FloatViews& samples) {
  if (samples.size() != graph.inputs.size()) {
    throw UserError("calibration gives " + std::to_string(samples.size()) + " arrays; the network has " +
                    std::to_string(graph.inputs.size()) + " inputs");
  }
  if (is_one_run(graph, samples)) return samples.empty() ? 0 : first_axis(samples[0]->shape);
  for (size_t i = 0; i < samples.size(); ++i) {
    const Tensor& input = graph.tensors[graph.inputs[i]];
    const Shape& shape = samples[i]->shape;
    const bool fits = shape.size() == input.shape.size() && !shape.empty() &&
                      std::equal(shape.begin() + 1, shape.end(), input.shape.begin() + 1);
    if (!fits) {
      throw UserError("calibration samples of input '" + input.name + "' have shape " + shape_text(shape) +
                      "; the network's is " + shape_text(input.shape) + ", the first axis being the sample");
    }
    if (shape[0] < 1 || shape[0] != samples[0]->shape[0]) {
      throw UserError("calibration has " + std::to_string(shape[0]) + " samples for input '" + input.name +
                      "' and " + std::to_string(samples[0]->shape[0]) +
                      " for the first input; at least 1, as many for each");
    }
  }
  return samples[0]->shape[0];
}

// Samples [first, first + batch) of one input; past the last one, that repeats.
FloatTensor batch_of(const FloatTensor& samples, const Shape& shape, int64_t first) {
  FloatTensor part;
  part.shape = shape;
  const int64_t count = samples.shape[0], each = static_cast<int64_t>(samples.values.size()) / count;
  part.values.reserve(static_cast<size_t>(each * shape[0]));
  for (int64_t i = 0; i < shape[0]; ++i) {
    const auto begin = samples.values.begin() + std::min(first + i, count - 1) * each;
    part.values.insert(part.values.end(), begin, begin + each);
  }
  return part;
}

}  // namespace

Samples::Samples(const Graph& graph, std::vector<const FloatTensor*> arrays) : arrays_(std::move(arrays)) {
  count_ = count_samples(graph, arrays_);
  for (const TensorId input : graph.inputs) shapes_.push_back(graph.tensors[input].shape);
  if (!shapes_.empty()) batch_ = std::max<int64_t>(first_axis(shapes_[0]), 1);
}

void Samples::with_run(int64_t run, const std::function<void(const FloatViews&)>& use) const {
  std::vector<FloatTensor> parts(arrays_.size());
  FloatViews inputs = arrays_;  // a single run is not copied
  for (size_t i = 0; i < arrays_.size(); ++i) {
    if (arrays_[i]->shape == shapes_[i]) continue;
    parts[i] = batch_of(*arrays_[i], shapes_[i], run * batch_);
    inputs[i] = &parts[i];
  }
  use(inputs);
}

}  // namespace mmasim::runtime
