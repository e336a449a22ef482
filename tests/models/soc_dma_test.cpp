// The DMA engine in the SoC: small programs whose cycles are worked out by hand.
#include <doctest/doctest.h>

#include "isa/semantics/memory.h"
#include "models/memory/dram_controller.h"
#include "tests/models/program_builder.h"

using namespace mmasim;
using test::copy_row;
using test::ddr;
using test::l2;
using test::l3;
using test::plain_config;
using test::ProgramBuilder;

// plain_config(): issue of a dma instruction 10, of a sync instruction 1; a descriptor starts after 100. A
// transaction of n beats of 64 bytes occupies the engine's port, the link and the memory's port n cycles
// each, beside each other:
//   read of L3   16 (link) + n + 24     write of L3   the same
//   write of L2   4 (link) + n + 8      read of L2    the same

TEST_CASE("dma: a row from L3 to L2 takes start, read and write") {
  ProgramBuilder builder;
  builder.add(copy_row(0, 1, l3(0), l2(0), 1024)).add(isa::SyncWait{1, 1}).add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, plain_config());
  // issue 10, start 100; read 16 beats + 16 + 24 = 56; write 16 beats + 4 + 8 = 28
  CHECK(activity.total_cycles == 10 + 100 + 56 + 28);
  const models::LayerActivity& layer = activity.layers.at(0);
  CHECK(layer.dma_cycles == 56 + 28);
  CHECK(layer.overhead_cycles == 10 + 1);
  CHECK(layer.stall_cycles.at("dma_start") == 99);  // the issue of sync.wait covers the first cycle
  CHECK(layer.stall_cycles.at("l3") == 84);
  CHECK(layer.l3.read_bytes == 1024);
  CHECK(layer.l2.write_bytes == 1024);
  CHECK(layer.dma_bytes == 1024);
}

TEST_CASE("dma: a second transfer waits for the port") {
  ProgramBuilder builder;
  builder.add(copy_row(0, 1, l3(0), l2(0), 2048))
      .add(copy_row(1, 2, l3(4096), l2(4096), 2048))
      .add(isa::SyncWait{2, 1})
      .add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, plain_config());
  // 32 beats each. First: posted 10, at the read port 110..141. Second: posted 20, ready 120, at the port
  // from 142: read until 142 + 16 + 32 + 24 = 214; the first reached the write port at 182 and leaves it at
  // 214: no wait there; written at 214 + 4 + 32 + 8
  CHECK(activity.total_cycles == 258);
}

TEST_CASE("dma: short rows take a cycle each at every port") {
  ProgramBuilder builder;
  isa::DmaCopy copy = copy_row(0, 1, l3(0), l2(0), 8);
  copy.n1 = 32;
  copy.src_stride1 = 640;  // 32 beats to read,
  copy.dst_stride1 = 8;    // but 256 bytes in 4 beats to write
  builder.add(copy).add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, plain_config());
  CHECK(activity.total_cycles == 10 + 100 + (16 + 32 + 24) + (4 + 4 + 8));
}

TEST_CASE("dma: a full queue stalls the core until an entry leaves it") {
  models::SocConfig config = plain_config();
  config.machine.dma_queue_entries = 1;
  ProgramBuilder builder;
  builder.program.machine = config.machine;
  for (uint64_t i = 0; i < 3; ++i) builder.add(copy_row(0, 1, l3(4096 * i), l2(4096 * i), 64));
  builder.add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, config);
  // First posted 10, its bytes move at 110: the queue has room. Second issued at 20, posted 110, moves at
  // 210. Third issued at 120, posted 210, moves at 310; read 16 + 1 + 24, written 4 + 1 + 8 later.
  CHECK(activity.total_cycles == 310 + 41 + 13);
  CHECK(activity.layers[0].stall_cycles.at("dma_queue") == 90 + 90);
  CHECK(activity.layers[0].overhead_cycles == 30);
}

TEST_CASE("dma: a descriptor that reads what the one before writes begins after it") {
  ProgramBuilder builder;
  builder.add(copy_row(0, 1, l3(0), l2(0), 64)).add(copy_row(0, 2, l2(63), l3(4096), 64)).add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, plain_config());
  // First: 10 + 100 + 41 + 13 = 164. Second: starts at 164, + 100; reads L2 in 13, writes L3 in 41.
  CHECK(activity.total_cycles == 164 + 100 + 13 + 41);
}

TEST_CASE("dma: a descriptor of other bytes starts while the one before still moves") {
  ProgramBuilder builder;
  builder.add(copy_row(0, 1, l3(0), l2(0), 64)).add(copy_row(0, 2, l2(64), l3(4096), 64)).add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, plain_config());
  // First: its one chunk is taken at 110. Second: starts at 110, moves at 210.
  CHECK(activity.total_cycles == 210 + 13 + 41);
}

TEST_CASE("dma: a wait holds its channel until the core signals, and no other channel") {
  ProgramBuilder builder;
  isa::DspPermute work;  // 40 to start + 1000 scattered elements at a quarter of a cycle
  work.src = l2(0);
  work.dst = l2(8192);
  work.n1 = 1000;
  work.src_stride1 = 2;
  work.dst_stride1 = 1;
  builder.add(isa::DmaWait{0, 3, 1})
      .add(copy_row(0, 1, l2(8192), l3(0), 64))
      .add(copy_row(1, 2, l3(4096), l2(16384), 64))
      .add(work)
      .add(isa::SyncSignal{3})
      .add(isa::SyncWait{1, 1})
      .add(isa::CtlEnd{});
  std::vector<uint64_t> seen;  // kernel times of tokens 2, 3, 1
  const models::Activity activity = test::run(builder, plain_config(), nullptr, [&](uint16_t, uint32_t) {
    seen.push_back(models::Clock(1000).now());
  });
  // Three posts until 30, the work until 320, the signal at 321. Channel 1: posted 30, done at 30 + 100 + 41
  // + 13.
  CHECK(seen == std::vector<uint64_t>{184, 321, 321 + 100 + 13 + 41});
  CHECK(activity.total_cycles == 475);
  CHECK(activity.layers[0].dsp_cycles == 290);
}

TEST_CASE("dma: channels take turns, a chunk each") {
  ProgramBuilder builder;
  models::SocConfig config = plain_config();
  config.dma.outstanding_chunks = 1;
  builder.add(copy_row(0, 1, l3(0), l2(0), 4 * 2048))
      .add(copy_row(1, 2, l3(65536), l2(65536), 2048))
      .add(isa::CtlEnd{});
  std::vector<uint64_t> done(3);
  test::run(builder, config, nullptr,
            [&](uint16_t token, uint32_t) { done[token] = models::Clock(1000).now(); });
  // One chunk under way: 72 to read, 44 to write. Channel 0 begins at 110, channel 1 is ready at 120 and
  // comes second.
  CHECK(done[2] == 110 + 2 * 116);
  CHECK(done[1] == 110 + 5 * 116);
}

TEST_CASE("dma: a descriptor signals end_cycles after its last byte") {
  ProgramBuilder builder;
  models::SocConfig config = plain_config();
  config.dma.end_cycles = 17;
  builder.add(copy_row(0, 1, l3(0), l2(0), 64)).add(copy_row(0, 2, l2(64), l3(4096), 64)).add(isa::CtlEnd{});
  std::vector<uint64_t> done(3);
  const auto activity = test::run(builder, config, nullptr,
                                  [&](uint16_t token, uint32_t) { done[token] = models::Clock(1000).now(); });
  CHECK(done[1] == 110 + 41 + 13 + 17);
  CHECK(done[2] == 210 + 13 + 41 + 17);  // the next descriptor's start does not wait for that
  CHECK(activity.total_cycles == done[2]);
}

TEST_CASE("dma: a queue with priority goes before the others' turns") {
  ProgramBuilder builder;
  models::SocConfig config = plain_config();
  config.dma.outstanding_chunks = 1;
  config.dma.priority_queues = 1;
  builder.add(copy_row(1, 1, l3(0), l2(0), 4 * 2048))
      .add(copy_row(2, 2, l3(65536), l2(65536), 2 * 2048))
      .add(copy_row(5, 3, l3(131072), l2(131072), 3 * 2048))  // queue 5 modulo 5: the first
      .add(isa::CtlEnd{});
  std::vector<uint64_t> done(4);
  test::run(builder, config, nullptr,
            [&](uint16_t token, uint32_t) { done[token] = models::Clock(1000).now(); });
  // A chunk takes 72 + 44, one at a time from 110 on. Channel 1's first; channel 5 is ready at 130 and has
  // the next three; then 2 and 1 take turns, 2 first: 2, 1, 2, 1, 1.
  CHECK(done[3] == 110 + 4 * 116);
  CHECK(done[2] == 110 + 7 * 116);
  CHECK(done[1] == 110 + 9 * 116);
}

TEST_CASE("dma: queues take turns, and the channels of a queue among themselves") {
  ProgramBuilder builder;
  models::SocConfig config = plain_config();
  config.dma.outstanding_chunks = 1;
  config.dma.queues = 2;
  builder.add(copy_row(0, 1, l3(0), l2(0), 3 * 2048))
      .add(copy_row(2, 2, l3(65536), l2(65536), 2 * 2048))
      .add(copy_row(1, 3, l3(131072), l2(131072), 3 * 2048))
      .add(isa::CtlEnd{});
  std::vector<uint64_t> done(4);
  test::run(builder, config, nullptr,
            [&](uint16_t token, uint32_t) { done[token] = models::Clock(1000).now(); });
  // Channels 0 and 2 are queue 0, channel 1 is queue 1: 0, 1, 2, 1, 0, 1, 2, 0
  CHECK(done[3] == 110 + 6 * 116);
  CHECK(done[2] == 110 + 7 * 116);
  CHECK(done[1] == 110 + 8 * 116);
}

TEST_CASE("dma: a row of a strided descriptor takes row_cycles of a port at least") {
  ProgramBuilder builder;
  models::SocConfig config = plain_config();
  config.dma.row_cycles = 3;
  isa::DmaCopy copy = copy_row(0, 1, l3(0), l2(0), 8);
  copy.n1 = 32;
  copy.src_stride1 = copy.dst_stride1 = 640;
  // The second descriptor's first read is behind 32 rows of 3 cycles at the read port: from 110 + 96 on.
  builder.add(copy).add(copy_row(1, 2, l3(65536), l2(65536), 64)).add(isa::CtlEnd{});
  std::vector<uint64_t> done(3);
  test::run(builder, config, nullptr,
            [&](uint16_t token, uint32_t) { done[token] = models::Clock(1000).now(); });
  // Reads go through beside each other: 41 for the row. Its write follows the first one's on the write port,
  // which begins at 110 + 72 = 182 and ends 96 later.
  CHECK(done[2] == 182 + 96 + 13);
}

TEST_CASE("dma: outstanding chunks bound what is under way") {
  ProgramBuilder builder;
  models::SocConfig config = plain_config();
  config.dma.outstanding_chunks = 2;
  builder.add(copy_row(0, 1, l3(0), l2(0), 3 * 2048)).add(isa::CtlEnd{});
  // Chunks of 32 beats: the first is read 110..182 and written until 226; the second at the read port from
  // 142, read until 214, written until 258. The third waits for the first one's slot: read 226..298, written
  // until 342.
  CHECK(test::run(builder, config).total_cycles == 342);
}

TEST_CASE("dma: a DDR read takes what the controller says, to the cycle") {
  ProgramBuilder builder;
  builder.add(copy_row(0, 1, ddr(0), l2(0), 2048)).add(isa::CtlEnd{});
  const models::SocConfig config = plain_config();
  const models::Activity activity = test::run(builder, config);
  // At the controller at 10 + 100 + 60 = 170, which is DRAM cycle floor(170 / 0.46875) = 362.
  models::DramController controller(config.dram);
  controller.submit(0, 2048, false, 362);
  std::vector<models::DramController::Completion> completions;
  while (completions.empty()) controller.advance(controller.next_event(), completions);
  // ceil to the core's cycle; then 32 beats to write
  const auto read_done =
      static_cast<uint64_t>(std::ceil(static_cast<double>(completions[0].cycle) * 0.46875));
  CHECK(activity.total_cycles == read_done + 4 + 32 + 8);
  CHECK(activity.layers[0].stall_cycles.at("ddr") == activity.total_cycles - 110);
  CHECK(activity.layers[0].ddr.read_bytes == 2048);
  CHECK(activity.layers[0].ddr_activates == 1);
}

TEST_CASE("dma: bytes count in the layer that uses them, cycles in the layer that runs") {
  ProgramBuilder builder(2);
  isa::DmaCopy copy = copy_row(0, 1, l3(0), l2(0), 1024);
  copy.layer = 1;  // fetched ahead
  builder.add(copy).add(isa::SyncWait{1, 1}).add(isa::CtlLayer{1, isa::Setup::none}).add(isa::CtlEnd{});
  const models::Activity activity = test::run(builder, plain_config());
  CHECK(activity.layers[0].dma_cycles == 84);
  CHECK(activity.layers[0].l3.read_bytes == 0);
  CHECK(activity.layers[1].dma_cycles == 0);
  CHECK(activity.layers[1].l3.read_bytes == 1024);
  CHECK(activity.layers[1].l2.write_bytes == 1024);
}

TEST_CASE("dma: a fill writes its element over rows and pieces") {
  models::SocConfig config = plain_config();
  isa::OwnedMemory memory(config.machine, 4096);
  const isa::MemoryView view = memory.view();
  ProgramBuilder builder;
  isa::DmaFill fill;
  fill.dst = l2(5);
  fill.element_bytes = 4;
  fill.value = 0x04030201;
  fill.row_bytes = 6000;
  fill.n1 = 2;
  fill.dst_stride1 = 7000;
  builder.add(fill).add(isa::CtlEnd{});
  test::run(builder, config, &view);
  const uint8_t* bytes = view.at(l2(0));
  uint64_t wrong = 0;
  for (uint64_t i = 0; i < 14000; ++i) {
    const bool inside = (i >= 5 && i < 6005) || (i >= 7005 && i < 13005);
    const uint64_t phase = (i < 7005 ? i - 5 : i - 7005) % 4;
    wrong += bytes[i] != (inside ? phase + 1 : 0);
  }
  CHECK(wrong == 0);
}

TEST_CASE("dma: a row that a later row overwrites loses, even if the DDR would serve the later one first") {
  models::SocConfig config = plain_config();
  isa::OwnedMemory memory(config.machine, 1 << 16);
  const isa::MemoryView view = memory.view();
  // Four source rows of 64 bytes. The second lies in another DRAM row of the first one's bank (32 KiB on),
  // the third in the first one's row again: the controller prefers it.
  isa::DmaCopy copy = copy_row(0, 0, ddr(0), l2(0), 64);
  copy.n1 = copy.n2 = 2;
  copy.src_stride1 = 32768;
  copy.src_stride2 = 64;
  copy.dst_stride1 = 8;
  copy.dst_stride2 = 16;
  for (const uint64_t source : {0, 32768, 64, 32768 + 64}) {
    for (uint64_t i = 0; i < 64; ++i)
      view.at(ddr(source))[i] = static_cast<uint8_t>(source == 0       ? 1
                                                     : source == 32768 ? 2
                                                     : source == 64    ? 3
                                                                       : 4);
  }
  ProgramBuilder builder;
  builder.add(copy).add(isa::CtlEnd{});
  test::run(builder, config, &view);
  // Rows 1, 2, 3, 4 begin at 0, 8, 16, 24 and end 64 later; the last to write a byte is the last row that
  // covers it.
  for (uint64_t i = 0; i < 24; ++i) CHECK(view.at(l2(0))[i] == 1 + i / 8);
  for (uint64_t i = 24; i < 88; ++i) CHECK(view.at(l2(0))[i] == 4);
}
