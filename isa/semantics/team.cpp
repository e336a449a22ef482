// Pieces are claimed by one atomic number: the round, how many pieces it has, and the next of them. A member
// that comes late finds none left, so a busy host delays a round by at most a piece.
#include "isa/semantics/team.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace mmasim::isa {
namespace {

// Waiting, a member spins for some tens of microseconds, then lets others run, and after a while sleeps.
constexpr int kSpins = 2000, kYields = 300;

constexpr uint32_t kMostPieces = (1u << 20) - 1;

void pause() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_ia32_pause();
#endif
}

template <class IsOver>
void spin(const IsOver& is_over, int64_t most) {
  for (int64_t turn = 0; turn < most && !is_over(); ++turn)
    turn < kSpins ? pause() : std::this_thread::yield();
}

// A round's number in 24 bits, its pieces and the next one in 20 bits each.
constexpr uint64_t claims(uint64_t round, uint32_t pieces) { return round << 40 | uint64_t{pieces} << 20; }
constexpr uint64_t round_of(uint64_t claims) { return claims >> 40; }
constexpr bool has_piece(uint64_t claims) { return (claims & kMostPieces) < (claims >> 20 & kMostPieces); }

}  // namespace

struct Team::Shared {
  explicit Shared(unsigned threads) : size(threads) {
    for (unsigned member = 1; member < threads; ++member)
      members.emplace_back([this, member] { serve(member); });
  }

  void serve(unsigned member);
  bool wait_for_round(uint64_t seen);
  void take_pieces(unsigned member);
  void perform(unsigned member, uint32_t piece);

  const unsigned size;
  const Work* work = nullptr;  // of the round whose piece a member holds
  alignas(64) std::atomic<uint64_t> next{0};
  alignas(64) std::atomic<uint32_t> done{0};
  alignas(64) std::atomic<bool> is_over{false};
  std::atomic<unsigned> sleepers{0};
  std::mutex mutex;
  std::condition_variable wake;
  std::exception_ptr failure;
  std::vector<std::thread> members;
};

void Team::Shared::perform(unsigned member, uint32_t piece) {
  try {
    (*work)(member, piece);
  } catch (...) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (!failure) failure = std::current_exception();
  }
  ++done;
}

void Team::Shared::take_pieces(unsigned member) {
  for (uint64_t seen = next.load(); has_piece(seen);)
    if (next.compare_exchange_weak(seen, seen + 1)) {  // the round cannot end before this piece has
      perform(member, static_cast<uint32_t>(seen & kMostPieces));
      seen = next.load();
    }
}

// False when the team ends.
bool Team::Shared::wait_for_round(uint64_t seen) {
  const auto is_next = [&] { return round_of(next.load()) != seen || is_over.load(); };
  spin(is_next, kSpins + kYields);
  if (!is_next()) {
    std::unique_lock<std::mutex> lock(mutex);
    ++sleepers;
    wake.wait(lock, is_next);
    --sleepers;
  }
  return !is_over.load();
}

void Team::Shared::serve(unsigned member) {
  for (uint64_t seen = 0; wait_for_round(seen);) {
    seen = round_of(next.load());
    take_pieces(member);
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

unsigned Team::size() const { return shared_->size; }

void Team::run(uint32_t pieces, const Work& work) {
  Shared& s = *shared_;
  if (pieces == 1) return work(0, 0);
  if (pieces > kMostPieces) throw std::logic_error("a team was given " + std::to_string(pieces) + " pieces");
  s.work = &work;
  s.done = 0;
  s.next = claims((round_of(s.next.load()) + 1) & 0xffffff, pieces);
  if (s.sleepers.load() != 0) {  // a member about to sleep has seen the round, or is counted here
    const std::lock_guard<std::mutex> lock(s.mutex);
    s.wake.notify_all();
  }
  s.take_pieces(0);
  spin([&] { return s.done.load() == pieces; }, std::numeric_limits<int64_t>::max());
  if (s.failure) std::rethrow_exception(std::exchange(s.failure, nullptr));
}

}  // namespace mmasim::isa
