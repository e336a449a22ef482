// Units that must not be mixed up: cycles of the core clock and bytes. A bare integer never becomes one
// silently, and one never becomes a bare integer silently.
#pragma once

#include <cstdint>

namespace mmasim::isa {

template <class Tag>
class Quantity {
 public:
  constexpr Quantity() = default;
  explicit constexpr Quantity(uint64_t count) : count_(count) {}
  constexpr uint64_t count() const { return count_; }

  constexpr Quantity& operator+=(Quantity other) {
    count_ += other.count_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    count_ -= other.count_;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
  friend constexpr Quantity operator*(Quantity a, uint64_t n) { return Quantity(a.count_ * n); }
  friend constexpr bool operator==(Quantity a, Quantity b) { return a.count_ == b.count_; }
  friend constexpr bool operator!=(Quantity a, Quantity b) { return a.count_ != b.count_; }
  friend constexpr bool operator<(Quantity a, Quantity b) { return a.count_ < b.count_; }
  friend constexpr bool operator<=(Quantity a, Quantity b) { return a.count_ <= b.count_; }
  friend constexpr bool operator>(Quantity a, Quantity b) { return a.count_ > b.count_; }
  friend constexpr bool operator>=(Quantity a, Quantity b) { return a.count_ >= b.count_; }

 private:
  uint64_t count_ = 0;
};

using Cycles = Quantity<struct CyclesTag>;  // of the core clock
using Bytes = Quantity<struct BytesTag>;

constexpr uint64_t divide_up(uint64_t value, uint64_t divisor) { return (value + divisor - 1) / divisor; }
constexpr uint64_t round_up(uint64_t value, uint64_t multiple) {
  return divide_up(value, multiple) * multiple;
}

}  // namespace mmasim::isa
