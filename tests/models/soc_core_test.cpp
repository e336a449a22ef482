// The core and the array in the SoC: small programs whose cycles are worked out by hand.
#include <doctest/doctest.h>

#include "tests/models/program_builder.h"

using namespace mmasim;
using isa::Address;
using isa::Space;
using test::l2;
using test::ProgramBuilder;

namespace {

isa::MmaLoadB load(uint8_t bank) { return {bank, l2(0), 64}; }
isa::MmaStream stream(uint8_t b_bank, uint8_t c_bank, bool accumulate) {
  isa::MmaStream stream;
  stream.a = l2(8192);
  stream.rows = 64;
  stream.depth = 64;
  stream.b_bank = b_bank;
  stream.c_bank = c_bank;
  stream.accumulate = accumulate ? 1 : 0;
  return stream;
}
isa::MmaTransfer transfer(uint8_t c_bank) {
  isa::MmaTransfer transfer;
  transfer.c_bank = c_bank;
  transfer.rows = transfer.columns = 64;
  transfer.dst = l2(65536);
  return transfer;
}
isa::DspRescale one_vector() {
  isa::DspRescale rescale;
  rescale.src = l2(0);
  rescale.dst = l2(64);
  rescale.channels = 64;
  return rescale;
}

}  // namespace

TEST_CASE("core: one panel product takes what the estimator says") {
  ProgramBuilder builder;
  builder.add(load(0)).add(stream(0, 0, false)).add(transfer(0)).add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, {});
  // open 32, load 64, block 2 (2.5, a half carried), stream 64, transfer 64, drain 24, close 5
  CHECK(activity.total_cycles == 32 + 64 + 2 + 64 + 64 + 24 + 5);
  const models::LayerActivity& layer = activity.layers[0];
  CHECK(layer.mma_cycles == activity.total_cycles);
  CHECK(layer.overhead_cycles == 0);
  CHECK(layer.stall_cycles.empty());
  CHECK(layer.array_rows == 64);
  CHECK(layer.array_macs[0] == 64 * 4096);
  CHECK(layer.panel_loads == 1);
  CHECK(layer.array_load_cycles == 64);
  CHECK(layer.array_empty_cycles == 0);
  CHECK(layer.l2.read_bytes == 2 * 64 * 64);
  CHECK(layer.l2.write_bytes == 64 * 64);
}

TEST_CASE("core: a raw transfer of 32-bit results takes four cycles a row") {
  ProgramBuilder builder;
  isa::StageSet stage;
  stage.raw = 1;
  stage.out = isa::Element::s32;
  builder.add(stage).add(load(0)).add(stream(0, 0, false)).add(transfer(0)).add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, {});
  CHECK(activity.total_cycles == 1 + 32 + 64 + 2 + 64 + 4 * 64 + 24 + 5);
  CHECK(activity.layers[0].overhead_cycles == 1);  // stage.set before the array runs
}

TEST_CASE("core: a vector instruction waits until the array has drained") {
  ProgramBuilder builder;
  builder.add(load(0)).add(one_vector()).add(load(0)).add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, {});
  // 32 + 64 + 5; the vectors 40 + 4; then the array opens again
  CHECK(activity.total_cycles == 101 + 44 + 101);
  CHECK(activity.layers[0].mma_cycles == 202);
  CHECK(activity.layers[0].dsp_cycles == 44);
  CHECK(activity.layers[0].core_busy_cycles == 246);
}

TEST_CASE("core: a signal comes when the transfer's bytes are in L2, and holds up nothing") {
  ProgramBuilder builder;
  builder.add(load(0)).add(stream(0, 0, false)).add(transfer(0)).add(isa::SyncSignal{1});
  builder.add(load(1)).add(stream(1, 1, false)).add(transfer(1)).add(isa::SyncSignal{1}).add(isa::CtlEnd{});
  std::vector<uint64_t> seen;
  const models::Activity activity =
      test::run(builder, {}, nullptr, [&](uint16_t, uint32_t) { seen.push_back(models::Clock(1000).now()); });
  // First stream 98..161, transfer until 226, in L2 at 250. Second: loaded 98..., block 3 (2.5 and a half),
  // stream 165..228, transfer until 293, in L2 at 317.
  CHECK(seen == std::vector<uint64_t>{250, 317});
  CHECK(activity.total_cycles == 317 + 5);
}

TEST_CASE("core: of a bank's walk the rows past the last are empty, and a load beside a walk is hidden") {
  ProgramBuilder builder;
  auto seven = stream(0, 0, false), more = stream(1, 0, true);
  seven.rows = more.rows = 7;
  builder.add(load(0)).add(seven).add(load(1)).add(more).add(transfer(0)).add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, {});
  // Load 32..95, walk 98..161. The second load 96..159 has two cycles before that walk begins.
  CHECK(activity.total_cycles == 32 + 64 + 2 + 64 + 64 + 64 + 24 + 5);
  const models::LayerActivity& layer = activity.layers[0];
  CHECK(layer.mma_cycles == activity.total_cycles);
  CHECK(layer.array_rows == 14);
  CHECK(layer.array_empty_cycles == 2 * 57);
  CHECK(layer.array_load_cycles == 64 + 2);
}

TEST_CASE("core: a wait for its own signal is the array's time") {
  ProgramBuilder builder;
  builder.add(load(0))
      .add(stream(0, 0, false))
      .add(transfer(0))
      .add(isa::SyncSignal{1})
      .add(isa::SyncWait{1, 1});
  builder.add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, {});
  CHECK(activity.total_cycles == 255);  // 250, then the close
  CHECK(activity.layers[0].stall_cycles.empty());
  CHECK(activity.layers[0].mma_cycles == 255);
}

TEST_CASE("core: token 0 is always ready and ignores signals") {
  ProgramBuilder builder;
  builder.add(isa::SyncSignal{0}).add(isa::SyncWait{0, 1000}).add(isa::CtlEnd{});
  CHECK(test::run(builder, {}).total_cycles == 2);
}

TEST_CASE("core: layers spend their set-up and partition the time") {
  models::SocConfig config;
  config.overhead = {1000, 70, 12, 15, 47, 23};
  ProgramBuilder builder(4);
  builder.add(isa::CtlLayer{0, isa::Setup::call})
      .add(isa::CtlLayer{1, isa::Setup::heavy})
      .add(load(0))
      .add(isa::CtlLayer{2, isa::Setup::light})
      .add(one_vector())
      .add(isa::CtlLayer{3, isa::Setup::none})
      .add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, config);
  const auto& layers = activity.layers;
  CHECK(layers[0].end_cycle == 1000);
  CHECK(layers[1].start_cycle == 1000);
  CHECK(layers[1].end_cycle == 1000 + 70 + 15 + 47 + 101);  // the layer's array work is its own
  CHECK(layers[1].mma_cycles == 101);
  CHECK(layers[2].end_cycle == layers[1].end_cycle + 12 + 15 + 23 + 44);
  CHECK(layers[3].start_cycle == layers[2].end_cycle);
  CHECK(layers[3].end_cycle == activity.total_cycles);
  CHECK(layers[3].start_cycle == layers[3].end_cycle);
}

TEST_CASE("core: a program that just stops ends like one that says so") {
  ProgramBuilder builder;
  builder.add(test::copy_row(0, 0, Address::in(Space::l3, 0), l2(0), 64));
  models::SocConfig config;
  config.dma.issue_cycles = 10;
  config.dma.end_cycles = 0;
  // issue 10, start 100; one beat of 64 bytes: read of L3 link 16 + 1 + memory 24 = 41, write of L2 4 + 1 + 8
  // = 13
  CHECK(test::run(builder, config).total_cycles == 10 + 100 + (16 + 1 + 24) + (4 + 1 + 8));
}

TEST_CASE("core: a deadlock names what every unit waits for") {
  ProgramBuilder builder;
  builder.add(isa::DmaWait{2, 5, 7}).add(isa::SyncWait{3, 1}).add(isa::CtlEnd{});
  try {
    test::run(builder, {});
    FAIL("no deadlock");
  } catch (const isa::Deadlock& deadlock) {
    CHECK(std::string(deadlock.what()) ==
          "the core waits at instruction 1 for token 3 count 1 (it is 0); channel 2 waits for token 5 count "
          "7 (it is 0)");
  }
}

TEST_CASE("core: the clock's frequency changes no cycle of on-chip work") {
  models::SocConfig config;
  config.core_clock_mhz = 850;
  ProgramBuilder builder;
  builder.add(load(0))
      .add(stream(0, 0, false))
      .add(transfer(0))
      .add(isa::SyncSignal{1})
      .add(isa::SyncWait{1, 1});
  CHECK(test::run(builder, config).total_cycles == 255);  // the transfer is in L2 at 250, as above; close 5
}
