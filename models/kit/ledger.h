// Where every cycle and byte of an execution is booked. The units call it with their own cycles; it knows no
// kernel.
//
// The core's time goes forward in pieces, each booked once: busy, overhead or stalled. The array works beside
// the core, so of a piece that is not busy itself only the part beyond the rows that the array has yet to
// stream counts as overhead or stall. What else the array does in that part (a panel load, a drain, the empty
// rest of a bank's walk) is hidden by it, and no busy time.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/address.h"
#include "models/kit/activity.h"

namespace mmasim::models {

class Ledger {
 public:
  explicit Ledger(size_t layers);

  // The core's timeline. Begins never decrease.
  void array_busy(uint64_t begin, uint64_t end);  // from issue to retirement of a command
  void array_streams(uint64_t end);               // the last of them, known before any stall behind it
  // So many cycles of what the array is busy next are really a wait.
  void array_slips(uint64_t cycles, const char* cause);
  void dsp_busy(uint64_t begin, uint64_t end);  // the array is idle
  void overhead(uint64_t begin, uint64_t end);
  void stalled(uint64_t begin, uint64_t end, const char* cause);
  void synchronized(uint64_t begin,
                    uint64_t end);  // a wait for the core's own signal, behind the array's work

  // A layer above the current one begins; any other index goes on with the current one.
  void begin_layer(uint32_t layer, uint64_t now);

  void chunk_begins(uint64_t now);  // the DMA engine moves bytes while at least one chunk is under way
  void chunk_ends(uint64_t now);
  void ddr_counts(uint64_t activates, uint64_t refreshes);  // so far

  LayerActivity& current() { return layers_[current_]; }
  uint32_t current_layer() const { return current_; }
  LayerActivity& layer(uint32_t index) { return layers_.at(index); }
  static Traffic& traffic(LayerActivity& layer, isa::Space space);

  // Closes the last layer. Throws std::logic_error if a layer's cycles do not add up.
  Activity finish(uint64_t now);

 private:
  uint64_t beyond_streams(uint64_t begin, uint64_t end);
  void close_layer(uint64_t now);
  void flush_dma(uint64_t now);

  const size_t layer_count_;
  std::vector<LayerActivity> layers_;  // at least one, so that a program without layers has a place to book
  uint32_t current_ = 0;
  uint64_t array_busy_until_ = 0, array_streams_until_ = 0;
  uint64_t slip_cycles_ = 0;
  const char* slip_cause_ = "";
  uint32_t chunks_ = 0;
  uint64_t dma_since_ = 0;
  uint64_t activates_ = 0, refreshes_ = 0;
};

}  // namespace mmasim::models
