// Which bytes a piece of work may touch: as few intervals as describe them, and never too few bytes. What
// does not meet may be done in any order, or at the same time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "isa/address.h"

namespace mmasim::isa {

// Raw addresses first .. end. With a period, only those of them that lie at phase .. phase + width of it.
struct Reach {
  uint64_t first = 0, end = 0;
  uint64_t period = 0, phase = 0, width = 0;

  bool meets(const Reach& other) const {
    return first < other.end && other.first < end &&
           (period == 0 || period != other.period || meets_in_period(other));
  }
  void repeat_every(uint64_t stride, Address base,
                    uint64_t bytes);  // of its bytes only those, if that is less
  bool join(const Reach& other);      // becomes a reach of both, if one says little more than the two

 private:
  bool meets_in_period(const Reach& other) const;
};

// A dimension of what an instruction walks over.
struct Steps {
  uint64_t count;
  int64_t stride;
};

// Runs of `bytes` bytes, over all dimensions from `base` on.
Reach reach_of(Address base, uint64_t bytes, const Steps* dimensions, size_t num_dimensions);
inline Reach reach_of(Address base, uint64_t bytes, std::initializer_list<Steps> dimensions) {
  return reach_of(base, bytes, dimensions.begin(), dimensions.size());
}

class ReachList {
 public:
  void add(const Reach& reach);
  void add(const ReachList& other) {
    for (const Reach& reach : other) add(reach);
  }
  bool meets(const Reach& other) const {
    for (const Reach& reach : *this)
      if (reach.meets(other)) return true;
    return false;
  }
  bool meets(const ReachList& other) const {
    for (const Reach& reach : other)
      if (meets(reach)) return true;
    return false;
  }
  const Reach* begin() const { return reaches_.data(); }
  const Reach* end() const { return reaches_.data() + count_; }

 private:
  static constexpr uint32_t kMost = 6;  // more are joined
  std::array<Reach, kMost> reaches_;
  uint32_t count_ = 0;
};

// What a piece of work reads and writes.
struct Footprint {
  ReachList reads, writes;

  void add(const Footprint& other) {
    reads.add(other.reads);
    writes.add(other.writes);
  }

  // Whether the order of the two matters.
  bool meets(const Footprint& other) const {
    return writes.meets(other.writes) || writes.meets(other.reads) || reads.meets(other.writes);
  }
};

}  // namespace mmasim::isa
