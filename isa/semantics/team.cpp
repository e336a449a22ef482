#include "isa/semantics/team.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace mmasim::isa {
namespace {

constexpr int kSpins = 3000;  // some tens of microseconds

void pause() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

struct Team::Shared {
  explicit Shared(unsigned threads) : failures(threads) {
    for (unsigned member = 1; member < threads; ++member)
      members.emplace_back([this, member] { serve(member); });
  }

  void serve(unsigned member);
  bool wait_for_round(unsigned seen);
  void perform(unsigned member);

  std::vector<std::exception_ptr> failures;  // one a member
  const std::function<void(unsigned)>* work = nullptr;
  alignas(64) std::atomic<unsigned> round{0};
  alignas(64) std::atomic<unsigned> busy{0};  // members that have not ended the round
  std::atomic<bool> is_over{false};
  std::atomic<unsigned> sleepers{0};
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::thread> members;
};

void Team::Shared::perform(unsigned member) {
  try {
    (*work)(member);
  } catch (...) {
    failures[member] = std::current_exception();
  }
}

// False when the team ends.
bool Team::Shared::wait_for_round(unsigned seen) {
  const auto is_next = [&] { return round.load() != seen || is_over.load(); };
  for (int spin = 0; spin < kSpins && !is_next(); ++spin) pause();
  if (!is_next()) {
    std::unique_lock<std::mutex> lock(mutex);
    ++sleepers;
    wake.wait(lock, is_next);
    --sleepers;
  }
  return !is_over.load();
}

void Team::Shared::serve(unsigned member) {
  for (unsigned seen = 0; wait_for_round(seen); ++seen) {
    perform(member);
    --busy;
  }
}

Team::Team(unsigned threads) : shared_(std::make_unique<Shared>(threads)) {}

Team::~Team() {
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->is_over = true;
  }
  shared_->wake.notify_all();
  for (auto& member : shared_->members) member.join();
}

unsigned Team::size() const { return static_cast<unsigned>(shared_->failures.size()); }

void Team::run(const std::function<void(unsigned)>& work) {
  Shared& s = *shared_;
  s.work = &work;
  s.busy = size() - 1;
  ++s.round;
  if (s.sleepers.load() != 0) {  // a member that was about to sleep has seen the round, or is counted here
    const std::lock_guard<std::mutex> lock(s.mutex);
    s.wake.notify_all();
  }
  s.perform(0);
  for (int spin = 0; s.busy.load() != 0;) {
    if (++spin < kSpins)
      pause();
    else
      std::this_thread::yield();
  }
  for (auto& failure : s.failures)
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
}

}  // namespace mmasim::isa
