// Threads that share out pieces of work, for as long as the team lives. A short wait for work spins, a long
// one sleeps.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace mmasim::isa {

class Team {
 public:
  using Work = std::function<void(unsigned member, uint32_t piece)>;

  explicit Team(unsigned threads);  // the caller's included
  ~Team();
  unsigned size() const;

  // Calls work(member, piece) for every piece below `pieces`, each once, on whichever member is free: 0 is
  // the caller. Returns when all have ended; it waits for no member that has not begun a piece. Throws again
  // what a piece threw.
  void run(uint32_t pieces, const Work& work);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace mmasim::isa
