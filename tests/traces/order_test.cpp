#include <doctest/doctest.h>

#include <cstddef>

#include "isa/encoding/codec.h"
#include "tests/traces/events.h"
#include "traces/analysis/sequencer.h"
#include "traces/file/l2_use.h"
#include "traces/file/order_window.h"
#include "traces/file/steps.h"

using namespace mmasim;
using namespace mmasim::traces;
using namespace mmasim::traces::test;

namespace {

Record at(uint64_t begin, uint64_t sequence = 0) {
  return {piece(Kind::issue, begin, begin + 1), 0, sequence};
}

}  // namespace

TEST_CASE("order window: records come out by their begins, equals as they came") {
  OrderWindow window(4);
  for (const uint64_t begin : {30, 10, 20}) window.push(at(begin, begin));
  window.push(at(10, 11));
  CHECK(window.full());
  CHECK(window.pop().sequence == 10);
  CHECK(window.pop().sequence == 11);
  window.push(at(5, 5));  // too late for its place, and yet the earliest
  CHECK(window.pop().sequence == 5);
  CHECK(window.pop().sequence == 20);
  CHECK(window.pop().sequence == 30);
  CHECK(window.empty());
}

TEST_CASE("sequencer: records are given by their numbers, whatever order they stand in") {
  std::vector<uint64_t> given;
  Sequencer sequencer([&](const Record& record) { given.push_back(record.sequence); });
  for (const uint64_t number : {2, 4, 1, 3}) CHECK(sequencer.take(at(0, number)));
  CHECK(given == std::vector<uint64_t>{1, 2, 3, 4});
  CHECK_FALSE(sequencer.take(at(0, 3)));  // twice
  CHECK(sequencer.take(at(0, 6)));
  CHECK_FALSE(sequencer.finish(false));
}

TEST_CASE("sequencer: of a file that was cut what is there is given") {
  std::vector<uint64_t> given;
  Sequencer sequencer([&](const Record& record) { given.push_back(record.sequence); });
  for (const uint64_t number : {1, 5, 3}) CHECK(sequencer.take(at(0, number)));
  CHECK(sequencer.finish(true));
  CHECK(given == std::vector<uint64_t>{1, 3, 5});
}

TEST_CASE("tiles: a load is of the tile that waits for it, a store of the one it waited for") {
  isa::Program program;
  isa::DmaCopy load;
  load.channel = 0;
  load.layer = 1;
  load.signal = 2;
  load.src = isa::Address::in(isa::Space::ddr, 0);
  load.dst = isa::Address::in(isa::Space::l2, 0);
  isa::DmaCopy store = load;
  store.channel = 1;
  store.signal = 0;
  std::swap(store.src, store.dst);
  for (const isa::Instruction& instruction : std::vector<isa::Instruction>{
           isa::CtlLayer{1, isa::Setup::none}, load, load,  // 0: the layer, 1 and 2: both ahead
           isa::SyncWait{2, 1}, isa::SyncSignal{1},         // 3, 4: tile 0
           isa::SyncWait{2, 2}, isa::SyncSignal{1},         // 5, 6: tile 1
           isa::DmaWait{1, 1, 1}, store,                    // 7, 8: what tile 0 made
           isa::CtlLayer{2, isa::Setup::none}}) {           // 9: the next layer begins anew
    isa::encode(instruction, program.code);
  }
  CHECK(tiles_of(program) == std::vector<uint32_t>{0, 0, 1, 0, 0, 1, 1, 2, 0, 0});
}

TEST_CASE(
    "L2 use: a kilobyte is held from who writes it to the last who reads it before it is written anew") {
  isa::Program program;
  isa::DmaCopy in, out;
  in.src = isa::Address::in(isa::Space::ddr, 0);
  in.dst = isa::Address::in(isa::Space::l2, 0);
  in.row_bytes = 2048;
  out.src = isa::Address::in(isa::Space::l2, 1024);
  out.dst = isa::Address::in(isa::Space::ddr, 8192);
  out.row_bytes = 1024;
  isa::DmaCopy never_read = in;
  never_read.dst = isa::Address::in(isa::Space::l2, 4096);
  for (const auto& copy : {in, out, out, in, never_read}) isa::encode(copy, program.code);
  const auto use = l2_use(program);
  REQUIRE(use.size() == 5);
  CHECK(use[0].taken_bytes == 1024);  // of its two kilobytes one is read later
  CHECK(use[1].freed_bytes == 0);
  CHECK(use[2].freed_bytes == 1024);
  CHECK(use[3].taken_bytes == 0);  // nobody reads it any more
  CHECK(use[4].taken_bytes == 0);
}
