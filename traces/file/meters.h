// Counters over time, from records in the order of their begins: what crossed each memory in a window of
// kWindowCycles, how many transfers were under way, how much of L2 was in use, when the DDR was busy. Windows
// end one after another; memory is that of the windows that the longest access reaches over.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "traces/file/l2_use.h"
#include "traces/file/writer.h"

namespace mmasim::traces {

class Meters {
 public:
  // l2_use: by instruction; of instructions without one nothing is known.
  Meters(uint32_t cores, std::vector<L2Change> l2_use)
      : cores_(cores),
        l2_use_(std::move(l2_use)),
        outstanding_(cores),
        held_(cores),
        last_(kMeters * cores) {}

  uint64_t window_end() const { return begin_ + kWindowCycles; }
  void add(const Event& event);  // begins in the window, or late before it

  // Ends the window: what changed in it, and when the DDR was busy in it.
  struct Window {
    std::vector<Sample> samples;
    std::vector<Event> ddr_busy;
  };
  void end_window(Window& window);
  // Nothing happens before `cycle`: the windows until then that are all alike need no end of their own.
  void skip_to(uint64_t cycle);

 private:
  struct Bytes {
    Traffic ddr, l3;
    std::vector<Traffic> l2;  // of each core
  };
  struct Outstanding {
    std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> ends;
    uint64_t peak = 0;
  };
  // What a core holds in L2: whose end frees how much.
  struct Held {
    using Freed = std::pair<uint64_t, uint64_t>;
    std::priority_queue<Freed, std::vector<Freed>, std::greater<>> ends;
    uint64_t bytes = 0, peak = 0;
    void free_until(uint64_t cycle) {
      for (; !ends.empty() && ends.top().first <= cycle; ends.pop())
        bytes -= std::min(bytes, ends.top().second);
    }
  };
  Bytes& bytes_at(uint64_t window);
  void spread(const Event& event, bool with_shared);
  void add_ddr(const Event& event);
  void add_l2(const Event& event);
  void sample(Window& window, Meter meter, uint16_t core, uint64_t read, uint64_t written);

  const uint32_t cores_;
  const std::vector<L2Change> l2_use_;
  uint64_t begin_ = 0;       // of the window
  std::deque<Bytes> bytes_;  // of the window and those behind it
  std::vector<Outstanding> outstanding_;
  std::vector<Held> held_;
  std::vector<Sample> last_;  // told, of each meter and core
  std::vector<Event> ddr_busy_;
  std::optional<Event> ddr_open_;  // goes on as far as is known
};

}  // namespace mmasim::traces
