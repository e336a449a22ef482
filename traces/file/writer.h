// A format of trace files. A writer hears of a run in the order of time: records by their begins, samples of
// counters among them. Only a record that came too late to be sorted (recorder.h) may stand behind a later
// one.
#pragma once

#include <cstdint>

#include "traces/file/facts.h"
#include "traces/file/record.h"

namespace mmasim::traces {

// What is sampled, once per window of so many cycles and where it has changed.
enum class Meter : uint8_t {
  ddr,          // bytes read and written in the window; of all cores
  l3,           // of all cores
  l2,           // of the core
  l2_held,      // most bytes of L2 that hold what is still to be read; of the core
  outstanding,  // most transfers under way at once; of the core
};
constexpr uint32_t kMeters = static_cast<uint32_t>(Meter::outstanding) + 1;
constexpr uint64_t kWindowCycles = 1024;

struct Sample {
  Meter meter;
  uint16_t core = 0;
  uint64_t cycle = 0;              // the window's first
  uint64_t read = 0, written = 0;  // bytes; of the last two meters `read` alone
};

// Bytes per window as 10^9 bytes per second.
inline double gigabytes_per_second(uint64_t bytes, uint64_t clock_period_ps) {
  return static_cast<double>(bytes) * 1000.0 / static_cast<double>(kWindowCycles * clock_period_ps);
}

class Writer {
 public:
  virtual ~Writer() = default;
  virtual void write(const Record& record) = 0;
  virtual void write(const Sample& sample) = 0;
  virtual void end() = 0;  // closes the file
  // The first cycle of which nothing was written for want of room.
  bool is_truncated() const { return is_truncated_; }
  uint64_t truncated_cycle() const { return truncated_cycle_; }

 protected:
  void truncate(uint64_t cycle) {
    is_truncated_ = true;
    truncated_cycle_ = cycle;
  }

 private:
  bool is_truncated_ = false;
  uint64_t truncated_cycle_ = 0;
};

}  // namespace mmasim::traces
