// Ranges of every tensor: the float network over all samples, a batch at a time, keeping two numbers a
// tensor.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "isa/kit/simd.h"
#include "runtime/calibrate/calibrate.h"
#include "runtime/float_network/float_network.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

using quantization::FloatViews;

constexpr size_t kLanes = 16;

// Smallest and largest of each lane (element i belongs to lane i % 16); all_finite is 0 after infinity or
// NaN.
MMASIM_SIMD_CLONES void lane_ranges(const float* values, size_t count, float* low, float* high,
                                    uint32_t* finite) {
  uint32_t bad[kLanes] = {};
  for (size_t i = 0; i + kLanes <= count; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float v = values[i + lane];
      low[lane] = v < low[lane] ? v : low[lane];
      high[lane] = v > high[lane] ? v : high[lane];
      uint32_t bits;
      std::memcpy(&bits, &v, sizeof bits);
      bad[lane] |= (bits & 0x7f800000u) == 0x7f800000u ? 1u : 0u;
    }
  }
  for (size_t lane = 0; lane < kLanes; ++lane) *finite &= bad[lane] ^ 1u;
}

// None if a value is not finite.
std::optional<Range> range_of(const std::vector<float>& values) {
  if (values.empty()) return Range{};
  float low[kLanes], high[kLanes];
  std::fill_n(low, kLanes, values[0]);
  std::fill_n(high, kLanes, values[0]);
  uint32_t finite = 1;
  lane_ranges(values.data(), values.size(), low, high, &finite);
  float smallest = *std::min_element(low, low + kLanes), largest = *std::max_element(high, high + kLanes);
  for (size_t i = values.size() / kLanes * kLanes; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) finite = 0;
    smallest = std::min(smallest, values[i]);
    largest = std::max(largest, values[i]);
  }
  if (!finite) return std::nullopt;
  return Range{smallest + 0.0, largest + 0.0};  // no negative zero
}

[[noreturn]] void fail_not_finite(const Graph& graph, TensorId id, const FloatTensor& tensor,
                                  int64_t first_sample, int64_t batch) {
  const auto bad =
      std::find_if(tensor.values.begin(), tensor.values.end(), [](float v) { return !std::isfinite(v); });
  const int64_t index = bad - tensor.values.begin();
  const bool has_batch = !tensor.shape.empty() && tensor.shape[0] == batch;
  const int64_t sample =
      first_sample + (has_batch ? index / (static_cast<int64_t>(tensor.values.size()) / batch) : 0);
  throw UserError("calibration sample " + std::to_string(sample) + ": tensor '" + graph.tensors[id].name +
                  "' has a value that is not finite (" + (std::isnan(*bad) ? "nan" : "infinity") +
                  "); samples and weights must give finite values");
}

std::string shape_text(const Shape& shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}

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

Ranges calibrate(const Graph& graph, const std::vector<const FloatTensor*>& samples, unsigned threads) {
  const int64_t count = count_samples(graph, samples);
  const int64_t batch =
      samples.empty() ? 1 : std::max<int64_t>(first_axis(graph.tensors[graph.inputs[0]].shape), 1);
  std::vector<std::optional<Range>> seen(graph.tensors.size());
  for (int64_t first = 0; first < count; first += batch) {
    std::vector<FloatTensor> parts(samples.size());
    FloatViews inputs = samples;  // a single batch is not copied
    for (size_t i = 0; i < samples.size(); ++i) {
      const Shape& shape = graph.tensors[graph.inputs[i]].shape;
      if (samples[i]->shape == shape) continue;
      parts[i] = batch_of(*samples[i], shape, first);
      inputs[i] = &parts[i];
    }
    const auto widen = [&](TensorId id, const FloatTensor& tensor) {
      const std::optional<Range> range = range_of(tensor.values);
      if (!range) fail_not_finite(graph, id, tensor, first, batch);
      if (!seen[id]) seen[id] = *range;
      seen[id]->low = std::min(seen[id]->low, range->low);
      seen[id]->high = std::max(seen[id]->high, range->high);
    };
    quantization::execute(graph, inputs, threads, quantization::Lifetime::until_last_use, widen);
  }
  Ranges ranges;
  for (const auto& range : seen) ranges.push_back(range.value_or(Range{}));
  return ranges;
}

Ranges calibrate(const Graph& graph, const std::vector<FloatTensor>& samples, unsigned threads) {
  return calibrate(graph, quantization::views_of(samples), threads);
}

}  // namespace mmasim::runtime
