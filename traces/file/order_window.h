// Puts records into the order of their begins, within a window of so many: a record that more than those have
// overtaken comes out late. Constant memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "traces/file/record.h"

namespace mmasim::traces {

class OrderWindow {
 public:
  explicit OrderWindow(size_t records) : places_(records) {
    for (size_t i = records; i-- > 0;) free_.push_back(static_cast<uint32_t>(i));
    heap_.reserve(records);
  }

  bool empty() const { return heap_.empty(); }
  bool full() const { return free_.empty(); }
  void push(const Record& record) {  // not when full
    const uint32_t place = free_.back();
    free_.pop_back();
    places_[place] = record;
    heap_.push_back({record.event.begin, count_++, place});
    std::push_heap(heap_.begin(), heap_.end());
  }
  Record pop() {  // not when empty: the earliest, of several the one that came first
    std::pop_heap(heap_.begin(), heap_.end());
    const uint32_t place = heap_.back().place;
    heap_.pop_back();
    free_.push_back(place);
    return places_[place];
  }

 private:
  struct Entry {
    uint64_t begin, number;
    uint32_t place;
    bool operator<(const Entry& other) const {  // the heap's top is its greatest
      return begin != other.begin ? begin > other.begin : number > other.number;
    }
  };
  std::vector<Record> places_;
  std::vector<uint32_t> free_;
  std::vector<Entry> heap_;
  uint64_t count_ = 0;
};

}  // namespace mmasim::traces
