#include "runtime/emulation/tensor_error.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "isa/kit/float_bits.h"

namespace mmasim::runtime {
namespace {

void check_sizes(size_t exact, size_t seen) {
  if (exact == seen) return;
  throw std::logic_error("the float network has " + std::to_string(exact) + " values, the run " +
                         std::to_string(seen));
}

}  // namespace

void TensorError::add(double exact, double seen) {
  const double error = seen - exact;
  signal_ += exact * exact;
  noise_ += error * error;
  sum_ += error;
  sum_abs_ += std::fabs(error);
  largest_ = std::max(largest_, std::fabs(error));
  ++count_;
}

void TensorError::add(const TensorPlan& plan, const FloatTensor& exact, const IntegerTensor& integers) {
  check_sizes(exact.values.size(), integers.values.size());
  if (plan.is_real) {  // bits of reals; no grid that could saturate
    for (size_t i = 0; i < exact.values.size(); ++i)
      add(exact.values[i], isa::float_of_bits(static_cast<uint32_t>(integers.values[i])));
    return;
  }
  const bool is_index = plan.bits == 64;
  levels_ = is_index ? 0 : static_cast<double>(plan.max()) - static_cast<double>(plan.min()) + 1;
  for (size_t i = 0; i < exact.values.size(); ++i) {
    const int64_t q = integers.values[i];
    const double value = exact.values[i];
    lowest_ = count_ == 0 ? q : std::min(lowest_, q);
    highest_ = count_ == 0 ? q : std::max(highest_, q);
    const auto from_zero = static_cast<double>(q - plan.zero_point);
    const double beyond = value * plan.inv_step - from_zero;  // in steps
    const bool is_saturated = (q == plan.max() && beyond > 0.5) || (q == plan.min() && beyond < -0.5);
    if (!is_index && is_saturated) ++saturated_;
    add(value, from_zero / plan.inv_step);
  }
}

void TensorError::add(const FloatTensor& exact, const FloatTensor& seen) {
  check_sizes(exact.values.size(), seen.values.size());
  for (size_t i = 0; i < exact.values.size(); ++i) add(exact.values[i], seen.values[i]);
}

std::optional<double> TensorError::sqnr_db() const {
  if (noise_ == 0 || signal_ == 0) return std::nullopt;
  return 10 * std::log10(signal_ / noise_);
}

double TensorError::mean_abs() const { return count_ == 0 ? 0 : sum_abs_ / static_cast<double>(count_); }

double TensorError::bias() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

double TensorError::saturated_share() const {
  return count_ == 0 ? 0 : static_cast<double>(saturated_) / static_cast<double>(count_);
}

double TensorError::grid_used() const {
  if (count_ == 0 || levels_ == 0) return 0;
  return (static_cast<double>(highest_) - static_cast<double>(lowest_) + 1) / levels_;
}

}  // namespace mmasim::runtime
