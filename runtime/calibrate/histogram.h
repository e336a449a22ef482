// Counts of values in equal bins over a range known beforehand. Whole numbers: the same in any order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mmasim::runtime::calibration {

class Histogram {
 public:
  enum class Of : uint8_t { values, magnitudes };

  Histogram() = default;
  // Bins over [low, high]; what lies outside counts in the first or last bin. low < high.
  Histogram(Of of, double low, double high, size_t bins);

  void add(const float* values, size_t count);

  size_t bins() const { return counts_.size(); }
  int64_t count(size_t bin) const { return counts_[bin]; }
  int64_t total() const;
  double width() const { return width_; }
  double lower_edge(size_t bin) const { return low_ + static_cast<double>(bin) * width_; }
  double upper_edge(size_t bin) const { return low_ + static_cast<double>(bin + 1) * width_; }
  double centre(size_t bin) const { return low_ + (static_cast<double>(bin) + 0.5) * width_; }

 private:
  Of of_ = Of::values;
  double low_ = 0, width_ = 1;
  std::vector<int64_t> counts_;
};

}  // namespace mmasim::runtime::calibration
