// The fold over one core's events that books every cycle and byte: events in, an Activity out. Whoever feeds
// it the same events has the same sums: the models while they run, a trace that is read back.
//
// The core's time goes forward in pieces, each booked once: busy, overhead or stalled. The array works beside
// the core, so of a piece that is not busy itself only the part beyond the rows that the array has yet to
// stream counts as overhead or stall. What else the array does in that part (a panel load, a drain, the empty
// rest of a bank's walk) is hidden by it, and no busy time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "traces/activity.h"
#include "traces/array_split.h"
#include "traces/observer.h"

namespace mmasim::traces {

class Ledger final : public Observer {
 public:
  explicit Ledger(size_t layers);
  void grow(size_t layers);  // where their number shows only as they begin; fewer are no change

  // Of one core, in the order in which they were told. Begins of the core's own time never decrease.
  void on(const Event& event) override;

  // Closes the last layer at the end of the program. Throws std::logic_error if a layer's cycles do not add
  // up, unless that is not asked for: of a recording that lacks some.
  Activity finish(uint64_t end_cycle);
  void allow_gaps() { checks_sums_ = false; }

 private:
  void begin_layer(uint32_t layer, uint64_t now);  // goes on with the current one unless it is above
  void on_array(const Event& event);
  void on_vectors(const Event& event);
  void array_busy(uint64_t begin, uint64_t end);
  void overhead(uint64_t begin, uint64_t end);
  void stalled(uint64_t begin, uint64_t end, Cause cause);
  void synchronized(uint64_t begin,
                    uint64_t end);  // a wait for the core's own signal, behind the array's work
  void moving(uint64_t begin, uint64_t end);
  void add_traffic(const Event& event);

  LayerActivity& current() { return layers_[current_]; }
  uint64_t beyond_streams(uint64_t begin, uint64_t end);
  void change_split(const ArraySplit::Change& change);
  void close_split();
  void close_layer(uint64_t now);

  size_t layer_count_;
  std::vector<LayerActivity> layers_;  // at least one, so that a program without layers has a place to book
  uint32_t current_ = 0;
  uint64_t array_busy_until_ = 0, array_streams_until_ = 0;
  uint64_t slip_cycles_ = 0;  // of what the array is busy next, really a wait
  Cause slip_cause_ = Cause::none;
  ArraySplit split_;
  ArraySplit::Change split_of_layer_;
  uint64_t refreshes_ = 0;
  bool checks_sums_ = true;
};

}  // namespace mmasim::traces
