// How many requests of a burst a second the DRAM controller decides: a sequential and a random stream, kept
// as full as the controller takes.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "models/memory/stream_replay.h"

namespace {

using namespace mmasim::models;

constexpr size_t kRequests = 100000;

void replay(benchmark::State& state, bool is_random) {
  DramConfig config;
  std::mt19937_64 generator(3);
  std::vector<StreamRequest> stream(kRequests);
  for (size_t i = 0; i < kRequests; ++i)
    stream[i] = {is_random ? generator() % (uint64_t{1} << 31) / 64 * 64 : i * config.burst_bytes(), false,
                 0};
  for (auto _ : state) benchmark::DoNotOptimize(replay_stream(config, stream, {}).cycles);
  state.counters["requests/s"] = benchmark::Counter(kRequests, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(replay, sequential, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, random, true)->Unit(benchmark::kMillisecond);

}  // namespace
