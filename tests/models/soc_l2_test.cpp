// L2 in the SoC: what the array, the vector core and the DMA engine lose to each other at its banks. Small
// programs whose cycles are worked out by hand.
#include <doctest/doctest.h>

#include "tests/models/program_builder.h"

using namespace mmasim;
using test::copy_row;
using test::in_child;
using test::l2;
using test::l3;
using test::ProgramBuilder;

namespace {

// An access of the engine may starve 15 cycles: 1000 / 16 = 62 thousandths of an access a cycle.
models::SocConfig config_of(uint32_t banks) {
  models::SocConfig config = test::plain_config();
  config.mma.block_cycles = 0;
  config.dsp.start_cycles = 0;
  config.dsp.add_cycles = 1;
  config.l2_banks.banks = banks;
  return config;
}

// Products of one panel, one after another: from the third on a panel loads, rows stream and results leave in
// every cycle, which is three accesses.
ProgramBuilder& add_products(ProgramBuilder& builder, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    isa::MmaStream stream;
    stream.a = l2(8192);
    stream.rows = stream.depth = 64;
    stream.b_bank = static_cast<uint8_t>(i % 2), stream.c_bank = static_cast<uint8_t>(i % 4);
    isa::MmaTransfer transfer;
    transfer.c_bank = stream.c_bank;
    transfer.rows = transfer.columns = 64;
    transfer.dst = l2(65536);
    builder.add(isa::MmaLoadB{stream.b_bank, l2(0), 64}).add(stream).add(transfer);
  }
  return builder;
}

// Nobody starves long enough to go first.
models::SocConfig patient_config(uint32_t banks) {
  models::SocConfig config = config_of(banks);
  config.l2_banks.dma_wait_cycles = 999;
  return config;
}

isa::DspAdd add_of_vectors(uint32_t vectors) {
  isa::DspAdd add;
  add.a = l2(0), add.b = l2(65536), add.dst = l2(131072);
  add.channels = add.b_channels = 64 * vectors;
  return add;
}

std::string told(const ProgramBuilder& builder, const models::SocConfig& config) {
  const auto activity = test::run(builder, config);
  const auto& layer = activity.layers[0];
  const auto l2_stall = layer.stall_cycles.count("l2") > 0 ? layer.stall_cycles.at("l2") : 0;
  return std::to_string(activity.total_cycles) + " cycles, " + std::to_string(layer.mma_cycles) + " array, " +
         std::to_string(layer.dsp_cycles) + " vectors, " + std::to_string(l2_stall) + " lost";
}

}  // namespace

TEST_CASE("l2: the array loses a cycle for every access that starved behind its streams") {
  // The engine starts after 1000; 16 accesses read from L3 until 10 + 1000 + 16 + 16 + 24 = 1066, then 16 at
  // L2's banks from 1070 on. Three streams take three banks, so they get through at 62 thousandths a cycle,
  // 259 cycles long, each in the array's place.
  const auto run = [](uint32_t banks) {
    auto config = config_of(banks);
    config.dma.start_cycles = 1000;
    ProgramBuilder builder;
    builder.add(copy_row(0, 1, l3(0), l2(262144), 1024));
    add_products(builder, 40).add(isa::CtlEnd{});
    return told(builder, config);
  };
  // From 10: open 32, load 64, 40 streams of 64, the last transfer 64, drain 24, close 5
  CHECK(10 + 32 + 64 + 40 * 64 + 64 + 24 + 5 == 2759);
  CHECK(in_child([&] { return run(4); }) == "2759 cycles, 2749 array, 0 vectors, 0 lost");
  CHECK(in_child([&] { return run(3); }) == "2775 cycles, 2749 array, 0 vectors, 16 lost");
}

TEST_CASE("l2: the array pays with its next command where it goes on") {
  const auto run = [](uint32_t banks) {
    auto config = config_of(banks);
    config.dma.start_cycles = 1000;
    ProgramBuilder builder;
    builder.add(copy_row(0, 1, l3(0), l2(262144), 1024));
    add_products(builder, 40);
    builder.add(isa::SyncWait{1, 1});  // reached when 4 streams are still ahead
    add_products(builder, 4).add(isa::CtlEnd{});
    return told(builder, config);
  };
  CHECK(10 + 32 + 64 + 44 * 64 + 64 + 24 + 5 == 3015);
  CHECK(in_child([&] { return run(4); }) == "3015 cycles, 3005 array, 0 vectors, 0 lost");
  CHECK(in_child([&] { return run(3); }) == "3031 cycles, 3005 array, 0 vectors, 16 lost");
}

TEST_CASE("l2: the vector core loses cycles to starved accesses as the array does") {
  // An add reads two vectors and writes one in each of its 1024 cycles, from 10 on. The engine's 16 accesses
  // come at 10 + 100 + 56 + 4 = 170.
  const auto run = [](uint32_t banks) {
    ProgramBuilder builder;
    builder.add(copy_row(0, 1, l3(0), l2(262144), 1024)).add(add_of_vectors(1024)).add(isa::CtlEnd{});
    return told(builder, config_of(banks));
  };
  CHECK(in_child([&] { return run(4); }) == "1034 cycles, 0 array, 1024 vectors, 0 lost");
  CHECK(in_child([&] { return run(3); }) == "1050 cycles, 0 array, 1024 vectors, 16 lost");
}

TEST_CASE("l2: where the streams leave room, it is the transfer that takes longer") {
  // The add takes 1.2 cycles a vector, 10..1089, and 2.5 accesses a cycle. Of the engine's 16 accesses from
  // 1070 on, ten have half a bank until 1090 and six a bank of their own, until 1096; 8 of latency.
  const auto run = [](uint32_t banks) {
    auto config = config_of(banks);
    config.dsp.add_cycles = 1.2;
    config.dma.start_cycles = 1000;
    ProgramBuilder builder;
    builder.add(copy_row(0, 1, l3(0), l2(262144), 1024)).add(add_of_vectors(900)).add(isa::SyncWait{1, 1});
    builder.add(isa::CtlEnd{});
    return told(builder, config);
  };
  CHECK(in_child([&] { return run(4); }) == "1094 cycles, 0 array, 1080 vectors, 0 lost");
  // The core waits from 1091 to 1104; of the descriptor's 56 + 38 cycles at memories 10 were contention: a
  // ninth of 13 is one.
  CHECK(in_child([&] { return run(3); }) == "1104 cycles, 0 array, 1080 vectors, 1 lost");
}

TEST_CASE("l2: a transfer that meets all three streams of the array waits where banks are few") {
  const auto run = [](uint32_t banks) {
    return in_child([&] {
      ProgramBuilder builder;
      builder.add(copy_row(0, 1, l3(0), l2(262144), 2048));
      add_products(builder, 20);
      builder.add(isa::SyncWait{1, 1}).add(isa::CtlEnd{});
      std::string text;
      const auto activity = test::run(builder, patient_config(banks), nullptr, [&](uint16_t, uint32_t) {
        text = std::to_string(models::Clock(1000).now());
      });
      return text + " " + std::to_string(activity.total_cycles);
    });
  };
  // Handed over at 10, moves at 110, read until 182, at L2's port at 186. The array opens at 10 + 32; its
  // panels load 42.., stream 106.., its results move 170..1449.
  const std::string four = run(4);
  CHECK(four.substr(0, four.find(' ')) == std::to_string(186 + 32 + 8));  // a bank is left
  const std::string three = run(3);
  CHECK(std::stoull(three) > 1000);
}

TEST_CASE("l2: without DMA the array takes the same time however few the banks") {
  const auto run = [](uint32_t banks) {
    return in_child([&] {
      ProgramBuilder builder;
      add_products(builder, 20);
      builder.add(isa::CtlEnd{});
      return std::to_string(test::run(builder, patient_config(banks)).total_cycles);
    });
  };
  CHECK(run(3) == run(64));
  CHECK(run(3) == std::to_string(32 + 64 + 20 * 64 + 64 + 24 + 5));
}
