// Plans of AveragePool, GlobalAveragePool and bilinear Resize: sums times a rounded reciprocal
// (quantization.md 5.7, 5.12).
#include <algorithm>

#include "runtime/calibrate/ranges.h"
#include "runtime/quantize/grid.h"
#include "runtime/quantize/planning.h"
#include "runtime/quantize/rounding.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::quantization {

namespace {

constexpr int64_t kMaxCells = int64_t{1} << 20;        // of a window, whose reciprocals are a table
constexpr int64_t kMaxGlobalCells = int64_t{1} << 26;  // of a whole map, which has one reciprocal

// Bits beyond the usual that a factor for N cells needs to be as exact as those of 64 cells.
int large_window_bits(int64_t cells) { return std::max(0, ceil_log2(static_cast<double>(cells)) - 6); }

// Fraction bits of 1/N: 12, more for large windows and for wider operands.
int reciprocal_bits(uint32_t input_bits, int64_t cells) {
  const int wider = input_bits == 8 ? 0 : input_bits == 16 ? 8 : 16;
  return 12 + large_window_bits(cells) + wider;
}

// Of TIDL's fixed formats: Q8 for windows of up to 9 cells and stride 2, else Q12.
int tidl_bits(const Node& node, int64_t cells) {
  const auto* pool = std::get_if<AveragePool>(&node.op);
  const bool is_small =
      pool != nullptr && cells <= 9 && pool->window.stride[0] == 2 && pool->window.stride[1] == 2;
  return is_small ? 8 : 12;
}

// 1/N as an unsigned weight of 8 bits whose grid ends at the power of two at or above it. A power of two is
// the end itself, 256, and saturates to 255; exact_pow2 takes a grid twice as wide for it.
int weight_fraction_bits(const QuantChoices& choices, int64_t cells) {
  const double reciprocal = 1.0 / static_cast<double>(cells);
  const int end =
      ceil_log2(reciprocal) + (choices.average_pool_exact_pow2 && is_power_of_two(reciprocal) ? 1 : 0);
  return 8 - end;
}

constexpr int64_t kLargestWeight = 255;

// What shift rules multiply sums by, at common fraction bits.
struct Reciprocals {
  std::vector<int64_t> values;
  int bits = 0;
};

Reciprocals reciprocals_by_rule(const Node& node, const QuantChoices& choices, uint32_t input_bits,
                                const std::vector<int64_t>& counts) {
  using Rule = QuantChoices::AveragePool;
  const Rule rule = choices.average_pool;
  Reciprocals result;
  result.bits = rule == Rule::tidl_q   ? tidl_bits(node, counts.back())
                : rule == Rule::dwconv ? weight_fraction_bits(choices, counts.back())
                                       : reciprocal_bits(input_bits, counts.back());
  for (const int64_t cells : counts) {
    const double exact = two_to(result.bits) / static_cast<double>(cells);
    const double level = rule == Rule::dwconv ? round_half_even(exact) : round_half_away(exact);
    // windows cut by the border have fewer cells and larger factors: only the whole window's is one weight
    const bool is_weight = rule == Rule::dwconv && cells == counts.back();
    result.values.push_back(is_weight ? std::min(static_cast<int64_t>(level), kLargestWeight)
                                      : static_cast<int64_t>(level));
  }
  return result;
}

// Reciprocals of `counts` cells, all at the fraction bits of the largest count. Of a window N <= 2^20, so a
// sum is below 2^52. By shift a reciprocal is at most 2^(12 + 14 + 16) = 2^42; by multipliers all share the
// shift of the smallest count, so 31 bits for one cell would leave 31 - log2 N for N: large windows take as
// many more, at most 31 + 14 = 45. The product stays below 2^97. Of a whole map N <= 2^26: a sum below 2^58,
// a reciprocal of at most 48 bits, below 2^106 together.
PoolPlan plan_pool(Planning& planning, const Node& node, const std::vector<int64_t>& counts, double margin) {
  const QuantChoices& choices = planning.choices(node);
  const TensorPlan& x = planning.input(node);
  const Range range = widened(planning.range(node), margin);
  const bool is_signed = planning.is_signed_output_of_inputs(node);
  PoolPlan plan;
  if (planning.multiplies(node)) {
    TensorPlan& y = planning.output(node);
    y = grid_of_range(choices, range, is_signed);
    std::vector<double> reals;
    for (const int64_t cells : counts)
      reals.push_back(y.inv_step / (x.inv_step * static_cast<double>(cells)));
    const bool shares_shift = counts.size() > 1;
    const auto bits = choices.multiplier_bits +
                      (shares_shift ? static_cast<uint32_t>(large_window_bits(counts.back())) : 0);
    const CommonMultipliers common = common_multipliers(reals, bits);
    plan.reciprocals = common.multipliers;
    plan.requant = requantize_by_shift(choices, common.shift);
    set_bounds(plan.requant, y, planning.activation(node), false);
    return plan;
  }
  const Reciprocals reciprocals = reciprocals_by_rule(node, choices, x.bits, counts);
  plan.reciprocals = reciprocals.values;
  plan.requant = shift_to_output(planning, node, range, is_signed, x.inv_step * two_to(reciprocals.bits));
  return plan;
}

int64_t checked_cells(const Node& node, int64_t height, int64_t width, int64_t most) {
  const bool fits = height >= 1 && width >= 1 && height <= most && width <= most && height * width <= most;
  if (!fits) {
    throw UserError("node '" + node.name + "': a window of " + std::to_string(height) + " x " +
                    std::to_string(width) + " cells; at most " + std::to_string(most) + " can be averaged");
  }
  return height * width;
}

}  // namespace

NodePlan plan_node(Planning& planning, const Node& node, const AveragePool& pool) {
  std::vector<int64_t> counts(
      static_cast<size_t>(checked_cells(node, pool.window.kernel[0], pool.window.kernel[1], kMaxCells)));
  for (size_t i = 0; i < counts.size(); ++i) counts[i] = static_cast<int64_t>(i) + 1;
  return plan_pool(planning, node, counts, 1.0);
}

NodePlan plan_node(Planning& planning, const Node& node, const GlobalAveragePool&) {
  const Shape& x = planning.graph.tensors[node.inputs.at(0)].shape;
  const int64_t height = x.size() > 2 ? x[2] : 1, width = x.size() > 3 ? x[3] : 1;
  return plan_pool(planning, node, {checked_cells(node, height, width, kMaxGlobalCells)},
                   planning.choices(node).global_average_margin);
}

NodePlan plan_node(Planning& planning, const Node& node, const Resize& resize) {
  keep_grid(planning, node);
  if (resize.mode == Resize::Mode::nearest) return std::monostate{};
  // At most 2^22. The weighted sum is below 2^54 and the multiplier at most 2^44: below 2^98 together.
  const int64_t weights_total = 4 * checked_cells(node, resize.factor_y, resize.factor_x, kMaxCells);
  if (planning.multiplies(node)) {
    const Multiplier m = normalize_multiplier(1.0 / static_cast<double>(weights_total),
                                              planning.choices(node).multiplier_bits);
    return ResizePlan{m.multiplier, m.shift};
  }
  const int bits = reciprocal_bits(planning.input(node).bits, weights_total);
  const double reciprocal = round_half_away(two_to(bits) / static_cast<double>(weights_total));
  return ResizePlan{static_cast<int64_t>(reciprocal), bits};
}

}  // namespace mmasim::runtime::quantization
