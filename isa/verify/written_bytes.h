// Which bytes of the memories have been written, as one reader knows it, and which stretches of L2 came in
// one piece. Bounded in time: past a limit of runs it stops looking and finds nothing missing.
#pragma once

#include <map>
#include <optional>

#include "isa/verify/byte_set.h"
#include "isa/verify/operands.h"

namespace mmasim::isa {

// Stretches of L2 that one copy or fill wrote whole and nobody has written since.
class Pieces {
 public:
  void add(uint64_t begin, uint64_t end);         // written in one piece
  void remove(uint64_t begin, uint64_t end);      // written otherwise
  bool hold(uint64_t begin, uint64_t end) const;  // all of it within one piece

 private:
  std::map<uint64_t, uint64_t> ends_;  // by their beginnings
};

class WrittenBytes {
 public:
  void add(Space space, uint64_t begin, uint64_t end) { of(space).add(begin, end); }
  void add(const Operand& operand);
  // The first byte of the operand that has not been written.
  std::optional<uint64_t> missing(const Operand& operand) const;

 private:
  static constexpr uint64_t kMostRuns = uint64_t{1} << 28;  // a second or two

  ByteSet& of(Space space) { return sets_[static_cast<size_t>(space)]; }
  const ByteSet& of(Space space) const { return sets_[static_cast<size_t>(space)]; }
  bool has_all_around(const Operand& operand) const;
  bool affords(const Operand& operand) const;

  ByteSet sets_[4];  // indexed by Space
  mutable uint64_t runs_ = 0;
};

}  // namespace mmasim::isa
