// Counters over time, from records in the order of their begins: what crossed each memory in a window of
// kWindowCycles, how many transfers were under way, when the DDR was busy. Windows end one after another;
// memory is that of the windows that the longest access reaches over.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "traces/file/writer.h"

namespace mmasim::traces {

class Meters {
 public:
  explicit Meters(uint32_t cores) : cores_(cores), outstanding_(cores), last_(kMeters * cores) {}

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
  Bytes& bytes_at(uint64_t window);
  void spread(const Event& event, bool with_shared);
  void add_ddr(const Event& event);
  void sample(Window& window, Meter meter, uint16_t core, uint64_t read, uint64_t written);

  const uint32_t cores_;
  uint64_t begin_ = 0;       // of the window
  std::deque<Bytes> bytes_;  // of the window and those behind it
  std::vector<Outstanding> outstanding_;
  std::vector<Sample> last_;  // told, of each meter and core
  std::vector<Event> ddr_busy_;
  std::optional<Event> ddr_open_;  // goes on as far as is known
};

}  // namespace mmasim::traces
