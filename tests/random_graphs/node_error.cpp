#include "tests/random_graphs/node_error.h"

#include <algorithm>
#include <cmath>

#include "runtime/float_network/run_float.h"

namespace mmasim::random_graphs {
namespace {

using runtime::FloatTensor;
using runtime::QuantSpec;

// binary32 arithmetic of the float network, relative to the magnitudes that are added.
constexpr double kFloatNoise = 1.0 / (1 << 17);
// A sum of n terms in binary32 rounds n - 1 times, each by 2^-24 of what is summed so far at most.
double noise_of_sum(int64_t terms) {
  return std::max(kFloatNoise, std::ldexp(static_cast<double>(terms), -24));
}

FloatTensor magnitudes(FloatTensor tensor) {
  for (auto& value : tensor.values) value = std::fabs(value);
  return tensor;
}

std::vector<FloatTensor> magnitudes_of(const std::vector<FloatTensor>& tensors) {
  std::vector<FloatTensor> all;
  for (const auto& tensor : tensors) all.push_back(magnitudes(tensor));
  return all;
}

double largest(const FloatTensor& tensor) {
  double most = 0;
  for (const float value : tensor.values) most = std::max(most, std::fabs(static_cast<double>(value)));
  return most;
}

double step_of(const runtime::TensorPlan& plan) { return 1.0 / plan.inv_step; }

bool shifts_alone(const QuantSpec& spec) { return spec.requant == QuantSpec::Requant::shift; }

// Layers with weights.

struct Granules {
  std::vector<double> largest_weight, largest_bias;  // one per output channel
  int64_t inner = 1;                                 // results of one channel that lie together
};

std::shared_ptr<const std::vector<float>> mapped(const runtime::Weights& weights, float (*map)(float)) {
  auto values = std::make_shared<std::vector<float>>(*weights.values);
  for (auto& value : *values) value = map(value);
  return values;
}

float to_one(float) { return 1.0f; }

// The output channel of a weight: the first axis, but for ConvTranspose the second, of each group.
template <class Op>
int64_t channel_of(const Op& op, int64_t index, int64_t) {
  return index / (runtime::element_count(op.weights.shape) / op.weights.shape[0]);
}
int64_t channel_of(const runtime::ConvTranspose& op, int64_t index, int64_t) {
  const auto& shape = op.weights.shape;
  const int64_t taps = shape[2] * shape[3], input = index / (shape[1] * taps);
  return input / (shape[0] / op.groups) * shape[1] + index / taps % shape[1];
}

template <class Op>
int64_t channels_of(const Op& op) {
  return op.weights.shape[0];
}
int64_t channels_of(const runtime::ConvTranspose& op) { return op.weights.shape[1] * op.groups; }

template <class Op>
Granules granules_of(const Op& op) {
  Granules granules;
  const auto channels = static_cast<size_t>(channels_of(op));
  granules.largest_weight.assign(channels, 0);
  granules.largest_bias.assign(channels, 0);
  const auto count = runtime::element_count(op.weights.shape);
  for (int64_t i = 0; i < count; ++i) {
    const auto channel = static_cast<size_t>(channel_of(op, i, count));
    const double scale = op.weight_scale.empty() ? 1.0 : op.weight_scale[channel];
    granules.largest_weight[channel] =
        std::max(granules.largest_weight[channel], std::fabs((*op.weights.values)[i] * scale));
  }
  for (size_t c = 0; c < op.bias.size(); ++c) granules.largest_bias[c] = std::fabs(op.bias[c]);
  return granules;
}

Granules granules_of(const runtime::BatchNorm& op) {
  Granules granules;
  for (const double scale : op.scale) granules.largest_weight.push_back(std::fabs(scale));
  for (const double shift : op.shift) granules.largest_bias.push_back(std::fabs(shift));
  return granules;
}

// The operator with weights of one and no bias: the sum of the operands' magnitudes under every window.
template <class Op>
runtime::Operator of_ones(Op op) {
  op.weights.values = mapped(op.weights, to_one);
  op.weight_scale.clear();
  op.bias.clear();
  return op;
}
runtime::Operator of_ones(runtime::BatchNorm op) {
  std::fill(op.scale.begin(), op.scale.end(), 1.0);
  std::fill(op.shift.begin(), op.shift.end(), 0.0);
  return op;
}

template <class Op>
runtime::Operator of_magnitudes(Op op) {
  op.weights.values = mapped(op.weights, std::fabs);
  for (auto& scale : op.weight_scale) scale = std::fabs(scale);
  for (auto& bias : op.bias) bias = std::fabs(bias);
  return op;
}
runtime::Operator of_magnitudes(runtime::BatchNorm op) {
  for (auto& scale : op.scale) scale = std::fabs(scale);
  for (auto& shift : op.shift) shift = std::fabs(shift);
  return op;
}

// Terms of one result's sum, its bias apart.
template <class Op>
int64_t depth_of(const Op& op) {
  return runtime::element_count(op.weights.shape) / op.weights.shape[0];
}
int64_t depth_of(const runtime::ConvTranspose& op) {
  return runtime::element_count(op.weights.shape) / op.weights.shape[1];
}
int64_t depth_of(const runtime::BatchNorm&) { return 1; }

// Where the channel lies: axis 1, of a product the last.
template <class Op>
int64_t inner_of(const Op&, const runtime::Shape& result) {
  int64_t inner = 1;
  for (size_t d = 2; d < result.size(); ++d) inner *= result[d];
  return inner;
}
int64_t inner_of(const runtime::Gemm&, const runtime::Shape&) { return 1; }
int64_t inner_of(const runtime::BatchNorm& op, const runtime::Shape& result) {
  int64_t inner = 1;
  for (auto d = static_cast<size_t>(op.along.first + op.along.count); d < result.size(); ++d)
    inner *= result[d];
  return inner;
}

// Steps of weights, from their magnitudes: at most doubled for a power of two, doubled again where a clip is
// done by saturation; lowered further until the bias fits the accumulator, but by no more than that asks for.
std::vector<double> weight_steps(const Granules& granules, const NodeRun& run) {
  auto weights = granules.largest_weight, biases = granules.largest_bias;
  if (run.spec.weight_granularity == QuantSpec::Granularity::tensor) {
    std::fill(weights.begin(), weights.end(), *std::max_element(weights.begin(), weights.end()));
    std::fill(biases.begin(), biases.end(), *std::max_element(biases.begin(), biases.end()));
  }
  const double levels = std::ldexp(1.0, static_cast<int>(run.spec.weight_bits) - 1) - 1;
  double factor = run.spec.weight_scale == QuantSpec::Scale::pow2 ? 2 : 1;
  if (run.node.activation.kind == runtime::Activation::Kind::clip && shifts_alone(run.spec)) factor *= 2;
  const double accumulator = std::ldexp(1.0, 4 * static_cast<int>(run.spec.act_bits) - 3);
  std::vector<double> steps;
  for (size_t c = 0; c < weights.size(); ++c) {
    const double bias_step = biases[c] * run.operands[0].inv_step / accumulator;
    steps.push_back(weights[c] < 1e-15 ? 0 : std::max(factor * weights[c] / levels, bias_step));
  }
  return steps;
}

template <class Op>
NodeError error_of_layer(const Op& op, const NodeRun& run) {
  const auto magnitude = magnitudes_of(run.values);
  const auto& result = run.exact.shape;
  const auto operands = run_alone(of_ones(op), magnitude, result);
  const auto products = run_alone(of_magnitudes(op), magnitude, result);
  const auto steps = weight_steps(granules_of(op), run);
  const auto inner = inner_of(op, result);
  const double x_step = step_of(run.operands[0]), noise = noise_of_sum(depth_of(op));
  NodeError error;
  for (size_t i = 0; i < run.exact.values.size(); ++i) {
    const double step = steps[i / static_cast<size_t>(inner) % steps.size()];
    error.of_result.push_back(step * (operands.values[i] + x_step) + noise * products.values[i]);
  }
  error.smallest_step = x_step * *std::max_element(steps.begin(), steps.end());
  return error;
}

NodeError error_with_margin(NodeError error, double margin) {
  error.margin = margin;
  return error;
}

// Everything else. An error that is the same for all results, plus the noise of binary32.
NodeError uniform(const NodeRun& run, double error, double smallest_step = 0, double noise = kFloatNoise) {
  NodeError out;
  for (const float value : run.exact.values) out.of_result.push_back(error + noise * std::fabs(value));
  out.smallest_step = smallest_step;
  return out;
}

int aligning_bits(const QuantSpec& spec) { return spec.act_bits == 8 ? 6 : spec.act_bits == 16 ? 14 : 30; }

double largest_level(const NodeRun& run, size_t operand) {
  double most = 0;
  for (const auto q : run.integers[operand].values)
    most = std::max(most, std::fabs(static_cast<double>(q - run.operands[operand].zero_point)));
  return most;
}

// Operands weighed by integers of `fraction_bits` bits below the coarsest step.
NodeError error_of_sum(const NodeRun& run, int fraction_bits) {
  double coarsest = 0, levels = 0, magnitude = 0;
  for (size_t i = 0; i < run.operands.size(); ++i) {
    coarsest = std::max(coarsest, step_of(run.operands[i]));
    levels += largest_level(run, i);
    magnitude += largest(run.values[i]);
  }
  // A clip done by saturation lowers the common step by up to half, as it lowers a layer's weights.
  if (run.node.activation.kind == runtime::Activation::Kind::clip) coarsest *= 2;
  const double unit = coarsest * std::ldexp(1.0, shifts_alone(run.spec) ? -fraction_bits : -29);
  return uniform(run, 0.5 * levels * unit + kFloatNoise * magnitude, unit);
}

double reciprocal_error(const QuantSpec& spec) {
  if (!shifts_alone(spec)) return std::ldexp(1.0, -18);
  return std::ldexp(1.0, spec.act_bits == 8 ? -7 : spec.act_bits == 16 ? -15 : -23);
}

NodeError error_of_mean(const NodeRun& run, int64_t cells, double margin) {
  const auto means = run_alone(run.node.op, magnitudes_of(run.values), run.exact.shape);
  const double noise = noise_of_sum(cells);
  NodeError error;
  error.margin = margin;
  error.smallest_step = step_of(run.operands[0]) * std::ldexp(1.0, -11);
  for (const float mean : means.values)
    error.of_result.push_back(mean * (reciprocal_error(run.spec) + noise));
  return error;
}

// Linear between 1025 knots over the operand's range, where operands are wider than 8 bits.
double segment_width(const NodeRun& run) {
  const auto& x = run.operands[0];
  return x.bits == 8 ? 0 : std::ldexp(step_of(x), static_cast<int>(x.bits) - 10);
}

NodeError error_of_function(const runtime::Unary& unary, const NodeRun& run) {
  const double h = segment_width(run);
  const bool bends = run.node.activation.kind != runtime::Activation::Kind::none;
  double error = 0;
  switch (unary.kind) {
    case runtime::Unary::Kind::sigmoid:
      // a knot at zero halves what one wide segment over the whole rise can err by
      error = std::min(run.operands[0].is_affine() ? 1.0 : 0.5, h * h / 80) + (bends ? h / 16 : 0);
      break;
    case runtime::Unary::Kind::hard_sigmoid:
      error = h * std::fabs(unary.alpha) * (bends ? 0.5 : 0.25);
      break;
    case runtime::Unary::Kind::hard_swish:
      error = h * h / 24 + h / 8 + (bends ? h * 0.375 : 0);
      break;
  }
  NodeError out = uniform(run, error + kFloatNoise);
  out.fixed_grid = unary.kind != runtime::Unary::Kind::hard_swish;
  return out;
}

NodeError error_of_softmax(const runtime::Softmax& softmax, const NodeRun& run) {
  const double h = segment_width(run), n = static_cast<double>(run.exact.shape[softmax.axis]);
  NodeError out = uniform(run, std::min(1.0, (h * h / 8 + std::ldexp(1.0, -24)) * (n + 1)) + kFloatNoise);
  out.fixed_grid = true;
  return out;
}

NodeError error_of_prelu(const runtime::Prelu& prelu, const NodeRun& run) {
  double slope = 0;
  for (const double each : prelu.slopes) slope = std::max(slope, std::fabs(each));
  const double whole = std::max(0.0, std::ceil(std::log2(std::max(slope, 1e-30))));
  const double bits = std::max(0.0, static_cast<double>(run.spec.act_bits) - 2 - whole);
  const double unit = shifts_alone(run.spec) ? std::exp2(-bits) : std::max(1.0, slope) * std::ldexp(1.0, -29);
  return uniform(run, largest(run.values[0]) * (unit + kFloatNoise), step_of(run.operands[0]) * unit);
}

NodeError error_of_concat(const NodeRun& run) {
  const int bits = run.spec.act_bits == 8 ? 7 : run.spec.act_bits == 16 ? 15 : 30;
  double coarsest = 0;
  bool any_signed = false;
  for (const auto& operand : run.operands) any_signed = any_signed || operand.is_signed;
  for (const auto& operand : run.operands)
    coarsest = std::max(coarsest, step_of(operand) * (any_signed && !operand.is_signed ? 2 : 1));
  double levels = 0;
  for (size_t i = 0; i < run.operands.size(); ++i) levels = std::max(levels, largest_level(run, i));
  const double unit = coarsest * std::ldexp(1.0, shifts_alone(run.spec) ? -bits : -29);
  return uniform(run, 0.5 * levels * unit, shifts_alone(run.spec) ? coarsest * 1.001 : unit);
}

NodeError kept(const NodeRun& run, double error = 0) {
  NodeError out = uniform(run, error, 0, std::ldexp(1.0, -22));
  out.keeps_grid = true;
  return out;
}

struct ErrorOf {
  const NodeRun& run;

  NodeError operator()(const runtime::Conv& op) const {
    return error_with_margin(error_of_layer(op, run), op.from_gemm ? run.spec.gemm_margin : 1);
  }
  NodeError operator()(const runtime::ConvTranspose& op) const { return error_of_layer(op, run); }
  NodeError operator()(const runtime::Gemm& op) const {
    return error_with_margin(error_of_layer(op, run), run.spec.gemm_margin);
  }
  NodeError operator()(const runtime::BatchNorm& op) const { return error_of_layer(op, run); }
  NodeError operator()(const runtime::Clip&) const { return error_of_sum(run, 29); }
  NodeError operator()(const runtime::Prelu& op) const { return error_of_prelu(op, run); }
  NodeError operator()(const runtime::Unary& op) const { return error_of_function(op, run); }
  NodeError operator()(const runtime::Add&) const { return error_of_sum(run, aligning_bits(run.spec)); }
  NodeError operator()(const runtime::Sub&) const { return error_of_sum(run, aligning_bits(run.spec)); }
  NodeError operator()(const runtime::Mul&) const {
    return uniform(run, 0, step_of(run.operands[0]) * step_of(run.operands[1]));
  }
  NodeError operator()(const runtime::MaxPool&) const { return kept(run); }
  NodeError operator()(const runtime::AveragePool& op) const {
    return error_of_mean(run, op.window.kernel[0] * op.window.kernel[1], 1);
  }
  NodeError operator()(const runtime::GlobalAveragePool&) const {
    const auto& x = run.values[0].shape;
    return error_of_mean(run, runtime::element_count(x) / (x[0] * x[1]), run.spec.global_average_margin);
  }
  NodeError operator()(const runtime::Concat&) const { return error_of_concat(run); }
  NodeError operator()(const runtime::Pad&) const { return kept(run); }
  NodeError operator()(const runtime::Reshape&) const { return kept(run); }
  NodeError operator()(const runtime::Transpose&) const { return kept(run); }
  NodeError operator()(const runtime::Slice&) const { return kept(run); }
  NodeError operator()(const runtime::Softmax& op) const { return error_of_softmax(op, run); }
  NodeError operator()(const runtime::ArgMax&) const { return kept(run); }
  NodeError operator()(const runtime::Resize& op) const {
    const bool copies = op.mode == runtime::Resize::Mode::nearest;
    return kept(run, copies ? 0 : largest(run.values[0]) * (reciprocal_error(run.spec) + kFloatNoise));
  }
};

}  // namespace

NodeError error_of(const NodeRun& run) { return std::visit(ErrorOf{run}, run.node.op); }

FloatTensor run_alone(const runtime::Operator& op, const std::vector<FloatTensor>& values,
                      const runtime::Shape& result) {
  runtime::Graph graph;
  runtime::Node node;
  node.name = "alone";
  node.op = op;
  for (size_t i = 0; i < values.size(); ++i) {
    graph.tensors.push_back({"x" + std::to_string(i), values[i].shape});
    graph.inputs.push_back(static_cast<runtime::TensorId>(i));
    node.inputs.push_back(static_cast<runtime::TensorId>(i));
  }
  node.output = static_cast<runtime::TensorId>(values.size());
  graph.tensors.push_back({"y", result});
  graph.outputs = {node.output};
  graph.nodes = {node};
  return runtime::run_float(graph, values).at(node.output);
}

}  // namespace mmasim::random_graphs
