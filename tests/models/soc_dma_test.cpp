// The DMA engine in the SoC: small programs whose cycles are worked out by hand.
#include <doctest/doctest.h>

#include "tests/models/program_builder.h"

using namespace mmasim;
using isa::Address;
using isa::Space;
using test::copy_row;
using test::ProgramBuilder;

namespace {

// Issue of a dma instruction 10, of a sync instruction 1; a descriptor starts after 100. A chunk from L3 to L2 of n
// bytes: link and memory of L3 take n/64 beats beside each other, after a latency of 16 + 24; L2 the same with 4 + 8.
models::SocConfig plain_config() {
  models::SocConfig config;
  config.dma.issue_cycles = 10;
  return config;
}

Address l2(uint64_t offset) { return Address::in(Space::l2, offset); }
Address l3(uint64_t offset) { return Address::in(Space::l3, offset); }
Address ddr(uint64_t offset) { return Address::in(Space::ddr, offset); }

}  // namespace

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
}
