// A queue in one array: first in, first out, indexed from its front, growing by doubling. No allocation once
// it is large enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mmasim::models {

template <class T>
class Ring {
 public:
  Ring() : slots_(kFewSlots) {}

  bool empty() const { return begin_ == end_; }
  uint64_t size() const { return end_ - begin_; }
  T& front() { return slots_[begin_ & last_slot_]; }
  const T& front() const { return slots_[begin_ & last_slot_]; }
  const T& back() const { return slots_[(end_ - 1) & last_slot_]; }
  T& operator[](uint64_t index) { return slots_[(begin_ + index) & last_slot_]; }

  void push_back(const T& value) {
    if (size() > last_slot_) grow();
    slots_[end_++ & last_slot_] = value;
  }
  void pop_front() { ++begin_; }

 private:
  void grow() {
    std::vector<T> larger(slots_.size() * 2);
    for (uint64_t i = 0; i < size(); ++i) larger[i] = (*this)[i];
    end_ = size();
    begin_ = 0;
    slots_ = std::move(larger);
    last_slot_ = slots_.size() - 1;
  }

  static constexpr uint64_t kFewSlots = 16;

  std::vector<T> slots_;  // a power of two of them
  uint64_t last_slot_ = kFewSlots - 1;
  uint64_t begin_ = 0, end_ = 0;  // count up for ever; the slot is their lowest bits
};

}  // namespace mmasim::models
