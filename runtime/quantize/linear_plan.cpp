// Plans of Conv, ConvTranspose, Gemm and BatchNorm: weight steps, bias at the accumulator's step, output
// stage (quantization.md 4.2, 4.3, 4.7, 5.12).
#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>

#include "runtime/calibrate/ranges.h"
#include "runtime/quantize/grid.h"
#include "runtime/quantize/planning.h"
#include "runtime/quantize/rounding.h"
#include "runtime/quantize/weights.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::quantization {

namespace {

double weight_inv_step(const QuantChoices& choices, double largest) {
  const double levels = two_to(static_cast<int>(choices.weight_bits) - 1);
  if (choices.weight_scale == QuantChoices::Scale::pow2) return levels / two_to(ceil_log2(largest));
  return (choices.weight_range == QuantChoices::Range::narrow ? levels - 1 : levels) / largest;
}

// One layer on its way to a plan. The steps below run in the order of plan_linear().
struct LinearPlanning {
  Planning& planning;
  const Node& node;
  const LinearLayer& layer;
  const TensorPlan& x;
  Range range;                          // of the output, with its margin
  std::optional<double> clip_inv_step;  // the output's, if a clip fixes it
  int clip_shift = 0;                   // then the shift to it
  std::vector<double> inv_w;            // one, or one a channel
  std::vector<int> halvings;            // of inv_w, for the bias
  LinearPlan plan;

  const QuantChoices& choices() const { return planning.choices(node); }
  bool multiplies() const { return planning.multiplies(node); }
  bool is_signed() const { return !is_rectified(node.activation); }
  bool saturates() const { return !multiplies() && saturation_clips(choices(), node.activation); }
  size_t granule(size_t channel) const { return inv_w.size() == 1 ? 0 : channel; }
  double inv_acc(size_t channel) const { return x.inv_step * inv_w[granule(channel)]; }
  uint32_t acc_bits() const { return accumulator_bits(x.bits); }
  uint32_t bias_bits() const;
};

// Bits that a bias may have: the accumulator's, as far as accumulator times multiplier stays within the 128
// bits of the output stage. M < 2^m, m <= 31. For 8- and 16-bit operands |acc| <= 2^63, which leaves room for
// any M. For 32-bit operands |sum| <= K * 2^32 * 2^31 <= 2^94, as no operand has more than K = 2^31 elements;
// |bias| <= 2^(126 - m) then gives |acc| <= 2^94 + 2^(126 - m) <= 2^(127 - m), and |acc * M| < 2^127.
uint32_t LinearPlanning::bias_bits() const {
  if (!multiplies()) return acc_bits();
  return std::min(acc_bits(), 127 - choices().multiplier_bits);
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

void choose_weight_steps(LinearPlanning& linear) {
  const QuantChoices& choices = linear.choices();
  const auto inv_step_of = [&](double magnitude) {
    return magnitude < kZeroRange ? inv_step_of_zero_weights(linear) : weight_inv_step(choices, magnitude);
  };
  const std::vector<double> largest = linear.planning.has_values()
                                          ? largest_magnitudes(linear.layer)
                                          : std::vector<double>(linear.layer.channels, 1.0);
  if (choices.weight_granularity == QuantChoices::Granularity::channel) {
    for (const double magnitude : largest) linear.inv_w.push_back(inv_step_of(magnitude));
  } else {
    double all = 0;
    for (const double magnitude : largest) all = std::fmax(all, magnitude);
    linear.inv_w.push_back(inv_step_of(all));
  }
  linear.halvings.assign(linear.inv_w.size(), 0);
}

// A shift rule shifts out no more than kLargestRoundBits: bits so far below an output step are worth nothing,
// and output stages shift by as much. Weights far smaller than their bias would ask for more.
constexpr int kLargestRoundBits = 63;

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
  linear.clip_inv_step = inv_step_of_clip(linear.choices(), linear.node.activation, linear.range);
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
  if (!linear.planning.has_values()) return;
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

// Integers of weights and bias. False if a bias with its zero-point term does not fit; its inv_w is then
// halved.
bool quantize_parameters(LinearPlanning& linear) {
  const QuantChoices& choices = linear.choices();
  const int64_t high = (int64_t{1} << (choices.weight_bits - 1)) - 1;
  const int64_t low = choices.weight_range == QuantChoices::Range::narrow ? -high : -high - 1;
  LinearPlan& plan = linear.plan;
  plan.bias.assign(linear.layer.channels, 0);
  plan.weights.bits = linear.x.bits;  // the array takes weights as wide as the input
  plan.weights.shape = linear.layer.shape;
  if (!linear.planning.has_values()) return true;
  plan.weights = quantize_weights(linear.layer, plan.weights.bits, linear.inv_w, low, high);
  std::vector<int128> sums(linear.layer.channels, 0);
  if (linear.x.zero_point != 0) sums = channel_sums(linear.layer, plan.weights);
  for (size_t channel = 0; channel < linear.layer.channels; ++channel) {
    const double rounded = round_half_away(linear.layer.bias_of(channel) * linear.inv_acc(channel));
    plan.bias[channel] = static_cast<int128>(rounded) - linear.x.zero_point * sums[channel];
    if (!fits(plan.bias[channel], linear.bias_bits())) {
      halve(linear, linear.granule(channel));
      return false;
    }
  }
  return true;
}

void choose_multipliers(LinearPlanning& linear) {
  const QuantChoices& choices = linear.choices();
  TensorPlan& y = linear.planning.output(linear.node);
  y = grid_of_range(choices, linear.range, linear.is_signed());
  Requantization& requant = linear.plan.requant;
  requant.has_multiplier = true;
  requant.multiplier_bits = choices.multiplier_bits;
  requant.per_channel =
      linear.inv_w.size() != 1 || choices.weight_granularity == QuantChoices::Granularity::channel;
  for (const double inv_w : linear.inv_w) {
    const Multiplier m =
        normalize_multiplier(y.inv_step / (linear.x.inv_step * inv_w), choices.multiplier_bits);
    requant.multipliers.push_back(static_cast<uint32_t>(m.multiplier));
    requant.shifts.push_back(m.shift);
  }
}

void choose_shift(LinearPlanning& linear) {
  ShiftedGrid grid = grid_of_shift(linear.choices(), linear.range, linear.is_signed(), linear.inv_acc(0));
  if (linear.clip_inv_step) {
    grid.shift = clamp_shift(linear.clip_shift - linear.halvings[0]);
    grid.tensor.inv_step = *linear.clip_inv_step;
    grid.tensor.source = "fixed by Clip";
  } else if (linear.saturates()) {
    end_within(grid, linear.node.activation.high);
  }
  linear.planning.output(linear.node) = grid.tensor;
  linear.plan.requant.shifts = {grid.shift};
}

void choose_output_stage(LinearPlanning& linear) {
  linear.plan.requant.rounding = linear.choices().requant_rounding;
  if (linear.multiplies()) {
    choose_multipliers(linear);
  } else {
    choose_shift(linear);
  }
  set_bounds(linear.plan.requant, linear.planning.output(linear.node), linear.node.activation,
             linear.saturates());
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
      std::to_string(most) + " so that the bias fits " + std::to_string(linear.bias_bits()) + " bits");
}

NodePlan plan_linear(Planning& planning, const Node& node, const LinearLayer& layer) {
  const bool missing = !layer.values && !layer.exact_values;
  if (planning.has_values() && missing) {
    throw std::logic_error("node '" + node.name + "': weights '" + layer.weights_name + "' have no values");
  }
  const QuantChoices& choices = planning.choices(node);
  if (!planning.multiplies(node) && choices.weight_granularity == QuantChoices::Granularity::channel) {
    throw std::logic_error("weight steps per channel need a multiplier in the output stage");
  }
  const uint32_t input_bits = planning.input(node).bits;
  if (container_bits(choices.weight_bits) > input_bits) {
    throw std::logic_error("node '" + node.name + "': weights of " + std::to_string(choices.weight_bits) +
                           " bits for an input of " + std::to_string(input_bits) + "; it is to be widened");
  }
  const Range range = widened(planning.range(node), layer.margin);
  LinearPlanning linear{planning, node, layer, planning.input(node), range, {}, 0, {}, {}, {}};
  linear.plan.accumulator = {linear.acc_bits(), choices.overflow};
  choose_weight_steps(linear);
  lower_steps_for_shift(linear);
  lower_steps_for_clip(linear);
  lower_steps_for_bias(linear);
  check_steps(linear);
  while (!quantize_parameters(linear)) {
  }
  choose_output_stage(linear);
  warn_of_halvings(linear);
  linear.plan.weight_inv_step = linear.inv_w;
  return std::move(linear.plan);
}

}  // namespace

NodePlan plan_node(Planning& planning, const Node& node, const Conv& conv) {
  LinearLayer layer = view(conv);
  if (conv.from_gemm) layer.margin = planning.choices(node).gemm_margin;
  return plan_linear(planning, node, layer);
}

NodePlan plan_node(Planning& planning, const Node& node, const ConvTranspose& conv) {
  return plan_linear(planning, node, view(conv));
}

NodePlan plan_node(Planning& planning, const Node& node, const Gemm& gemm) {
  LinearLayer layer = view(gemm);
  layer.margin = planning.choices(node).gemm_margin;
  return plan_linear(planning, node, layer);
}

NodePlan plan_node(Planning& planning, const Node& node, const BatchNorm& norm) {
  return plan_linear(planning, node, view(norm));
}

}  // namespace mmasim::runtime::quantization
