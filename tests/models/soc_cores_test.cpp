// Several cores in one SoC, and what the core and the DMA engine take from each other in L2.
#include <doctest/doctest.h>

#include <cstring>

#include "isa/semantics/memory.h"
#include "tests/models/program_builder.h"

using namespace mmasim;
using test::copy_row;
using test::ddr;
using test::l2;
using test::l3;
using test::ProgramBuilder;

namespace {

models::SocConfig plain_config(uint32_t cores) {
  models::SocConfig config;
  config.cores = cores;
  config.dma.issue_cycles = 10;
  config.dma.end_cycles = 0;
  return config;
}

// `panels` products of 64 rows without a pause: A and B streams and results run beside each other.
void add_products(ProgramBuilder& builder, uint32_t panels) {
  for (uint32_t i = 0; i < panels; ++i) {
    isa::MmaStream stream;
    stream.a = l2(8192);
    stream.rows = stream.depth = 64;
    stream.b_bank = i % 2;
    stream.c_bank = i % 4;
    isa::MmaTransfer transfer;
    transfer.c_bank = i % 4;
    transfer.rows = transfer.columns = 64;
    transfer.dst = l2(16384);
    builder.add(isa::MmaLoadB{static_cast<uint8_t>(i % 2), l2(0), 64}).add(stream).add(transfer);
  }
}

models::SocConfig products_config(uint32_t banks) {
  models::SocConfig config = plain_config(1);
  config.mma.block_cycles = 0;
  config.l2_banks.banks = banks;
  config.l2_banks.dma_wait_cycles = 999;
  return config;
}

}  // namespace

TEST_CASE("cores: two that use only what is their own take the time of one") {
  ProgramBuilder builder;
  builder.add(copy_row(0, 1, l2(0), l2(4096), 1024)).add(isa::SyncWait{1, 1}).add(isa::CtlEnd{});
  const auto activity = test::run(builder, plain_config(2));
  CHECK(activity.total_cycles == 10 + 100 + (4 + 16 + 8) + (4 + 16 + 8));
}

TEST_CASE("cores: the second waits at the port of L3, and says so") {
  ProgramBuilder builder;
  builder.add(copy_row(0, 1, l3(0), l2(0), 1024)).add(isa::SyncWait{1, 1}).add(isa::CtlEnd{});
  const auto activity = test::run(builder, plain_config(2));
  // One core: 10 + 100, read 16 + 16 + 24, write 4 + 16 + 8. The other's 16 beats come first at L3's port.
  CHECK(activity.total_cycles == 10 + 100 + 56 + 28 + 16);
  CHECK(activity.layers[0].stall_cycles.at("l3") == 100);
  CHECK(activity.layers[0].l3.read_bytes == 1024);  // of one core
}

TEST_CASE("cores: two read DDR at half the speed of one") {
  const auto cycles = [](uint32_t cores) {
    return std::stoull(test::in_child([&] {
      ProgramBuilder builder;
      builder.add(copy_row(0, 1, ddr(0), l2(0), 262144)).add(isa::SyncWait{1, 1}).add(isa::CtlEnd{});
      return std::to_string(test::run(builder, plain_config(cores)).total_cycles);
    }));
  };
  const double one = static_cast<double>(cycles(1)), two = static_cast<double>(cycles(2));
  CHECK(two > 1.8 * one);
  CHECK(two < 2.3 * one);
}

TEST_CASE("cores: each computes in memory of its own") {
  const models::SocConfig config = plain_config(3);
  isa::OwnedMemory memory(config.machine, 65536);
  const isa::MemoryView view = memory.view();
  for (uint64_t i = 0; i < 256; ++i) view.at(ddr(0))[i] = static_cast<uint8_t>(i);
  ProgramBuilder builder;  // a core that read what another had overwritten would move zeros
  builder.add(copy_row(0, 1, ddr(0), l2(0), 256))
      .add(isa::DmaWait{1, 1, 1})
      .add(copy_row(1, 2, l2(512), ddr(0), 256))
      .add(isa::DmaWait{1, 1, 1})
      .add(copy_row(1, 3, l2(0), ddr(4096), 256))
      .add(isa::CtlEnd{});
  test::run(builder, config, &view);  // throws if the cores' DDR differ in the end
  CHECK(std::memcmp(view.at(ddr(4096)), view.at(l2(0)), 256) == 0);
  CHECK(view.at(ddr(4096))[255] == 255);
  CHECK(view.at(ddr(0))[255] == 0);
}

TEST_CASE("l2: a transfer that meets all three streams of the array waits where banks are few") {
  const auto run = [](uint32_t banks) {
    return test::in_child([&] {
      ProgramBuilder builder;
      builder.add(copy_row(0, 1, l3(0), l2(65536), 2048));
      add_products(builder, 20);
      builder.add(isa::SyncWait{1, 1}).add(isa::CtlEnd{});
      std::string text;
      const auto activity = test::run(builder, products_config(banks), nullptr, [&](uint16_t, uint32_t) {
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
    return test::in_child([&] {
      ProgramBuilder builder;
      add_products(builder, 20);
      builder.add(isa::CtlEnd{});
      return std::to_string(test::run(builder, products_config(banks)).total_cycles);
    });
  };
  CHECK(run(3) == run(64));
  CHECK(run(3) == std::to_string(32 + 64 + 20 * 64 + 64 + 24 + 5));
}
