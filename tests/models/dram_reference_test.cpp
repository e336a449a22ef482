// The controller against DRAMsim3 (hardware.md, "DDR reference"): its figures for seven address streams over
// 1,000,000 cycles of the DRAM clock, of which ours may differ by 1 % (row-hit share: 0.005).
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "models/memory/stream_replay.h"

using namespace mmasim::models;

namespace {

constexpr uint64_t kCapacityBytes = uint64_t{1} << 31;
constexpr uint64_t kCycles = 1000000;
constexpr uint64_t kRequests = 130000;  // more than the bus can carry in that time

// The generator of the reference streams (splitmix64, seed 1).
class Random {
 public:
  uint64_t next() {
    state_ += 0x9E3779B97F4A7C15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_ = 1;
};

StreamResult replay(const std::function<StreamRequest(uint64_t)>& request) {
  std::vector<StreamRequest> stream;
  for (uint64_t i = 0; i < kRequests; ++i) stream.push_back(request(i));
  return replay_stream(DramConfig{}, stream, kCycles);
}

void check(const StreamResult& ours, uint64_t reads, uint64_t writes, double gbps, double latency_cycles,
           double hits) {
  CHECK(static_cast<double>(ours.reads_done) == doctest::Approx(reads).epsilon(0.01));
  CHECK(static_cast<double>(ours.writes_done) == doctest::Approx(writes).epsilon(0.01));
  CHECK(ours.bandwidth_gbps == doctest::Approx(gbps).epsilon(0.01));
  CHECK(ours.mean_read_latency_cycles == doctest::Approx(latency_cycles).epsilon(0.01));
  CHECK(std::abs(ours.row_hit_fraction - hits) < 0.005);
}

}  // namespace

TEST_CASE("dram reference: sequential reads") {
  check(replay([](uint64_t i) { return StreamRequest{i * 64, false, 0}; }), 114341, 0, 15.611, 472.8, 0.9822);
}

TEST_CASE("dram reference: sequential writes") {
  check(replay([](uint64_t i) { return StreamRequest{i * 64, true, 0}; }), 0, 113973, 15.561, 0, 0);
}

TEST_CASE("dram reference: random reads") {
  Random random;
  check(replay([&](uint64_t) {
          return StreamRequest{random.next() % kCapacityBytes & ~uint64_t{63}, false, 0};
        }),
        41219, 0, 5.628, 1978.3, 0.0001);
}

TEST_CASE("dram reference: reads 2 KiB apart") {
  check(replay([](uint64_t i) {
          return StreamRequest{i * 2048 % kCapacityBytes + i * 2048 / kCapacityBytes * 64, false, 0};
        }),
        82670, 0, 11.287, 1130.3, 0.4995);
}

TEST_CASE("dram reference: lone reads, one in 200 cycles") {
  check(replay([](uint64_t i) {
          return StreamRequest{i * 64 * 1021 % kCapacityBytes, false, i * 200};
        }),
        4997, 0, 0.682, 193.9, 0);
}

TEST_CASE("dram reference: two streams read, one written, 4 KiB in turn") {
  check(replay([](uint64_t i) {
          const uint64_t chunk = i / 64, stream = chunk % 3, bases[] = {0, 0x20000000, 0x40000000};
          return StreamRequest{bases[stream] + chunk / 3 * 4096 + i % 64 * 64, stream == 2, 0};
        }),
        66624, 33280, 13.640, 629.5, 0.9754);
}

TEST_CASE("dram reference: 4 KiB chunks read at random") {
  Random random;
  uint64_t base = 0;
  check(replay([&](uint64_t i) {
          if (i % 64 == 0) base = random.next() % kCapacityBytes & ~uint64_t{4095};
          return StreamRequest{base + i % 64 * 64, false, 0};
        }),
        111811, 0, 15.266, 465.8, 0.9824);
}
