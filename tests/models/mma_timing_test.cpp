#include "models/mma/mma_timing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

using namespace mmasim;
using models::MmaPipeline;
using models::walk_cycles;

namespace {

constexpr uint32_t kS = 64;  // panel rows of 8-bit operands

isa::Machine machine() { return {}; }  // two B banks, eight C banks

// No start, no drain, no pause: only banks and units count.
models::MmaConfig bare() {
  models::MmaConfig config;
  config.open_cycles = config.drain_cycles = config.close_cycles = 0;
  config.block_cycles = 0;
  config.queue_entries = 64;
  return config;
}

// for n, for m: for k: load a panel, stream S rows; transfer. One command a cycle at most.
uint64_t product_cycles(const models::MmaConfig& config, uint32_t rows, uint32_t m_blocks, uint32_t n_blocks,
                        uint32_t k_blocks) {
  MmaPipeline pipeline(config, machine());
  uint64_t now = 0;
  uint32_t b_bank = 0, c_bank = 0;
  for (uint32_t n = 0; n < n_blocks; ++n) {
    for (uint32_t m = 0; m < m_blocks; ++m) {
      for (uint32_t k = 0; k < k_blocks; ++k, b_bank ^= 1) {
        now = pipeline.load(b_bank, rows, now).accepted_cycle + 1;
        now = pipeline.stream(b_bank, c_bank, rows, k == 0, now).accepted_cycle + 1;
      }
      now = pipeline.transfer(c_bank, rows, now).accepted_cycle + 1;
      c_bank = (c_bank + 1) % 4;
    }
  }
  return pipeline.close(now);
}

}  // namespace

TEST_CASE("mma timing: a stream waits until its panel is loaded whole") {
  MmaPipeline pipeline(bare(), machine());
  pipeline.load(0, kS, 0);
  CHECK(pipeline.earliest_stream(0, 0, true, 1) == 64);   // loaded in 0..63
  CHECK(pipeline.earliest_stream(0, 0, true, 63) == 64);  // blocked at t - 1
  CHECK(pipeline.earliest_stream(0, 0, true, 64) == 64);  // ready at t
  CHECK(pipeline.earliest_stream(0, 0, true, 65) == 65);
}

TEST_CASE("mma timing: a bank is overwritten when its last stream has ended, not before") {
  MmaPipeline pipeline(bare(), machine());
  pipeline.load(0, kS, 0);               // 0..63
  pipeline.stream(0, 0, 100, true, 64);  // 64..163
  CHECK(pipeline.earliest_load(0, 163) == 164);
  CHECK(pipeline.earliest_load(0, 164) == 164);
  CHECK(pipeline.earliest_load(1, 64) == 64);  // the other bank is free at once
}

TEST_CASE("mma timing: an accumulator bank is written again when its transfer has read it") {
  MmaPipeline pipeline(bare(), machine());
  pipeline.load(0, kS, 0);
  pipeline.stream(0, 0, kS, true, 64);  // 64..127
  const auto transfer = pipeline.transfer(0, kS, 65);
  CHECK(transfer.start_cycle == 128);  // the stream's end
  CHECK(transfer.end_cycle == 192);
  CHECK(pipeline.earliest_stream(0, 0, true, 191) == 192);
  CHECK(pipeline.earliest_stream(0, 0, true, 192) == 192);
  CHECK(pipeline.earliest_stream(0, 1, true, 128) == 128);  // another bank does not wait
}

TEST_CASE("mma timing: a transfer of wide rows takes a cycle for every store") {
  MmaPipeline pipeline(bare(), machine());
  CHECK(walk_cycles(16, 10, 4) == 40);  // 10 rows of 4 x 64 bytes
  CHECK(walk_cycles(16, 3, 4) == 16);   // the bank has 16 rows all the same
  CHECK(pipeline.transfer(0, walk_cycles(16, 10, 4), 0).end_cycle == 40);
}

TEST_CASE("mma timing: a reload hides behind as many rows as the panel has") {
  // load 64, then 3 streams of 64 back to back: the loads in between run beside the streams; transfer 64
  CHECK(product_cycles(bare(), kS, 1, 1, 3) == 64 + 3 * 64 + 64);
}

TEST_CASE("mma timing: a reload shows behind few rows") {
  // One row a panel: every panel takes its 64 load cycles, and the last one's row follows.
  MmaPipeline pipeline(bare(), machine());
  uint64_t now = 0;
  for (uint32_t k = 0; k < 16; ++k) {
    now = pipeline.load(k % 2, kS, now).accepted_cycle + 1;
    now = pipeline.stream(k % 2, 0, walk_cycles(kS, 1, 1), k == 0, now).accepted_cycle + 1;
  }
  CHECK(pipeline.retired_cycle() == 64 + 16 * 64);  // the first load, then 16 walks beside loads
}

TEST_CASE("mma timing: fully connected 1000 x 512 with one row costs at least 8192 cycles") {
  // hardware.md 2: 16 x 8 panels x 64
  MmaPipeline pipeline(models::MmaConfig{}, machine());
  uint64_t now = 0;
  for (uint32_t n = 0; n < 16; ++n) {
    for (uint32_t k = 0; k < 8; ++k) {
      now = pipeline.load(k % 2, kS, now).accepted_cycle + 1;
      now = pipeline.stream(k % 2, n % 4, walk_cycles(kS, 1, 1), k == 0, now).accepted_cycle + 1;
    }
    now = pipeline.transfer(n % 4, walk_cycles(kS, 1, 1), now).accepted_cycle + 1;
  }
  const uint64_t cycles = pipeline.close(now);
  CHECK(cycles >= 8192);
  CHECK(cycles == 32 + 64 + 8192 + 64 + 24 + 5 + 16 * 5 / 2);
}

TEST_CASE("mma timing: a full queue holds the core until its oldest command starts") {
  models::MmaConfig config = bare();
  config.queue_entries = 2;
  MmaPipeline pipeline(config, machine());
  pipeline.load(0, kS, 0);                                         // 0..63
  CHECK(pipeline.stream(0, 0, kS, true, 1).accepted_cycle == 1);   // starts at 64
  CHECK(pipeline.stream(0, 0, kS, false, 2).accepted_cycle == 2);  // starts at 128
  CHECK(pipeline.stream(0, 0, kS, false, 3).accepted_cycle == 64);
  CHECK(pipeline.stream(0, 0, kS, false, 65).accepted_cycle == 128);
}

TEST_CASE("mma timing: a closed array opens again, an open one does not") {
  models::MmaConfig config = bare();
  config.open_cycles = 32;
  config.close_cycles = 5;
  MmaPipeline pipeline(config, machine());
  CHECK(pipeline.load(0, kS, 10).start_cycle == 42);
  CHECK(pipeline.load(1, kS, 200).start_cycle == 200);  // idle, but open
  CHECK(pipeline.close(210) == 264 + 5);                // 200 + 64, then the close
  CHECK(pipeline.close(300) == 300);                    // nothing to close
  CHECK(pipeline.load(0, kS, 300).start_cycle == 332);
}

TEST_CASE("mma timing: fractions of block cycles add up") {
  models::MmaConfig config = bare();
  config.block_cycles = 2.5;
  MmaPipeline pipeline(config, machine());
  pipeline.load(0, 1, 0);
  CHECK(pipeline.stream(0, 0, 10, true, 1).start_cycle == 1 + 2);   // carries a half
  CHECK(pipeline.stream(0, 1, 10, true, 2).start_cycle == 13 + 3);  // 0.5 + 2.5
  CHECK(pipeline.stream(0, 1, 10, false, 3).start_cycle == 26);     // goes on with its block
}

TEST_CASE("mma timing: products agree with the published estimator within 2 percent") {
  // hardware.md 2: 32 + S + M*N*K*S + S + 24 + 2.5 per output block + 5
  uint32_t shapes = 0;
  for (const uint32_t rows : {64u, 32u, 16u}) {
    for (const uint32_t m : {1u, 2u, 7u, 49u}) {
      for (const uint32_t n : {1u, 3u}) {
        for (const uint32_t k : {1u, 2u, 9u}) {
          const double blocks = double(m) * n;
          const double expected = 32.0 + rows + blocks * k * rows + rows + 24 + 2.5 * blocks + 5;
          const auto cycles = static_cast<double>(product_cycles(models::MmaConfig{}, rows, m, n, k));
          CHECK_MESSAGE(
              std::abs(cycles - expected) <= 0.02 * expected,
              ("S " + std::to_string(rows) + " m " + std::to_string(m) + " n " + std::to_string(n) + " k " +
               std::to_string(k) + ": " + std::to_string(cycles) + " against " + std::to_string(expected)));
          ++shapes;
        }
      }
    }
  }
  CHECK(shapes == 72);
}

TEST_CASE(
    "mma timing: products that are no multiples of the panel agree with the published estimator, few rows "
    "and many") {
  // The estimator counts m, n and k in whole blocks of S.
  uint32_t shapes = 0;
  for (const uint32_t s : {64u, 32u, 16u}) {
    for (const uint32_t m : {1u, 7u, 49u, 100u, 300u}) {
      for (const uint32_t n : {33u, 500u, 1000u}) {
        for (const uint32_t k : {20u, 777u, 2048u}) {
          MmaPipeline pipeline(models::MmaConfig{}, machine());
          uint64_t now = 0;
          uint32_t b_bank = 0, c_bank = 0;
          const auto blocks = [s](uint32_t count) { return (count + s - 1) / s; };
          for (uint32_t column = 0; column < blocks(n); ++column) {
            for (uint32_t row = 0; row < m; row += s) {
              const uint32_t rows = std::min(s, m - row);
              for (uint32_t depth = 0; depth < blocks(k); ++depth, b_bank ^= 1) {
                now = pipeline.load(b_bank, s, now).accepted_cycle + 1;
                now =
                    pipeline.stream(b_bank, c_bank, walk_cycles(s, rows, 1), depth == 0, now).accepted_cycle +
                    1;
              }
              now = pipeline.transfer(c_bank, walk_cycles(s, rows, 1), now).accepted_cycle + 1;
              c_bank = (c_bank + 1) % 4;
            }
          }
          const auto cycles = static_cast<double>(pipeline.close(now));
          const double all = double(blocks(m)) * blocks(n);
          const double expected = 32.0 + s + all * blocks(k) * s + s + 24 + 2.5 * all + 5;
          const auto shape = std::to_string(m) + "x" + std::to_string(k) + "x" + std::to_string(n);
          CAPTURE(s);
          CAPTURE(shape);
          CAPTURE(cycles);
          CHECK(std::abs(cycles - expected) <= 0.02 * expected);
          ++shapes;
        }
      }
    }
  }
  CHECK(shapes == 135);
}
