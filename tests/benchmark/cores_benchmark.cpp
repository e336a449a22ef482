// What two of the host's cores are worth just now. How far they are from each other: a message to another
// thread and back; where it takes several times as long as at its best, they share no cache, and work on two
// threads gains less. And how much arithmetic they do together: a virtual core may be half a real one, or
// have to wait for its turn.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace {

struct alignas(64) Line {
  std::atomic<int64_t> value{0};
};

void message(benchmark::State& state) {
  constexpr int64_t kOver = -1;
  Line there, back;
  std::thread other([&] {
    for (int64_t last = 0;;) {
      const int64_t seen = there.value.load(std::memory_order_acquire);
      if (seen == kOver) return;
      if (seen != last) back.value.store(last = seen, std::memory_order_release);
    }
  });
  int64_t sent = 0;
  const auto exchange = [&] {
    there.value.store(++sent, std::memory_order_release);
    while (back.value.load(std::memory_order_acquire) != sent) {
    }
  };
  const auto begin = std::chrono::steady_clock::now();  // both threads may begin on one core
  while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(30)) exchange();
  for (auto _ : state) exchange();
  there.value = kOver;
  other.join();
}
BENCHMARK(message)->UseRealTime();

#if defined(__linux__)
// To the process's core of that number, of those that it may use.
void keep_on_core(int number) {
  cpu_set_t allowed, one;
  sched_getaffinity(0, sizeof allowed, &allowed);
  CPU_ZERO(&one);
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &allowed) && number-- == 0) CPU_SET(core, &one);
  if (CPU_COUNT(&one) == 1) sched_setaffinity(0, sizeof one, &one);
}

// Independent chains of multiplications, as many as keep a core busy.
uint64_t multiply_for_a_while() {
  uint64_t chains[8];
  for (uint64_t i = 0; i < 8; ++i) chains[i] = i + 3;
  for (int turn = 0; turn < 200'000; ++turn)
    for (uint64_t& chain : chains) chain = chain * 0x9e3779b97f4a7c15u + 1;
  uint64_t sum = 0;
  for (const uint64_t chain : chains) sum += chain;
  return sum;
}

// The same arithmetic on one core, then on two at the same time: the second's worth is what both do over what
// one does.
void two_cores(benchmark::State& state) {
  using Clock = std::chrono::steady_clock;
  enum Phase { wait, work, done, over };
  std::atomic<int> phase{wait};
  std::thread other([&] {
    keep_on_core(1);
    while (phase.load() != over) {
      if (phase.load() != work) continue;
      benchmark::DoNotOptimize(multiply_for_a_while());
      phase = done;
    }
  });
  std::thread first([&] {
    keep_on_core(0);
    Clock::duration alone{}, together{};
    for (auto _ : state) {
      const auto begin = Clock::now();
      benchmark::DoNotOptimize(multiply_for_a_while());
      const auto middle = Clock::now();
      phase = work;
      benchmark::DoNotOptimize(multiply_for_a_while());
      while (phase.load() != done) {
      }
      together += Clock::now() - middle;
      alone += middle - begin;
      phase = wait;
    }
    const auto ratio = std::chrono::duration<double>(alone) / std::chrono::duration<double>(together);
    state.counters["cores"] = 2 * ratio;
  });
  first.join();
  phase = over;
  other.join();
}
BENCHMARK(two_cores)->UseRealTime();
#endif

}  // namespace
