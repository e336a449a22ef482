// Sums of products: what a convolution, a transposed convolution, a Gemm and a BatchNorm have in common. For
// every output channel o and position p:  y[o][p] = output stage(sum over k of weight(o, k) * column(k, p) +
// bias[o]).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "runtime/reference/node_operands.h"

namespace mmasim::runtime::reference {

struct ProductShape {
  int64_t groups = 1;     // output channels of a group see the group's own columns
  int64_t channels = 0;   // outputs of all groups together
  int64_t depth = 0;      // k of one output
  int64_t positions = 0;  // p
};

// acc[p] = sum over k of weights[k] * columns[k][p]; the type is one that provably holds every partial sum.
template <class Sum>
void sum_products(const std::vector<int64_t>& weights, const std::vector<int64_t>& columns, size_t count,
                  std::vector<Sum>& acc) {
  acc.assign(count, 0);
  for (size_t k = 0; k < weights.size(); ++k) {
    const int64_t weight = weights[k];
    const int64_t* column = columns.data() + k * count;
    for (size_t p = 0; p < count; ++p) acc[p] += static_cast<Sum>(weight) * column[p];
  }
}

// Largest magnitude of any value the columns can hold: the input's, and its zero point in the padding.
int128 largest_magnitude(const IntegerTensor& x, int64_t zero_point);

// An accumulator's way to its output: less the weights' zero point times the sum of inputs; rounded to the
// intermediate bits and its bias added; then the output stage, with a late bias behind its multiplier.
int64_t finish_product(int128 accumulator, int128 row_sum, const LinearPlan& plan, int64_t channel);

// fill_columns(group, first position, count, columns): writes columns[k * count + i]; weight_index(o, k): in
// the plan's array; store(o, p, y) keeps a result.
template <class Sum, class FillColumns, class WeightIndex, class Store>
void accumulate(const ProductShape& shape, NodeOperands& step, Accumulator& accumulator,
                FillColumns fill_columns, WeightIndex weight_index, Store store) {
  constexpr int64_t kPositionsAtOnce = 64;  // columns of so many positions stay in the host's cache
  const auto& plan = step.plan_as<LinearPlan>();
  const int64_t channels_of_group = shape.channels / shape.groups;
  std::vector<int64_t> columns, weights(shape.depth);
  const std::vector<int64_t> ones(shape.depth, 1);
  std::vector<Sum> acc, row_sums;
  for (int64_t group = 0; group < shape.groups; ++group) {
    for (int64_t first = 0; first < shape.positions; first += kPositionsAtOnce) {
      const int64_t count = std::min(kPositionsAtOnce, shape.positions - first);
      columns.resize(shape.depth * count);
      fill_columns(group, first, count, columns);
      if (!plan.weight_zero_points.empty()) sum_products(ones, columns, count, row_sums);
      for (int64_t o = group * channels_of_group; o < (group + 1) * channels_of_group; ++o) {
        for (int64_t k = 0; k < shape.depth; ++k) weights[k] = plan.weights.at(weight_index(o, k));
        sum_products(weights, columns, count, acc);
        for (int64_t i = 0; i < count; ++i) {
          const int128 total = accumulator.finish(acc[i], plan.bias.at(o));
          const int128 row_sum = row_sums.empty() ? 0 : int128{row_sums[i]};
          store(o, first + i, finish_product(total, row_sum, plan, o));
        }
      }
    }
  }
}

// max over o of the sum over k of |weight(o, k)|
template <class WeightIndex>
int128 largest_weight_sum(const ProductShape& shape, const LinearPlan& plan, WeightIndex weight_index) {
  int128 largest = 0;
  for (int64_t o = 0; o < shape.channels; ++o) {
    int128 sum = 0;
    for (int64_t k = 0; k < shape.depth; ++k) sum += std::llabs(plan.weights.at(weight_index(o, k)));
    largest = std::max(largest, sum);
  }
  return largest;
}

// Sums in 64 bits where these values cannot leave them, else in 128.
template <class FillColumns, class WeightIndex, class Store>
void run_products(const ProductShape& shape, NodeOperands& step, FillColumns fill_columns,
                  WeightIndex weight_index, Store store) {
  const auto& plan = step.plan_as<LinearPlan>();
  Accumulator accumulator(plan.accumulator.bits, plan.accumulator.overflow);
  const int128 bound = largest_weight_sum(shape, plan, weight_index) *
                       largest_magnitude(*step.x[0], step.x_plan[0]->zero_point);
  if (bound <= INT64_MAX) {
    accumulate<int64_t>(shape, step, accumulator, fill_columns, weight_index, store);
  } else {
    accumulate<int128>(shape, step, accumulator, fill_columns, weight_index, store);
  }
  step.overflow_count = accumulator.overflow_count();
}

}  // namespace mmasim::runtime::reference
