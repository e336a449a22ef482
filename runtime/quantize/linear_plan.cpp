// Plans of Conv, ConvTranspose, Gemm and BatchNorm: weight steps, bias at the accumulator's step, output
// stage (quantization.md 4.2, 4.3, 4.7, 5.12).
#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>

#include "runtime/calibrate/ranges.h"
#include "runtime/quantize/grid.h"
#include "runtime/quantize/linear_planning.h"
#include "runtime/quantize/rounding.h"
#include "runtime/quantize/weight_range.h"
#include "runtime/quantize/weights.h"
#include "runtime/quantize/widen.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::quantization {

// Bits that a bias may have: the accumulator's, as far as accumulator times multiplier stays within the 128
// bits of the output stage. M < 2^m, m <= 31. For 8- and 16-bit operands |acc| <= 2^63, which leaves room for
// any M. For 32-bit operands |sum| <= K * 2^32 * 2^31 <= 2^94, as no operand has more than K = 2^31 elements;
// |bias| <= 2^(126 - m) then gives |acc| <= 2^94 + 2^(126 - m) <= 2^(127 - m), and |acc * M| < 2^127.
uint32_t LinearPlanning::bias_bits() const {
  if (!multiplies()) return acc_bits();
  return std::min(acc_bits(), 127 - choices().multiplier_bits);
}

void warn_of_saturated_biases(LinearPlanning& linear, size_t channels) {
  if (channels == 0) return;
  linear.planning.plan.warnings.push_back(
      "node '" + linear.node.name + "': biases of " + std::to_string(channels) + " of " +
      std::to_string(linear.layer.channels) + " channels saturate in the format of its output");
}

namespace {

double weight_inv_step(const QuantChoices& choices, double largest) {
  const double levels = two_to(static_cast<int>(choices.weight_bits) - 1);
  if (choices.weight_scale == QuantChoices::Scale::pow2) return levels / two_to(ceil_log2(largest));
  return (choices.weight_range == QuantChoices::Range::narrow ? levels - 1 : levels) / largest;
}

// The step of weights that are all zero: their bias alone must come out right. It lies 2^kZeroWeightBits
// below the output's, so that the bias errs by less than 2^-9 of an output step; a shift rule then shifts by
// as much. 1 if the output is a zero tensor, too.
constexpr int kZeroWeightBits = 8;

double inv_step_of_zero_weights(const LinearPlanning& linear) {
  const QuantChoices& choices = linear.choices();
  const double inv_x = linear.x.inv_step;
  if (absolute_maximum(linear.range) < kZeroRange) return 1.0;
  const double inv_y = grid_of_range(choices, linear.range, linear.is_signed()).inv_step;
  double inv_w = two_to(kZeroWeightBits) * inv_y / inv_x;
  if (linear.multiplies()) return inv_w;
  const bool power_of_two = choices.weight_scale == QuantChoices::Scale::pow2;
  if (power_of_two) inv_w = two_to(floor_log2(inv_w));
  // The divisions above may have rounded up, beyond the range whose shift is kZeroWeightBits.
  while (grid_of_shift(choices, linear.range, linear.is_signed(), inv_x * inv_w).shift > kZeroWeightBits)
    inv_w = power_of_two ? inv_w / 2 : std::nextafter(inv_w, 0.0);
  return inv_w;
}

// A shift rule shifts out no more than kLargestRoundBits: bits so far below an output step are worth nothing,
// and output stages shift by as much. Weights far smaller than their bias would ask for more.
constexpr int kLargestRoundBits = 63;

// The grid of asymmetric weights spans them and zero.
double affine_inv_step(const LinearPlanning& linear) {
  const Range range = linear.planning.has_values() ? value_range(linear.layer) : Range{-1, 1};
  if (absolute_maximum(range) < kZeroRange) return inv_step_of_zero_weights(linear);
  return (two_to(static_cast<int>(linear.choices().weight_bits)) - 1) / (range.high - range.low);
}

// Its zero point: the lowest integer stands for the lowest weight.
int64_t affine_zero_point(const LinearPlanning& linear, int64_t low, int64_t high) {
  const Range range = value_range(linear.layer);
  const float quotient = static_cast<float>(-range.low) / static_cast<float>(1.0 / linear.inv_w[0]);
  return saturate(round_half_even(quotient) + static_cast<double>(low), low, high);
}

// A step per channel that a shift per channel makes up for: the layer's divided by the largest power of two
// that the channel leaves room for. All-zero channels take the step whose shift is kZeroWeightBits.
void divide_steps_by_channel(LinearPlanning& linear) {
  if (linear.multiplies() || !linear.has_channel_steps()) return;
  const double layer_inv_w = linear.inv_w[0];
  linear.layer_inv_w = layer_inv_w;
  const int shift =
      grid_of_shift(linear.choices(), linear.range, linear.is_signed(), linear.x.inv_step * layer_inv_w)
          .shift;
  const double limit = weight_inv_step(linear.choices(), 1.0);  // inv_w of a largest weight of 1
  const std::vector<double> largest = linear.planning.has_values()
                                          ? weight_ranges(linear.layer, linear.choices(), Together::channels)
                                          : std::vector<double>(linear.layer.channels, 1.0);
  linear.inv_w.clear();
  for (const double magnitude : largest) {
    int room = kZeroWeightBits - shift;
    if (magnitude >= kZeroRange) {
      const double own = linear.choices().weight_scale == QuantChoices::Scale::pow2
                             ? two_to(-ceil_log2(magnitude))
                             : 1.0 / magnitude;
      room = std::max(0, floor_log2(limit * own / layer_inv_w));
    }
    linear.inv_w.push_back(layer_inv_w * two_to(std::min(room, kLargestRoundBits - shift)));
  }
  linear.halvings.assign(linear.inv_w.size(), 0);
}

void choose_weight_steps(LinearPlanning& linear) {
  const QuantChoices& choices = linear.choices();
  const auto inv_step_of = [&](double magnitude) {
    return magnitude < kZeroRange ? inv_step_of_zero_weights(linear) : weight_inv_step(choices, magnitude);
  };
  const auto together = linear.has_channel_steps() ? Together::channels : Together::layer;
  const std::vector<double> largest = linear.planning.has_values()
                                          ? weight_ranges(linear.layer, choices, together)
                                          : std::vector<double>(linear.layer.channels, 1.0);
  if (choices.weight_affine) {
    linear.inv_w.push_back(affine_inv_step(linear));
  } else if (linear.multiplies() && linear.has_channel_steps()) {
    for (const double magnitude : largest) linear.inv_w.push_back(inv_step_of(magnitude));
  } else {
    double all = 0;
    for (const double magnitude : largest) all = std::fmax(all, magnitude);
    linear.inv_w.push_back(inv_step_of(all));
  }
  linear.halvings.assign(linear.inv_w.size(), 0);
}

void lower_steps_for_shift(LinearPlanning& linear) {
  if (linear.multiplies()) return;
  const auto round_bits = [&] {
    return grid_of_shift(linear.choices(), linear.range, linear.is_signed(), linear.inv_acc(0)).shift;
  };
  while (round_bits() > kLargestRoundBits) linear.inv_w[0] /= 2;
}

// Clip(0, c) by saturation: inv_w is lowered until inv_x * inv_w is a power of two times the output's
// inv_step.
void lower_steps_for_clip(LinearPlanning& linear) {
  if (!linear.saturates()) return;
  linear.clip_inv_step = inv_step_of_clip(linear.choices(), linear.activation, linear.range);
  if (!linear.clip_inv_step) return;
  const double target = *linear.clip_inv_step;
  linear.clip_shift = std::min(floor_log2(linear.inv_acc(0) / target), kLargestRoundBits);
  linear.inv_w[0] = target * two_to(linear.clip_shift) / linear.x.inv_step;
}

void halve(LinearPlanning& linear, size_t granule) {
  linear.inv_w[granule] /= 2;
  ++linear.halvings[granule];
}

void lower_steps_for_bias(LinearPlanning& linear) {
  if (!linear.planning.has_values() || linear.adds_bias_late()) return;
  for (size_t channel = 0; channel < linear.layer.channels; ++channel) {
    const double bias = linear.layer.bias_of(channel);
    if (!std::isfinite(bias)) {
      throw UserError("node '" + linear.node.name + "': the bias of output channel " +
                      std::to_string(channel) + " is not finite");
    }
    while (!fits(round_half_away(bias * linear.inv_acc(channel)), linear.bias_bits())) {
      halve(linear, linear.granule(channel));
    }
  }
}

void check_steps(const LinearPlanning& linear) {
  for (const double inv_w : linear.inv_w) {
    if (is_usable_step(linear.x.inv_step * inv_w)) continue;
    throw UserError("node '" + linear.node.name +
                    "': weights, bias and calibrated ranges are too far apart to be quantized");
  }
}

// The inv_step of an output that the shift rule gives, before anything is known of clips.
double shifted_inv_step(const LinearPlanning& linear) {
  const double inv_w = linear.layer_inv_w.value_or(linear.inv_w[0]);
  return grid_of_shift(linear.choices(), linear.range, linear.is_signed(), linear.x.inv_step * inv_w)
      .tensor.inv_step;
}

// At the accumulator's step: exactly rounded, or on the output's grid first.
double bias_level(const LinearPlanning& linear, size_t channel) {
  const double bias = linear.layer.bias_of(channel), inv_acc = linear.inv_acc(channel);
  if (linear.choices().bias_scale == QuantChoices::BiasScale::product) return round_half_away(bias * inv_acc);
  const double inv_y = shifted_inv_step(linear),
               levels = two_to(static_cast<int>(linear.choices().act_bits) - 1);
  const double level = std::clamp(round_half_away(bias * inv_y), -levels, levels - 1);
  return round_half_away(level * (inv_acc / inv_y));
}

// Of biases on the output's grid.
size_t saturated_biases(const LinearPlanning& linear) {
  if (linear.choices().bias_scale == QuantChoices::BiasScale::product || !linear.planning.has_values())
    return 0;
  const double inv_y = shifted_inv_step(linear);
  const double levels = two_to(static_cast<int>(linear.choices().act_bits) - 1);
  size_t count = 0;
  for (size_t channel = 0; channel < linear.layer.channels; ++channel) {
    const double level = round_half_away(linear.layer.bias_of(channel) * inv_y);
    count += level < -levels || level > levels - 1 ? 1 : 0;
  }
  return count;
}

WeightGrid weight_grid(const LinearPlanning& linear) {
  const QuantChoices& choices = linear.choices();
  const int64_t high = (int64_t{1} << (choices.weight_bits - 1)) - 1;
  const int64_t low = choices.weight_range == QuantChoices::Range::narrow ? -high : -high - 1;
  // as wide as the input, or wider where the array takes them byte by byte
  const uint32_t bits = std::max(linear.x.bits, container_bits(choices.weight_bits));
  WeightGrid grid{bits, low, high, 0, choices.weight_rounding};
  if (choices.weight_affine && linear.planning.has_values())
    grid.zero_point = affine_zero_point(linear, low, high);
  return grid;
}

// Integers of weights and bias. False if a bias with its zero-point terms does not fit; its inv_w is then
// halved.
bool quantize_parameters(LinearPlanning& linear) {
  LinearPlan& plan = linear.plan;
  const WeightGrid grid = weight_grid(linear);
  plan.bias.assign(linear.layer.channels, 0);
  plan.weights.bits = grid.bits;
  plan.weights.shape = linear.layer.shape;
  if (linear.choices().weight_affine) plan.weight_zero_points = {grid.zero_point};
  if (!linear.planning.has_values()) return true;
  plan.weights = quantize_weights(linear.layer, grid, linear.inv_w);
  if (linear.adds_bias_late()) return true;
  const std::vector<int128> terms =
      zero_point_terms(linear.layer, plan.weights, linear.x.zero_point, grid.zero_point);
  for (size_t channel = 0; channel < linear.layer.channels; ++channel) {
    plan.bias[channel] = static_cast<int128>(bias_level(linear, channel)) + terms[channel];
    if (!fits(plan.bias[channel], linear.bias_bits())) {
      halve(linear, linear.granule(channel));
      return false;
    }
  }
  return true;
}

// Products of operands of two widths have the narrower one's accumulator. No input makes a sum leave it: the
// channel's weights are made coarser until their magnitudes say so. False if a step was halved.
bool hold_every_sum(LinearPlanning& linear) {
  if (!linear.planning.has_values() || linear.plan.weights.bits <= linear.x.bits) return true;
  const auto most = static_cast<int128>(std::max(-linear.x.min(), linear.x.max()));
  std::vector<int128> sums(linear.layer.channels, 0);
  for (const auto& run : linear.layer.runs)
    for (size_t i = run.begin; i < run.begin + run.count; ++i)
      sums[run.channel] += std::abs(linear.plan.weights.at(i));
  bool holds = true;
  std::vector<bool> is_halved(linear.inv_w.size(), false);
  for (size_t channel = 0; channel < sums.size(); ++channel) {
    const int128 bias = linear.plan.bias[channel];
    if (fits(sums[channel] * most + (bias < 0 ? -bias : bias), linear.acc_bits())) continue;
    const size_t granule = linear.granule(channel);
    if (!is_halved[granule]) halve(linear, granule);
    is_halved[granule] = true, holds = false;
  }
  return holds;
}

void warn_of_halvings(const LinearPlanning& linear) {
  size_t channels = 0;
  int most = 0;
  for (const int halvings : linear.halvings) {
    channels += halvings > 0 ? 1 : 0;
    most = std::max(most, halvings);
  }
  if (most == 0) return;
  const std::string where = linear.inv_w.size() == 1 ? "" : " of " + std::to_string(channels) + " channels";
  linear.planning.plan.warnings.push_back(
      "node '" + linear.node.name + "': weight inv_step" + where + " lowered by up to 2^" +
      std::to_string(most) +
      (linear.plan.weights.bits > linear.x.bits ? " so that every sum fits " : " so that the bias fits ") +
      std::to_string(linear.bias_bits()) + " bits");
}

NodePlan plan_linear(Planning& planning, const Node& node, const WeightedLayer& layer) {
  const bool missing = !layer.values && !layer.exact_values;
  if (planning.has_values() && missing) {
    throw std::logic_error("node '" + node.name + "': weights '" + layer.weights_name + "' have no values");
  }
  const QuantChoices& choices = planning.choices(node);
  const uint32_t input_bits = planning.input(node).bits;
  if (container_bits(choices.weight_bits) > input_bits &&
      !takes_bytes_of_weights(node, choices, input_bits)) {
    throw std::logic_error("node '" + node.name + "': weights of " + std::to_string(choices.weight_bits) +
                           " bits for an input of " + std::to_string(input_bits) + "; it is to be widened");
  }
  const Range range = widened(planning.range(node), layer.margin);
  const Activation activation = planning.activation(node);
  LinearPlanning linear{planning, node, layer,     planning.input(node), range, {}, 0, {}, {},
                        {},       {},   activation};
  linear.plan.accumulator = {linear.acc_bits(), choices.overflow};
  choose_weight_steps(linear);
  lower_steps_for_shift(linear);
  lower_steps_for_clip(linear);
  divide_steps_by_channel(linear);
  lower_steps_for_bias(linear);
  check_steps(linear);
  while (!quantize_parameters(linear) || !hold_every_sum(linear)) {
  }
  warn_of_saturated_biases(linear, saturated_biases(linear));
  choose_output_stage(linear);
  warn_of_halvings(linear);
  linear.plan.weight_inv_step = linear.inv_w;
  return std::move(linear.plan);
}

}  // namespace

NodePlan plan_node(Planning& planning, const Node& node, const Conv& conv) {
  WeightedLayer layer = view(conv);
  if (conv.from_gemm) layer.margin = planning.choices(node).gemm_margin;
  return plan_linear(planning, node, layer);
}

NodePlan plan_node(Planning& planning, const Node& node, const ConvTranspose& conv) {
  return plan_linear(planning, node, view(conv));
}

NodePlan plan_node(Planning& planning, const Node& node, const Gemm& gemm) {
  WeightedLayer layer = view(gemm);
  layer.margin = planning.choices(node).gemm_margin;
  return plan_linear(planning, node, layer);
}

NodePlan plan_node(Planning& planning, const Node& node, const BatchNorm& norm) {
  return plan_linear(planning, node, view(norm));
}

}  // namespace mmasim::runtime::quantization
