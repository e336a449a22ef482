// Work that is issued in order and performed by several threads as soon as its operands allow: what reads or
// writes bytes that earlier work in flight writes, or writes what that reads, waits for it. So the bytes are
// those of one piece of work after another, whatever thread performs what and when.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "isa/executor/reach.h"

namespace mmasim::isa {

class Scoreboard {
 public:
  using Work = std::function<void(unsigned member, uint32_t first_piece, uint32_t end)>;

  explicit Scoreboard(
      unsigned threads);  // the caller's included: member 0; with one, work is done when issued
  ~Scoreboard();          // what is in flight ends first
  unsigned threads() const;

  // Work in so many pieces, which may be performed at the same time: in one call as many as leave something
  // to do for everybody. May perform some of what is in flight first. Returns its number. Only one thread
  // issues and asks; work issues nothing. A failure of earlier work is thrown here or by drain(): that of the
  // earliest which failed.
  uint64_t issue(const Footprint& footprint, uint32_t pieces, Work work);
  bool has_ended(uint64_t number) const;

  // Performs what is in flight until one of these works, at least one, has ended.
  void help_until_one_ended(const std::vector<uint64_t>& numbers);

  void drain();    // all that was issued has ended
  void abandon();  // the same, whether or not it failed

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace mmasim::isa
