// Threads that wait for pieces of work, for as long as the team lives. A short wait spins, a long one sleeps.
#pragma once

#include <functional>
#include <memory>

namespace mmasim::isa {

class Team {
 public:
  explicit Team(unsigned threads);  // the caller's included
  ~Team();
  unsigned size() const;

  // Calls work(0) here and work(1) .. work(size() - 1) on the other threads, and returns when all have ended.
  // Throws again what the lowest of them threw.
  void run(const std::function<void(unsigned)>& work);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace mmasim::isa
