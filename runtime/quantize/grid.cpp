// See grid.h. b is the number of bits, b' that without the sign.
#include "runtime/quantize/grid.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "runtime/calibrate/ranges.h"
#include "runtime/quantize/rounding.h"

namespace mmasim::runtime::quantization {

namespace {

int magnitude_bits(const TensorPlan& plan) {
  return static_cast<int>(plan.used_bits() - (plan.is_signed ? 1 : 0));
}

// Unsigned, zero inside the range. The zero point is the binary32 quotient, half to even.
TensorPlan affine_grid(TensorPlan plan, const Range& range) {
  plan.is_signed = false;
  plan.input_rounding = isa::InputRounding::half_even_quotient;
  const double low = std::min(range.low, 0.0), high = std::max(range.high, 0.0);
  if (high - low < kZeroRange) return plan;
  const double step = (high - low) / static_cast<double>(plan.max());
  plan.inv_step = 1.0 / step;
  const float quotient = static_cast<float>(-low) / static_cast<float>(step);
  plan.zero_point = saturate(round_half_even(quotient), 0, plan.max());
  return plan;
}

TensorPlan new_plan(const QuantChoices& choices, const Range& range, bool is_signed) {
  TensorPlan plan;
  plan.bits = container_bits(choices.act_bits);
  plan.level_bits = plan.bits == choices.act_bits ? 0 : choices.act_bits;
  plan.is_signed = is_signed || choices.act_sign == QuantChoices::Sign::always;
  plan.low = range.low;
  plan.high = range.high;
  plan.source = "calibrated";
  return plan;
}

constexpr int kClipGridBits = 4;

bool has_bound_below(const Activation& activation) {
  return activation.kind == Activation::Kind::clip && activation.low > -static_cast<double>(FLT_MAX);
}

}  // namespace

double absolute_maximum(const Range& range) { return std::max(std::fabs(range.low), std::fabs(range.high)); }

Range widened(const Range& range, double margin) { return {range.low * margin, range.high * margin}; }

TensorPlan grid_of_range(const QuantChoices& choices, const Range& range, bool is_signed) {
  TensorPlan plan = new_plan(choices, range, is_signed);
  if (choices.act_affine) return affine_grid(plan, range);
  const double largest = absolute_maximum(range);
  if (largest < kZeroRange) return plan;
  const double levels = two_to(magnitude_bits(plan));
  if (choices.act_scale == QuantChoices::Scale::pow2) {
    plan.inv_step = levels / two_to(ceil_log2(largest));
  } else {
    plan.inv_step = (choices.act_range == QuantChoices::Range::narrow ? levels - 1 : levels) / largest;
  }
  return plan;
}

ShiftedGrid grid_of_shift(const QuantChoices& choices, const Range& range, bool is_signed, double inv_acc) {
  ShiftedGrid grid{new_plan(choices, range, is_signed), 0};
  const int bits = magnitude_bits(grid.tensor);
  const double largest = absolute_maximum(range);
  // A zero tensor has any step: one as near 1 as a shift allows that every machine's output stage has.
  constexpr int kZeroTensorShift = 31;
  int largest_shift = kZeroTensorShift;
  double divisor = inv_acc;
  if (largest >= kZeroRange) {
    largest_shift = kMaxShift;
    // A signed maximum that is a power of two loses one accumulator step, so that its range does not double.
    const double lost = grid.tensor.is_signed && is_power_of_two(largest) ? 1.0 : 0.0;
    divisor = (largest * inv_acc - lost) / two_to(bits);
  }
  grid.shift = divisor <= 1.0 ? 0 : std::min(ceil_log2(divisor), largest_shift);
  grid.tensor.inv_step = inv_acc / two_to(grid.shift);
  return grid;
}

bool has_bound_above(const Activation& activation) {
  return activation.kind == Activation::Kind::clip && activation.high < static_cast<double>(FLT_MAX);
}

Activation planned_activation(const QuantChoices& choices, const Activation& activation) {
  if (!has_bound_above(activation) || activation.low != 0 || activation.high < kZeroRange) return activation;
  if (choices.relu6 == QuantChoices::Relu6::relu) return {Activation::Kind::relu, 0, 0};
  if (choices.relu6 == QuantChoices::Relu6::relu4)
    return {Activation::Kind::clip, 0, two_to(floor_log2(activation.high))};
  return activation;
}

bool is_rectified(const Activation& activation) {
  return activation.kind == Activation::Kind::relu ||
         (activation.kind == Activation::Kind::clip && activation.low >= 0);
}

bool leaves_negative(const Activation& activation, bool may_be_negative) {
  const bool ends_below_zero = activation.kind == Activation::Kind::clip && activation.high < 0;
  return ends_below_zero || (may_be_negative && !is_rectified(activation));
}

bool saturation_clips(const QuantChoices& choices, const Activation& activation) {
  const bool from_zero = activation.low == 0 && activation.high >= kZeroRange;
  return has_bound_above(activation) && from_zero && !choices.act_affine &&
         choices.act_sign == QuantChoices::Sign::automatic && choices.relu6 != QuantChoices::Relu6::clip;
}

std::optional<double> inv_step_of_clip(const QuantChoices& choices, const Activation& activation,
                                       const Range& range) {
  if (!saturation_clips(choices, activation)) return std::nullopt;
  const double end =
      choices.relu6 == QuantChoices::Relu6::relu8 ? two_to(ceil_log2(activation.high)) : activation.high;
  // A range that ends far below the clip would leave it the lowest levels of the clip's grid: none of 256 at
  // c = 10^6. A network that was trained against its clip comes near it, and there the clip's grid is right
  // for values beyond the samples, too. In between, the clip's grid may cost kClipGridBits bits of the
  // range's resolution and no more. A range of zero knows nothing better than the clip.
  const bool is_far_below = range.high >= kZeroRange && range.high * two_to(kClipGridBits) < end;
  if (is_far_below) return std::nullopt;
  return two_to(static_cast<int>(choices.act_bits)) / end;
}

void end_within(ShiftedGrid& grid, double bound) {
  const double levels = two_to(magnitude_bits(grid.tensor));
  while (levels / grid.tensor.inv_step > bound) {
    --grid.shift;
    grid.tensor.inv_step *= 2;
  }
  grid.shift = clamp_shift(grid.shift);
}

void set_bounds(Requantization& requant, const TensorPlan& y, const Activation& activation, bool saturates) {
  requant.zero_point = y.zero_point;
  requant.clip_min = y.min();
  requant.clip_max = y.max();
  requant.needs_clip = y.level_bits != 0;
  requant.has_zero_point = y.is_affine();
  if (activation.kind == Activation::Kind::none || saturates) return;
  if (is_rectified(activation)) requant.clip_min = std::max(requant.clip_min, y.zero_point);
  const auto level = [&](double bound) {
    const double q = y.is_affine() ? round_half_even(bound * y.inv_step) : round_half_up(bound * y.inv_step);
    return saturate(q + static_cast<double>(y.zero_point), y.min(), y.max());
  };
  // An affine grid spans the calibrated range and zero, so its own ends are the bounds unless zero is outside
  // them, or so near the upper one that the grid may be a zero tensor's, which has no end of its own.
  const bool below =
      has_bound_below(activation) && (y.is_affine() ? activation.low > 0 : activation.low != 0);
  const bool above = has_bound_above(activation) && (!y.is_affine() || activation.high < kZeroRange);
  if (below) requant.clip_min = level(activation.low);
  if (above) requant.clip_max = level(activation.high);
  requant.needs_clip = requant.needs_clip || below || above;
}

}  // namespace mmasim::runtime::quantization
