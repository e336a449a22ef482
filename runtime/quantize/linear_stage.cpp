// Output stages of linear layers: multipliers, shifts and intermediate roundings, and the grids they lead to
// (quantization.md 4.2, 4.7, 4.10, 4.13).
#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/quantize/grid.h"
#include "runtime/quantize/linear_planning.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::quantization {

namespace {

constexpr int kFixedFraction = 22;     // of a 10.22 multiplier
constexpr int kFixedBiasFraction = 8;  // of its bias, which has 16 bits

// sf_w * sf_in / sf_out in 10.22 bits per channel; the bias on the output's grid in 8.8, aligned with the
// product.
void choose_fixed_multipliers(LinearPlanning& linear) {
  TensorPlan& y = linear.planning.output(linear.node);
  y = grid_of_range(linear.choices(), linear.range, linear.is_signed());
  Requantization& requant = linear.plan.requant;
  requant.has_multiplier = requant.per_channel = true;
  requant.multiplier_bits = 32;
  size_t saturated = 0;  // biases
  for (size_t c = 0; c < linear.layer.channels; ++c) {
    const double word = round_half_away(y.inv_step / linear.inv_acc(c) * two_to(kFixedFraction));
    if (word >= two_to(32))
      throw UserError("node '" + linear.node.name +
                      "': its scales ask for a multiplier above 2^10, which 10.22 bits have not");
    requant.multipliers.push_back(static_cast<uint32_t>(word));
    requant.shifts.push_back(kFixedFraction);
    const double bias = linear.planning.has_values() ? linear.layer.bias_of(c) : 0;
    const double level = round_half_away(bias * y.inv_step * two_to(kFixedBiasFraction));
    saturated += level < -32768 || level > 32767 ? 1 : 0;
    linear.plan.late_bias.push_back(saturate(level, -32768, 32767) << (kFixedFraction - kFixedBiasFraction));
  }
  warn_of_saturated_biases(linear, saturated);
}

void choose_multipliers(LinearPlanning& linear) {
  const QuantChoices& choices = linear.choices();
  TensorPlan& y = linear.planning.output(linear.node);
  y = grid_of_range(choices, linear.range, linear.is_signed());
  Requantization& requant = linear.plan.requant;
  requant.has_multiplier = true;
  requant.multiplier_bits = choices.multiplier_bits;
  requant.per_channel = linear.has_channel_steps();
  for (const double inv_w : linear.inv_w) {
    const Multiplier m =
        normalize_multiplier(y.inv_step / (linear.x.inv_step * inv_w), choices.multiplier_bits);
    requant.multipliers.push_back(static_cast<uint32_t>(m.multiplier));
    requant.shifts.push_back(m.shift);
  }
}

// Sets the output's grid. Returns the shift of what has the layer's step.
int choose_grid_by_shift(LinearPlanning& linear) {
  const double inv_w = linear.layer_inv_w.value_or(linear.inv_w[0]);
  ShiftedGrid grid =
      grid_of_shift(linear.choices(), linear.range, linear.is_signed(), linear.x.inv_step * inv_w);
  if (linear.clip_inv_step) {
    grid.shift = clamp_shift(linear.clip_shift - (linear.layer_inv_w ? 0 : linear.halvings[0]));
    grid.tensor.inv_step = *linear.clip_inv_step;
    grid.tensor.source = "fixed by Clip";
  } else if (linear.saturates()) {
    end_within(grid, linear.activation.high);
  }
  linear.planning.output(linear.node) = grid.tensor;
  return grid.shift;
}

void choose_shift(LinearPlanning& linear) {
  const int shift = choose_grid_by_shift(linear);
  Requantization& requant = linear.plan.requant;
  requant.per_channel = linear.layer_inv_w.has_value();
  if (!requant.per_channel) {
    requant.shifts = {shift};
    return;
  }
  for (const double inv_w : linear.inv_w)  // apart by powers of two
    requant.shifts.push_back(clamp_shift(shift + std::ilogb(inv_w / *linear.layer_inv_w)));
}

// Two roundings, all steps powers of two: the sum to 16 bits, then its sum with the bias to the output's
// grid. The 16 bits hold the output's range, the largest bias beside it; what lies below, a rectifier takes.
void choose_intermediate(LinearPlanning& linear) {
  const QuantChoices& choices = linear.choices();
  double largest_bias = 0;
  for (size_t c = 0; c < linear.layer.channels && linear.planning.has_values(); ++c)
    largest_bias = std::max(largest_bias, std::fabs(linear.layer.bias_of(c)));
  const double reach = std::max(absolute_maximum(linear.range), largest_bias) + largest_bias;
  const double levels = two_to(static_cast<int>(choices.inter_bits) - 1);
  const double inv_acc = linear.inv_acc(0);
  const double inv_inter = reach < kZeroRange ? inv_acc : levels / two_to(ceil_log2(reach));
  IntermediatePlan inter{choices.inter_bits, clamp_shift(std::ilogb(inv_acc / inv_inter)), {}};
  for (size_t c = 0; c < linear.layer.channels; ++c) {
    const double level =
        linear.planning.has_values() ? round_half_even(linear.layer.bias_of(c) * inv_inter) : 0;
    inter.bias.push_back(saturate(level, -static_cast<int64_t>(levels), static_cast<int64_t>(levels) - 1));
  }
  TensorPlan& y = linear.planning.output(linear.node);
  y = grid_of_range(choices, linear.range, linear.is_signed());
  if (linear.clip_inv_step) {
    y.inv_step = *linear.clip_inv_step;
    y.source = "fixed by Clip";
  }
  linear.plan.requant.shifts = {clamp_shift(std::ilogb(inv_inter / y.inv_step))};
  linear.plan.intermediate = {std::move(inter)};
}

}  // namespace

void choose_output_stage(LinearPlanning& linear) {
  linear.plan.requant.rounding = linear.choices().requant_rounding;
  if (linear.choices().requant == QuantChoices::Requant::q10_22) {
    choose_fixed_multipliers(linear);
  } else if (linear.multiplies()) {
    choose_multipliers(linear);
  } else if (linear.choices().inter_bits != 0) {
    choose_intermediate(linear);
  } else {
    choose_shift(linear);
  }
  set_bounds(linear.plan.requant, linear.planning.output(linear.node), linear.activation, linear.saturates());
}

}  // namespace mmasim::runtime::quantization
