// Several cores in one SoC: what is their own, and what they share.
#include <doctest/doctest.h>

#include <cstring>

#include "isa/semantics/memory.h"
#include "tests/models/program_builder.h"

using namespace mmasim;
using test::copy_row;
using test::ddr;
using test::l2;
using test::l3;
using test::plain_config;
using test::ProgramBuilder;

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
