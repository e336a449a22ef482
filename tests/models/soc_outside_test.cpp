// The core's operands in L3 and DDR: what they and the DMA engine's transfers cost each other. Small programs
// whose cycles are worked out by hand.
#include <doctest/doctest.h>

#include "tests/models/program_builder.h"

using namespace mmasim;
using isa::Address;
using test::copy_row;
using test::ddr;
using test::in_child;
using test::l2;
using test::l3;
using test::ProgramBuilder;

namespace {

// The core reads 1024 bytes of L3 in 16 cycles of its own, beside 16 of arithmetic: the memory needs longer.
models::SocConfig config() {
  models::SocConfig config = test::plain_config();
  config.dsp.start_cycles = 0;
  config.dsp.l3_latency_cycles = 0;
  config.dsp.l3_fill_bytes_per_cycle = 64;
  return config;
}

isa::DspPermute row_of(Address src, Address dst, uint32_t bytes) {
  isa::DspPermute permute;
  permute.src = src, permute.dst = dst;
  permute.n1 = bytes;
  permute.src_stride1 = permute.dst_stride1 = 1;
  return permute;
}

std::string told(const ProgramBuilder& builder, const models::SocConfig& config) {
  const auto activity = test::run(builder, config);
  auto text = std::to_string(activity.total_cycles) + " cycles, " +
              std::to_string(activity.layers[0].dsp_cycles) + " vectors";
  for (const auto& [cause, cycles] : activity.layers[0].stall_cycles)
    text += ", " + std::to_string(cycles) + " " + cause;
  return text;
}

}  // namespace

TEST_CASE("core: an operand in L3 comes no sooner than link and memory bring it") {
  ProgramBuilder builder;
  builder.add(row_of(l3(0), l2(0), 1024)).add(isa::CtlEnd{});
  // link 16, 16 beats, memory 24; of these 16 + 16 are the instruction's own
  CHECK(told(builder, config()) == "56 cycles, 32 vectors, 24 l3");
}

TEST_CASE("core: where its own rate is the slower, the memory adds nothing") {
  auto slow = config();
  slow.dsp.l3_fill_bytes_per_cycle = 16;
  ProgramBuilder builder;
  builder.add(row_of(l3(0), l2(0), 1024)).add(isa::CtlEnd{});
  CHECK(told(builder, slow) == "80 cycles, 80 vectors");  // 64 + 16, and the memory is done after 56
}

TEST_CASE("core: an operand in L3 and a transfer from L3 wait for each other") {
  // Eight chunks of 32 beats: at the link 110..142, 142..174, .. 334..366, at L3 16 later; the last is read
  // at 334 + 16 + 32 + 24 and written 4 + 32 + 8 later.
  const auto run = [](bool with_operand) {
    ProgramBuilder builder;
    isa::DspPermute scattered = row_of(l2(65536), l2(131072), 1000);  // a quarter of a cycle an element
    scattered.dst_stride1 = 2;
    builder.add(copy_row(0, 1, l3(65536), l2(0), 16384)).add(scattered);
    if (with_operand) builder.add(row_of(l3(0), l2(32768), 1024));
    builder.add(isa::CtlEnd{});
    return told(builder, config());
  };
  const auto until_end = [](uint64_t begin, uint64_t end) {
    return ", " + std::to_string(end - begin) + " l3";
  };
  CHECK(in_child([&] { return run(false); }) == "450 cycles, 250 vectors" + until_end(260, 450));
  // The operand is asked for at 260; the link is free at 270, the memory at 286: there at 286 + 16 + 24 =
  // 326, 34 later than the instruction's own 32 cycles. Its 16 beats on the link move the three chunks behind
  // it.
  CHECK(in_child([&] { return run(true); }) == "466 cycles, 282 vectors" + until_end(326, 466 + 34));
}

TEST_CASE("core: an operand in DDR waits for a transfer that has the banks") {
  const auto run = [](uint32_t transfer_bytes) {
    ProgramBuilder builder;
    if (transfer_bytes > 0) builder.add(copy_row(0, 0, ddr(1 << 20), l2(0), transfer_bytes));
    builder.add(row_of(ddr(0), l2(262144), 65536)).add(isa::SyncSignal{1}).add(isa::SyncWait{1, 1});
    builder.add(isa::CtlEnd{});
    return test::run(builder, models::SocConfig{}).layers[0].stall_cycles;
  };
  const auto stall = [&](uint32_t bytes) {
    return in_child([&] {
      const auto stalls = run(bytes);
      return stalls.count("ddr") > 0 ? std::string("late") : std::string("in time");
    });
  };
  CHECK(stall(0) == "in time");  // at a quarter of the DDR's rate the core is the slower
  CHECK(stall(262144) == "late");
}
