// Places buffers in L2 as the emitter goes through the steps: first come, first served, remembering who held
// each byte before, so that whoever takes it over knows what to wait for. Knows no instructions.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>

namespace mmasim::runtime {

// What must have happened before a range of L2 may be written again.
struct Release {
  uint32_t core_steps = 0;    // steps the core must have finished
  uint32_t store_groups = 0;  // groups the store channel must have finished
};

class Scratchpad {
 public:
  explicit Scratchpad(uint64_t bytes) : bytes_(bytes) {}

  // Offset of a free range, or nothing. Long-lived buffers go to the top, the others where the range has been
  // free for longest, so that a tile's successor lands beside it and neither waits.
  enum class Lifetime : uint8_t { step, steps };
  std::optional<uint64_t> allocate(uint64_t bytes, Lifetime lifetime);
  Release release_before(uint64_t offset, uint64_t bytes) const;  // of whoever held the range before
  void free(uint64_t offset, uint64_t bytes, Release release);
  void undo(uint64_t offset);  // an allocation that nobody has used

  uint64_t free_bytes() const { return bytes_ - live_bytes_; }  // in pieces, maybe
  uint64_t peak_bytes() const { return peak_; }                 // most that was ever live at once

 private:
  struct Past {
    uint64_t begin, end;
    Release release;
  };
  uint32_t age(uint64_t begin, uint64_t end) const;

  uint64_t bytes_;
  uint64_t live_bytes_ = 0, peak_ = 0;
  std::map<uint64_t, uint64_t> live_;  // begin -> end
  std::list<Past> past_;
};

}  // namespace mmasim::runtime
