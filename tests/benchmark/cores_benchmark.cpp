// How far the host's cores are from each other: a message to another thread and back. Where it takes several
// times as long as at its best, they share no cache, and work on two threads gains less.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

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

}  // namespace
