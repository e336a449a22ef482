// Which transfers and computations decided when a core's program ended: the chain of work that one finds
// going back from the last cycle, from each piece of work to what it waited for. Every cycle of the run is
// one piece's, so the pieces add up to it.
//
//   the core at work            -> what it did before
//   the core waits for a transfer -> the transfer; from its begin on what that waited for: its post by the
//                                   core, a token, or the transfer before it on its channel
//   the core waits for the array  -> the array's command that ended then; from its begin on its hand-over by
//                                   the core, or the command that ended then
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "traces/event.h"

namespace mmasim::traces {

enum class PathStep : uint8_t { mma, dsp, setup, issue, ddr, l3, l2, dma_start, other };
constexpr uint32_t kSteps = static_cast<uint32_t>(PathStep::other) + 1;
const char* name_of(PathStep step);

// Of the path; `layer` is the work's, which may be another than the one that the core was in.
struct PathPiece {
  PathStep step = PathStep::other;
  uint32_t layer = 0, instruction = 0, descriptor = 0;
  uint64_t begin = 0, end = 0;
};

// Events of one core, in the order in which they were told.
class PathFinder {
 public:
  void on(const Event& event);
  std::vector<PathPiece> find(uint64_t end_cycle);  // the last piece first

 private:
  // What the search needs of an event. `first` and `second`: issued and taken of a command; issued and data
  // of a transfer.
  struct Work {
    Kind kind;
    Cause cause;
    uint8_t channel;
    uint32_t layer, instruction, descriptor;
    uint64_t begin, end, done, first, second;
  };
  enum class At : uint8_t { core, array, transfer };
  // Where the search is: what ends at `cycle`.
  struct Place {
    At at;
    uint64_t cycle;
    size_t transfer;  // index, at a transfer
  };
  Place step_core(Place place);
  Place step_array(Place place);
  Place wait_for_array(PathStep step, const Work& work, Place place);
  Place step_transfer(Place place);
  const Work* command_done_by(uint64_t cycle) const;  // the last one, or null
  Place before_transfer(const Work& transfer, Place place) const;
  Place transfer_of(uint32_t descriptor, uint64_t cycle) const;
  void add(PathStep step, const Work& work, uint64_t begin, uint64_t end);

  std::vector<Work> own_;        // pieces of the core's time, hand-overs included, by begin
  std::vector<Work> array_;      // commands, by done once sorted
  std::vector<Work> transfers_;  // by descriptor once sorted
  std::vector<Work> holds_;      // by channel and end once sorted
  std::vector<PathPiece> path_;
};

}  // namespace mmasim::traces
