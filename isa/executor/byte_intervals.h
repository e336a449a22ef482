// The bytes that a task may touch, as few intervals that never leave out a byte. Tasks whose intervals do not
// meet may run in any order, or at the same time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "isa/address.h"

namespace mmasim::isa {

// Raw addresses first .. end. With a period, only the addresses at phase .. phase + width of each period.
struct ByteInterval {
  uint64_t first = 0, end = 0;
  uint64_t period = 0, phase = 0, width = 0;

  bool meets(const ByteInterval& other) const {
    return first < other.end && other.first < end &&
           (period == 0 || period != other.period || meets_in_period(other));
  }
  void repeat_every(uint64_t stride, Address base,
                    uint64_t bytes);     // only `bytes` of each stride, if that is less
  bool join(const ByteInterval& other);  // becomes one interval of both, if that adds little

 private:
  bool meets_in_period(const ByteInterval& other) const;
};

// A dimension of what an instruction walks over.
struct Steps {
  uint64_t count;
  int64_t stride;
};

// The interval of rows of `bytes` bytes, repeated over all dimensions from `base` on.
ByteInterval interval_of(Address base, uint64_t bytes, const Steps* dimensions, size_t num_dimensions);
inline ByteInterval interval_of(Address base, uint64_t bytes, std::initializer_list<Steps> dimensions) {
  return interval_of(base, bytes, dimensions.begin(), dimensions.size());
}

class IntervalSet {
 public:
  void add(const ByteInterval& interval);
  void add(const IntervalSet& other) {
    for (const ByteInterval& interval : other) add(interval);
  }
  bool meets(const ByteInterval& other) const {
    for (const ByteInterval& interval : *this)
      if (interval.meets(other)) return true;
    return false;
  }
  bool meets(const IntervalSet& other) const {
    for (const ByteInterval& interval : other)
      if (meets(interval)) return true;
    return false;
  }
  const ByteInterval* begin() const { return intervals_.data(); }
  const ByteInterval* end() const { return intervals_.data() + count_; }

 private:
  static constexpr uint32_t kMost = 6;  // further intervals are joined to the last
  std::array<ByteInterval, kMost> intervals_;
  uint32_t count_ = 0;
};

// What a task reads and writes.
struct Footprint {
  IntervalSet reads, writes;

  void add(const Footprint& other) {
    reads.add(other.reads);
    writes.add(other.writes);
  }

  // Whether the order of the two tasks matters.
  bool meets(const Footprint& other) const {
    return writes.meets(other.writes) || writes.meets(other.reads) || reads.meets(other.writes);
  }
};

}  // namespace mmasim::isa
