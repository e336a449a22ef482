// Tasks that are issued in order and performed by several threads as soon as their operands allow. A task
// waits for every earlier task in flight that writes bytes it reads or writes, or reads bytes it writes. So
// the bytes are those of one task after another, whichever thread performs what and when.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "isa/executor/byte_intervals.h"

namespace mmasim::isa {

class Scoreboard {
 public:
  using Task = std::function<void(unsigned worker, uint32_t first_chunk, uint32_t end)>;

  explicit Scoreboard(
      unsigned threads);  // including the caller, who is worker 0; with one, tasks run at issue
  ~Scoreboard();          // waits for the tasks in flight
  unsigned threads() const;

  // Issues a task of so many chunks, which may be performed at the same time; a worker claims several of them
  // per call, and leaves some for the others. May perform tasks in flight first. Returns the task's number.
  // Only one thread issues and asks; tasks issue nothing. If earlier tasks failed, this or drain() throws the
  // failure of the earliest.
  uint64_t issue(const Footprint& footprint, uint32_t chunks, Task task);
  bool has_ended(uint64_t number) const;

  // Performs tasks in flight until at least one of these has ended.
  void help_until_one_ended(const std::vector<uint64_t>& numbers);

  void drain();    // performs all tasks to their end
  void abandon();  // the same, and forgets failures

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace mmasim::isa
