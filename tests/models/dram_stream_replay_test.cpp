#include <doctest/doctest.h>

#include "models/memory/stream_replay.h"

using namespace mmasim::models;

TEST_CASE(
    "stream replay: a read issued in cycle 0 stands at the controller in cycle 1 and is done 84 cycles "
    "later") {
  const std::vector<StreamRequest> stream = {{0, false, 0}};
  // Cycles 0..85 hold the completion at 85, cycles 0..84 do not.
  CHECK(replay_stream(DramConfig{}, stream, 85).reads_done == 0);
  const StreamResult result = replay_stream(DramConfig{}, stream, 86);
  CHECK(result.reads_done == 1);
  CHECK(result.mean_read_latency_cycles == 84);
  CHECK(result.bandwidth_gbps == doctest::Approx(64 / (86 * 0.46875)));
}

TEST_CASE("stream replay: without a number of cycles it ends with the last completion") {
  const StreamResult result =
      replay_stream(DramConfig{}, {{0, false, 0}, {64, false, 1000}, {128, true, 2000}}, std::nullopt);
  CHECK(result.cycles == 2002);  // issued 2000, accepted 2001
  CHECK(result.reads_done == 2);
  CHECK(result.writes_done == 1);
  CHECK(result.row_hit_fraction == 0.5);
}

TEST_CASE("stream replay: requests keep their order, a late one holds up those behind it") {
  const StreamResult result = replay_stream(DramConfig{}, {{0, false, 5000}, {64, false, 0}}, std::nullopt);
  CHECK(result.cycles == 5001 + 84 + 8);
}

TEST_CASE("stream replay: a long stream is fed piece by piece without a gap") {
  std::vector<StreamRequest> stream;
  for (uint64_t i = 0; i < 10000; ++i) stream.push_back({i * 64, false, 0});
  DramConfig config;
  config.refresh = false;
  // Every bank is activated in time: the bus carries a burst every 8 cycles from the first read at 41 on.
  CHECK(replay_stream(config, stream, std::nullopt).cycles == 41 + 9999 * 8 + 44);
}

TEST_CASE("stream replay: no requests, no cycles, requests for the end of time") {
  CHECK(replay_stream(DramConfig{}, {}, std::nullopt).cycles == 0);
  CHECK(replay_stream(DramConfig{}, {{0, false, 0}}, 0).reads_done == 0);
  CHECK(replay_stream(DramConfig{}, {{0, false, uint64_t{1} << 59}}, 1000000000000000).reads_done == 0);
  CHECK(replay_stream(DramConfig{}, {{0, false, uint64_t{1} << 59}}, std::nullopt).reads_done == 1);
}
