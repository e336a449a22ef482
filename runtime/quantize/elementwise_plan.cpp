// Plans of Add, Sub, Mul, Clip, Prelu and Concat: operands brought to one step, then the output stage
// (quantization.md 5.4, 5.5, 5.12). With a multiplying output stage all of them use multipliers with one
// common shift.
//
// Every product fits 128 bits with room: |q - z| < 2^32; multipliers are below 2^31, aligning weights and
// concat's at most 2^30 (no operand's step is above the aligned one), slopes at most 2^62. So a term of a sum
// is below 2^63, a product of two operands and its multiplier below 2^95, a slope's below 2^94.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "runtime/quantize/grid.h"
#include "runtime/quantize/planning.h"
#include "runtime/quantize/rounding.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::quantization {

namespace {

// Of the widest operand.
int aligning_bits(uint32_t bits) { return bits == 8 ? 6 : bits == 16 ? 14 : 30; }
int concat_bits(uint32_t bits) { return bits == 8 ? 7 : bits == 16 ? 15 : 30; }

SumPlan sum_by_multipliers(Planning& planning, const Node& node, const std::vector<double>& signs) {
  TensorPlan& y = planning.output(node);
  y = grid_of_range(planning.choices(node), planning.range(node), planning.is_signed_output(node));
  std::vector<double> reals;
  for (size_t i = 0; i < signs.size(); ++i)
    reals.push_back(signs[i] * y.inv_step / planning.input(node, i).inv_step);
  const CommonMultipliers common = common_multipliers(reals, planning.choices(node).multiplier_bits);
  SumPlan plan{common.multipliers, {requantize_by_shift(planning.choices(node), common.shift)}};
  set_bounds(plan.requants[0], y, planning.activation(node), false);
  return plan;
}

// Operands are aligned to the smallest inv_step among them, in `fraction_bits` bits; a clip that saturation
// is to do lowers that further, until it is a power of two times the output's.
SumPlan sum_by_shift(Planning& planning, const Node& node, const std::vector<double>& signs,
                     int fraction_bits) {
  double aligned = planning.input(node).inv_step;
  for (size_t i = 1; i < signs.size(); ++i) aligned = std::min(aligned, planning.input(node, i).inv_step);
  const bool saturates = saturation_clips(planning.choices(node), planning.activation(node));
  const auto clip_inv_step =
      inv_step_of_clip(planning.choices(node), planning.activation(node), planning.range(node));
  ShiftedGrid grid;
  if (clip_inv_step) {
    grid.shift = floor_log2(aligned * two_to(fraction_bits) / *clip_inv_step);
    aligned = *clip_inv_step * two_to(grid.shift - fraction_bits);
  }
  const double inv_acc = aligned * two_to(fraction_bits);
  const int clip_shift = grid.shift;
  grid =
      grid_of_shift(planning.choices(node), planning.range(node), planning.is_signed_output(node), inv_acc);
  if (clip_inv_step) {
    grid.shift = clamp_shift(clip_shift);
    grid.tensor.inv_step = *clip_inv_step;
    grid.tensor.source = "fixed by Clip";
  } else if (saturates) {
    end_within(grid, planning.activation(node).high);
  }
  SumPlan plan;
  for (size_t i = 0; i < signs.size(); ++i) {
    const double weight = round_half_up(aligned / planning.input(node, i).inv_step * two_to(fraction_bits));
    plan.multipliers.push_back(static_cast<int64_t>(signs[i] * weight));
  }
  planning.output(node) = grid.tensor;
  plan.requants = {requantize_by_shift(planning.choices(node), grid.shift)};
  set_bounds(plan.requants[0], grid.tensor, planning.activation(node), saturates);
  return plan;
}

SumPlan plan_sum(Planning& planning, const Node& node, const std::vector<double>& signs, int fraction_bits) {
  return planning.multiplies(node) ? sum_by_multipliers(planning, node, signs)
                                   : sum_by_shift(planning, node, signs, fraction_bits);
}

std::vector<double> slopes_of(const Planning& planning, const Node& node, const Prelu& prelu) {
  const auto count = static_cast<size_t>(std::max<int64_t>(prelu.channels, 1));
  if (!planning.has_values() && prelu.slopes.empty()) return std::vector<double>(count, 0.0);
  if (prelu.slopes.size() != count) {
    throw std::logic_error("node '" + node.name + "' has " + std::to_string(prelu.slopes.size()) +
                           " slopes for " + std::to_string(count));
  }
  for (const double slope : prelu.slopes) {
    if (!std::isfinite(slope)) throw UserError("node '" + node.name + "': a slope is not finite");
  }
  return prelu.slopes;
}

int64_t slope_integer(const Node& node, double slope, int bits) {
  const double level = round_half_away(slope * two_to(bits));
  if (std::fabs(level) > two_to(62)) {
    throw UserError("node '" + node.name + "': a slope is above 2^62 and cannot be quantized");
  }
  return static_cast<int64_t>(level);
}

// The largest slope, at least 1, sets how many bits are left for fractions.
int slope_bits(uint32_t input_bits, const std::vector<double>& slopes) {
  double largest = 0;
  for (const double slope : slopes) largest = std::max(largest, std::fabs(slope));
  const int whole_bits = largest > 0 ? std::max(0, ceil_log2(largest)) : 0;
  return std::max(0, static_cast<int>(input_bits) - 2 - whole_bits);
}

// x where it is not negative, else SRS(alpha * x) at x's step, alpha in 16 bits; then the output stage: a
// table of every x. The larger of the two for a slope in 0..1.
NodePlan plan_leaky_maximum(Planning& planning, const Node& node, const std::vector<double>& slopes) {
  const TensorPlan& x = planning.input(node);
  constexpr int kSlopeBits = 15;
  const int fraction = kSlopeBits - (slopes[0] != 0 ? ceil_log2(std::fabs(slopes[0])) : 0);
  const double alpha = round_half_even(slopes[0] * two_to(fraction));
  const Requantization requant =
      shift_to_output(planning, node, planning.range(node), planning.is_signed_output(node), x.inv_step);
  LookupPlan plan;
  for (int i = 0; i < 256; ++i) {
    const auto v = static_cast<double>(x.container_min() + i - x.zero_point);
    const double leaky = v >= 0 ? v : round_half_even(v * alpha * two_to(-fraction));
    const double level = round_half_even(leaky * two_to(-requant.shifts[0]));
    plan.table.push_back(saturate(level, requant.clip_min, requant.clip_max));
  }
  return plan;
}

// At which no input leaves y's levels: an unsigned input loses a bit to a sign, one of more bits what it has
// more.
double smallest_inv_step(const Planning& planning, const Node& node, const TensorPlan& y) {
  double smallest = 0;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const TensorPlan& x = planning.input(node, i);
    const int excess = static_cast<int>(x.used_bits()) - static_cast<int>(y.used_bits());
    const double inv_step =
        x.inv_step * two_to(-std::max(0, excess)) * (y.is_signed && !x.is_signed ? 0.5 : 1);
    smallest = i == 0 ? inv_step : std::min(smallest, inv_step);
  }
  return smallest;
}

TensorPlan aligned_concat_grid(const Planning& planning, const Node& node) {
  TensorPlan y =
      grid_of_range(planning.choices(node), planning.range(node), planning.is_signed_output_of_inputs(node));
  y.inv_step = smallest_inv_step(planning, node, y);
  y.source = "smallest inv_step of the inputs";
  return y;
}

}  // namespace

// One operand: 30 fraction bits at every precision, as no second operand needs the room.
NodePlan plan_node(Planning& planning, const Node& node, const Clip&) {
  return plan_sum(planning, node, {1.0}, 30);
}

NodePlan plan_node(Planning& planning, const Node& node, const Add&) {
  return plan_sum(planning, node, {1.0, 1.0}, aligning_bits(planning.widest_input_bits(node)));
}

NodePlan plan_node(Planning& planning, const Node& node, const Sub&) {
  return plan_sum(planning, node, {1.0, -1.0}, aligning_bits(planning.widest_input_bits(node)));
}

NodePlan plan_node(Planning& planning, const Node& node, const Mul&) {
  const double inv_product = planning.input(node, 0).inv_step * planning.input(node, 1).inv_step;
  ProductPlan plan;
  if (planning.multiplies(node)) {
    TensorPlan& y = planning.output(node);
    y = grid_of_range(planning.choices(node), planning.range(node), planning.is_signed_output(node));
    const Multiplier m =
        normalize_multiplier(y.inv_step / inv_product, planning.choices(node).multiplier_bits);
    plan.multiplier = m.multiplier;
    plan.requant = requantize_by_shift(planning.choices(node), m.shift);
    set_bounds(plan.requant, y, planning.activation(node), false);
  } else {
    plan.requant =
        shift_to_output(planning, node, planning.range(node), planning.is_signed_output(node), inv_product);
  }
  return plan;
}

NodePlan plan_node(Planning& planning, const Node& node, const Prelu& prelu) {
  const std::vector<double> slopes = slopes_of(planning, node, prelu);
  const bool fits_table = planning.input(node).bits == 8 && prelu.channels == 0;
  if (planning.choices(node).leaky == QuantChoices::Leaky::maximum && fits_table)
    return plan_leaky_maximum(planning, node, slopes);
  const double inv_x = planning.input(node).inv_step;
  const bool is_signed = planning.is_signed_output(node);
  PreluPlan plan;
  if (planning.multiplies(node)) {
    TensorPlan& y = planning.output(node);
    y = grid_of_range(planning.choices(node), planning.range(node), is_signed);
    std::vector<double> reals = {y.inv_step / inv_x};
    for (const double slope : slopes) reals.push_back(slope * y.inv_step / inv_x);
    const CommonMultipliers common = common_multipliers(reals, planning.choices(node).multiplier_bits);
    plan.positive = common.multipliers[0];
    plan.slopes.assign(common.multipliers.begin() + 1, common.multipliers.end());
    plan.requant = requantize_by_shift(planning.choices(node), common.shift);
    set_bounds(plan.requant, y, planning.activation(node), false);
    return plan;
  }
  const int bits = slope_bits(planning.input(node).bits, slopes);
  plan.positive = int64_t{1} << bits;
  for (const double slope : slopes) plan.slopes.push_back(slope_integer(node, slope, bits));
  plan.requant = shift_to_output(planning, node, planning.range(node), is_signed, inv_x * two_to(bits));
  return plan;
}

NodePlan plan_node(Planning& planning, const Node& node, const Concat&) {
  const QuantChoices& choices = planning.choices(node);
  TensorPlan& y = planning.output(node);
  CommonMultipliers common;
  if (planning.multiplies(node)) {
    y = grid_of_range(choices, planning.range(node), planning.is_signed_output(node));
    std::vector<double> reals;
    for (size_t i = 0; i < node.inputs.size(); ++i)
      reals.push_back(y.inv_step / planning.input(node, i).inv_step);
    common = common_multipliers(reals, choices.multiplier_bits);
  } else {
    y = aligned_concat_grid(planning, node);
    common.shift = concat_bits(planning.widest_input_bits(node));
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const double real = y.inv_step / planning.input(node, i).inv_step;
      common.multipliers.push_back(static_cast<int64_t>(round_half_up(real * two_to(common.shift))));
    }
  }
  Requantization requant = requantize_by_shift(choices, common.shift);
  set_bounds(requant, y, planning.activation(node), false);
  return SumPlan{common.multipliers, std::vector<Requantization>(node.inputs.size(), requant)};
}

}  // namespace mmasim::runtime::quantization
