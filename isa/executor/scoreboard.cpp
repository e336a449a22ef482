// Up to 64 tasks in flight, one bit each: which are in flight, which have chunks to claim, and which others
// each one waits for. The issuer compares footprints without the lock, as only the issuer changes them; under
// the lock it then drops the tasks that have ended meanwhile.
#include "isa/executor/scoreboard.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace mmasim::isa {
namespace {

constexpr unsigned kEntries = 64;

// A waiting worker spins for some tens of microseconds, then yields, and after a while sleeps.
constexpr int kSpins = 2000, kYields = 300;

void pause() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_ia32_pause();
#endif
}

// Returns the next turn.
int wait_a_little(int turn) {
  turn < kSpins ? pause() : std::this_thread::yield();
  return turn < kSpins + kYields ? turn + 1 : turn;
}

// Held for some dozens of nanoseconds.
class SpinLock {
 public:
  void lock() {
    for (int turn = 0; flag_.test_and_set(std::memory_order_acquire);) turn = wait_a_little(turn);
  }
  void unlock() { flag_.clear(std::memory_order_release); }

 private:
  std::atomic_flag flag_ = ATOMIC_FLAG_INIT;
};

constexpr uint64_t bit(unsigned entry) { return uint64_t{1} << entry; }
constexpr uint64_t first_not_empty(uint64_t a, uint64_t b) { return a != 0 ? a : b; }
unsigned lowest(uint64_t bits) { return static_cast<unsigned>(__builtin_ctzll(bits)); }

// Calls visit for every entry whose bit is set.
template <class Visit>
void for_each(uint64_t bits, const Visit& visit) {
  for (; bits != 0; bits &= bits - 1) visit(lowest(bits));
}

struct Entry {
  Footprint footprint;
  Scoreboard::Task task;
  uint64_t number = 0;  // in the order of issue
  uint32_t chunks = 0, claimed = 0, unfinished = 0;
};

struct Claim {
  unsigned entry;
  uint32_t first, end;  // chunks
};

}  // namespace

struct Scoreboard::Shared {
  explicit Shared(unsigned threads) : size(threads) {
    for (unsigned worker = 1; worker < threads; ++worker)
      workers.emplace_back([this, worker] { serve(worker); });
  }

  void serve(unsigned worker);
  void help_until_one_ended(uint64_t awaited);
  void help_until_all_ended();
  bool has_one_ended(uint64_t awaited) const { return (in_flight.load() & awaited) != awaited; }
  void sleep();
  void wake();
  bool advance(std::optional<Claim>& claim, uint64_t awaited);
  uint64_t finish(const Claim& claim);
  std::optional<Claim> claim_one(uint64_t preferred);
  bool publish(unsigned entry, uint64_t met);
  void perform(unsigned worker, const Claim& claim);
  std::exception_ptr take_failure();

  const unsigned size;
  std::array<Entry, kEntries> entries;

  alignas(64) SpinLock lock;                         // guards what follows, and the counts of entries
  uint64_t issued = 0;                               // tasks so far; entries are used in turn
  std::atomic<uint64_t> in_flight{0}, claimable{0};  // also read without the lock
  uint64_t begun = 0;                                // claimable tasks of which chunks are claimed
  alignas(64) std::array<uint64_t, kEntries> blockers = {};

  static constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();
  std::atomic<uint64_t> failed{kNone};  // earliest failed task; no later one is performed
  std::exception_ptr failure;

  std::atomic<unsigned> sleepers{0};
  std::atomic<bool> is_over{false};
  std::mutex mutex;  // guards sleep and failure
  std::condition_variable has_task;
  std::vector<std::thread> workers;
};

// Claims chunks of one task: the oldest preferred one, else the oldest not yet started, else the oldest.
// Takes ceil(remaining / threads) chunks, so idle workers still find some.
std::optional<Claim> Scoreboard::Shared::claim_one(uint64_t preferred) {
  const uint64_t bits = claimable.load(std::memory_order_relaxed);
  if (bits == 0) return std::nullopt;
  const uint64_t choice = first_not_empty(bits & preferred, first_not_empty(bits & ~begun, bits));
  const auto next = static_cast<unsigned>(issued % kEntries);
  const uint64_t older = choice >> next << next;  // issued in the previous round of entries
  Claim claim;
  claim.entry = lowest(older != 0 ? older : choice);
  Entry& entry = entries[claim.entry];
  claim.first = entry.claimed;
  claim.end = entry.claimed += (entry.chunks - entry.claimed + size - 1) / size;
  if (entry.claimed < entry.chunks) {
    begun |= bit(claim.entry);
  } else {
    begun &= ~bit(claim.entry);
    claimable.store(bits & ~bit(claim.entry));
  }
  return claim;
}

// Returns the tasks to prefer next: those that this end has made claimable, or more chunks of the same task.
uint64_t Scoreboard::Shared::finish(const Claim& claim) {
  const unsigned entry = claim.entry;
  if ((entries[entry].unfinished -= claim.end - claim.first) != 0) return bit(entry);
  const uint64_t rest = in_flight.load(std::memory_order_relaxed) & ~bit(entry);
  uint64_t freed = 0;
  for_each(rest, [&](unsigned other) {
    if ((blockers[other] & bit(entry)) == 0) return;
    blockers[other] &= ~bit(entry);
    if (blockers[other] == 0) freed |= bit(other);
  });
  if (freed != 0) claimable.store(claimable.load(std::memory_order_relaxed) | freed);
  in_flight.store(rest);
  return freed;
}

// Finishes the claim and takes the next under one lock: moving the lock from core to core is what costs.
// Tasks that waited for this one are preferred, as their operands are near. Returns false, without a claim,
// if one of the awaited tasks has ended.
bool Scoreboard::Shared::advance(std::optional<Claim>& claim, uint64_t awaited) {
  uint64_t near = 0;
  bool goes_on = true;
  {
    const std::lock_guard<SpinLock> guard(lock);
    if (claim) near = finish(*claim);
    goes_on = !has_one_ended(awaited);
    claim = goes_on ? claim_one(near) : std::nullopt;
  }
  if (near != 0) wake();
  return goes_on;
}

void Scoreboard::Shared::perform(unsigned worker, const Claim& claim) {
  const Entry& entry = entries[claim.entry];
  if (entry.number > failed.load(std::memory_order_relaxed)) return;
  try {
    entry.task(worker, claim.first, claim.end);
  } catch (...) {
    const std::lock_guard<std::mutex> guard(mutex);
    if (entry.number >= failed.load()) return;
    failed = entry.number;
    failure = std::current_exception();
  }
}

void Scoreboard::Shared::help_until_one_ended(uint64_t awaited) {
  std::optional<Claim> claim;
  for (int turn = 0; claim || !has_one_ended(awaited);) {
    if ((claim || claimable.load() != 0) && !advance(claim, awaited)) return;
    turn = claim ? perform(0, *claim), 0 : wait_a_little(turn);
  }
}

void Scoreboard::Shared::help_until_all_ended() {
  while (const uint64_t awaited = in_flight.load()) help_until_one_ended(awaited);
}

// Puts the task in flight. Returns whether it can start at once; tasks that it met may have ended meanwhile.
bool Scoreboard::Shared::publish(unsigned entry, uint64_t met) {
  const std::lock_guard<SpinLock> guard(lock);
  const uint64_t before = in_flight.load(std::memory_order_relaxed);
  ++issued;
  blockers[entry] = met & before;
  in_flight.store(before | bit(entry));
  if (blockers[entry] != 0) return false;
  claimable.store(claimable.load(std::memory_order_relaxed) | bit(entry));
  return true;
}

void Scoreboard::Shared::sleep() {
  std::unique_lock<std::mutex> guard(mutex);
  ++sleepers;
  has_task.wait(guard, [this] { return claimable.load() != 0 || is_over.load(); });
  --sleepers;
}

// A worker about to sleep has either seen the task or is counted as a sleeper.
void Scoreboard::Shared::wake() {
  if (sleepers.load() == 0) return;
  const std::lock_guard<std::mutex> guard(mutex);
  has_task.notify_all();
}

void Scoreboard::Shared::serve(unsigned worker) {
  std::optional<Claim> claim;
  for (int turn = 0; claim || !is_over.load();) {
    if (claim || claimable.load() != 0) advance(claim, 0);
    if (claim)
      perform(worker, *claim), turn = 0;
    else if (turn < kSpins + kYields)
      turn = wait_a_little(turn);
    else
      sleep(), turn = 0;
  }
}

// Null if there is none.
std::exception_ptr Scoreboard::Shared::take_failure() {
  if (failed.load() == kNone) return nullptr;
  const std::lock_guard<std::mutex> guard(mutex);
  failed = kNone;
  return std::exchange(failure, nullptr);
}

Scoreboard::Scoreboard(unsigned threads) : shared_(std::make_unique<Shared>(threads)) {}

Scoreboard::~Scoreboard() {
  abandon();
  Shared& s = *shared_;
  {
    const std::lock_guard<std::mutex> guard(s.mutex);
    s.is_over = true;
  }
  s.has_task.notify_all();
  for (auto& worker : s.workers) worker.join();
}

unsigned Scoreboard::threads() const { return shared_->size; }

void Scoreboard::drain() {
  shared_->help_until_all_ended();
  if (const auto failure = shared_->take_failure()) std::rethrow_exception(failure);
}

void Scoreboard::abandon() {
  shared_->help_until_all_ended();
  shared_->take_failure();
}

bool Scoreboard::has_ended(uint64_t number) const {
  const auto entry = static_cast<unsigned>(number % kEntries);
  return shared_->entries[entry].number != number || shared_->has_one_ended(bit(entry));
}

void Scoreboard::help_until_one_ended(const std::vector<uint64_t>& numbers) {
  uint64_t awaited = 0;
  for (const uint64_t number : numbers) {
    if (has_ended(number)) return;
    awaited |= bit(static_cast<unsigned>(number % kEntries));
  }
  shared_->help_until_one_ended(awaited);
}

uint64_t Scoreboard::issue(const Footprint& footprint, uint32_t chunks, Task task) {
  Shared& s = *shared_;
  const uint64_t number = s.issued;
  if (s.size == 1 || chunks == 0) {
    if (chunks != 0) task(0, 0, chunks);
    return number;
  }
  if (s.failed.load() != Shared::kNone) drain();
  const auto entry = static_cast<unsigned>(number % kEntries);
  s.help_until_one_ended(bit(entry));
  uint64_t met = 0;
  for_each(s.in_flight.load(), [&](unsigned other) {
    if (footprint.meets(s.entries[other].footprint)) met |= bit(other);
  });
  Entry& e = s.entries[entry];
  e.footprint = footprint;
  e.task = std::move(task);
  e.number = number;
  e.chunks = e.unfinished = chunks;
  e.claimed = 0;
  if (s.publish(entry, met)) s.wake();
  return number;
}

}  // namespace mmasim::isa
