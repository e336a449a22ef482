// The core clock: the only place where cycles become sc_time and sc_time becomes cycles.
#pragma once

#include <cmath>
#include <cstdint>

#include "models/kit/systemc.h"

namespace mmasim::models {

class Clock {
 public:
  explicit Clock(double mhz) : mhz_(mhz), period_(std::round(1e6 / mhz), sc_core::SC_PS) {}

  double mhz() const { return mhz_; }
  sc_core::sc_time cycles(uint64_t count) const {
    return sc_core::sc_time::from_value(period_.value() * count);
  }
  uint64_t count(const sc_core::sc_time& time) const { return time.value() / period_.value(); }
  uint64_t now() const { return count(sc_core::sc_time_stamp()); }

 private:
  double mhz_;
  sc_core::sc_time period_;  // whole picoseconds: every wait is a whole number of cycles
};

}  // namespace mmasim::models
