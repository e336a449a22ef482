// How far a tensor's integers are from the floats they stand for. Counts and sums alone: of one run or many.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

class TensorError {
 public:
  // `integers` on the grid of `plan` against the float network's values of the same tensor.
  void add(const TensorPlan& plan, const FloatTensor& exact, const IntegerTensor& integers);
  // Floats against floats: no grid.
  void add(const FloatTensor& exact, const FloatTensor& seen);

  uint64_t count() const { return count_; }
  std::optional<double> sqnr_db() const;  // none without noise, or without signal
  double max_abs() const { return largest_; }
  double mean_abs() const;
  double bias() const;             // mean of seen - exact
  double saturated_share() const;  // at an end of the grid, with a float more than half a step beyond it
  double grid_used() const;        // from the lowest to the highest integer seen, of all the grid has

 private:
  void add(double exact, double seen);

  uint64_t count_ = 0, saturated_ = 0;
  double signal_ = 0, noise_ = 0, sum_ = 0, sum_abs_ = 0, largest_ = 0;
  int64_t lowest_ = 0, highest_ = 0;
  double levels_ = 0;  // of the grid; 0: none
};

}  // namespace mmasim::runtime
