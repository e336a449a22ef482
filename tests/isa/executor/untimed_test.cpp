// The untimed machine: tokens, queues, deadlocks, and running again.
#include "isa/executor/untimed.h"

#include <doctest/doctest.h>

#include "isa/encoding/codec.h"
#include "tests/isa/semantics/oracle.h"

namespace mmasim::isa {
namespace {

using oracle::l2;

Program program_of(const std::vector<Instruction>& instructions, const Machine& machine = Machine{}) {
  Program program;
  program.machine = machine;
  for (const auto& instruction : instructions) encode(instruction, program.code);
  program.instruction_count = instructions.size();
  return program;
}

DmaCopy copy(uint8_t channel, Address src, Address dst, uint32_t bytes, uint16_t signal) {
  DmaCopy c;
  c.channel = channel;
  c.src = src;
  c.dst = dst;
  c.row_bytes = bytes;
  c.signal = signal;
  return c;
}

// Negates `count` bytes.
DspRescale negate(Address src, Address dst, uint32_t count) {
  DspRescale i;
  i.src = src;
  i.dst = dst;
  i.channels = count;
  i.multiplier = -1;
  i.clip_min = -128;
  i.clip_max = 127;
  return i;
}

// Four tiles of 16 bytes from DDR 0 to DDR 256, negated, through two buffers in each direction: loads on
// channel 0 signal token 1, the core signals 2, stores on channel 1 signal 3.
std::vector<Instruction> double_buffered() {
  std::vector<Instruction> code;
  const auto in = [](uint32_t tile) { return l2(tile % 2 * 64); };
  const auto out = [](uint32_t tile) { return l2(1024 + tile % 2 * 64); };
  for (uint32_t tile = 0; tile < 4; ++tile) {
    if (tile >= 2) code.push_back(DmaWait{0, 2, tile - 1});  // the buffer's last tile has been used
    code.push_back(copy(0, Address::in(Space::ddr, tile * 16), in(tile), 16, 1));
  }
  for (uint32_t tile = 0; tile < 4; ++tile) {
    code.push_back(SyncWait{1, tile + 1});
    if (tile >= 2) code.push_back(SyncWait{3, tile - 1});
    code.push_back(negate(in(tile), out(tile), 16));
    code.push_back(SyncSignal{2});
    code.push_back(DmaWait{1, 2, tile + 1});
    code.push_back(copy(1, out(tile), Address::in(Space::ddr, 256 + tile * 16), 16, 3));
  }
  code.push_back(CtlEnd{});
  return code;
}

std::string deadlock_of(const Program& program) {
  OwnedMemory storage(program.machine, 4096);
  UntimedMachine machine(program);
  try {
    machine.run(storage.view());
  } catch (const Deadlock& deadlock) {
    return deadlock.what();
  }
  return "no deadlock";
}

Machine small_machine() {
  Machine machine;
  machine.l2_bytes = machine.l3_bytes = 4096;
  return machine;
}

}  // namespace

TEST_CASE("untimed: two buffers and tokens carry tiles through, run after run") {
  const Program program = program_of(double_buffered(), small_machine());
  OwnedMemory storage(program.machine, 4096);
  const MemoryView memory = storage.view();
  UntimedMachine machine(program);
  for (int run = 0; run < 3; ++run) {
    for (int k = 0; k < 64; ++k) memory.base[3][k] = static_cast<uint8_t>(k + run);
    machine.run(memory);
    for (int k = 0; k < 64; ++k) REQUIRE(static_cast<int8_t>(memory.base[3][256 + k]) == -(k + run));
  }
  CHECK(machine.overflow_count() == 0);
}

TEST_CASE("untimed: the watcher sees every count at the moment it changes") {
  const Program program = program_of(double_buffered(), small_machine());
  OwnedMemory storage(program.machine, 4096);
  const MemoryView memory = storage.view();
  for (int k = 0; k < 64; ++k) memory.base[3][k] = static_cast<uint8_t>(k / 16 + 1);
  UntimedMachine machine(program);
  std::vector<uint32_t> last(4, 0);
  std::vector<int> first_bytes;
  machine.run(memory, [&](uint16_t token, uint32_t count) {
    REQUIRE(count == last[token] + 1);
    last[token] = count;
    if (token == 2) first_bytes.push_back(static_cast<int8_t>(memory.base[1][1024 + (count - 1) % 2 * 64]));
  });
  CHECK(last == std::vector<uint32_t>{0, 4, 4, 4});
  CHECK(first_bytes == std::vector<int>{-1, -2, -3, -4});  // each tile is still there when its signal is seen
}

TEST_CASE("untimed: a full queue holds the core until the channel has made room") {
  // eight copies through a queue of two; the last needs what the core signals in between
  Machine machine = small_machine();
  machine.dma_queue_entries = 2;
  std::vector<Instruction> code;
  for (uint32_t k = 0; k < 8; ++k) code.push_back(copy(3, Address::in(Space::ddr, k), l2(k), 1, 1));
  code.push_back(SyncWait{1, 8});
  code.push_back(copy(3, l2(0), Address::in(Space::ddr, 100), 8, 0));
  code.push_back(CtlEnd{});
  const Program program = program_of(code, machine);
  OwnedMemory storage(machine, 4096);
  for (uint8_t k = 0; k < 8; ++k) storage.view().base[3][k] = k + 1;
  UntimedMachine(program).run(storage.view());
  for (uint8_t k = 0; k < 8; ++k) CHECK(storage.view().base[3][100 + k] == k + 1);
}

TEST_CASE(
    "untimed: dma.wait takes a queue entry, so a core that fills the queue before its signal is stuck") {
  Machine machine = small_machine();
  machine.dma_queue_entries = 2;
  const std::vector<Instruction> head = {DmaWait{5, 7, 1}, copy(5, Address::in(Space::ddr, 0), l2(0), 1, 0)};
  auto fits = head, stuck = head;
  stuck.push_back(copy(5, Address::in(Space::ddr, 0), l2(1), 1, 0));
  for (auto* code : {&fits, &stuck}) code->insert(code->end(), {SyncSignal{7}, CtlEnd{}});
  CHECK(deadlock_of(program_of(fits, machine)) == "no deadlock");
  CHECK(deadlock_of(program_of(stuck, machine)) ==
        "deadlock; core: instruction 2 (dma.copy) waits for a free entry in its DMA channel's queue of 2; "
        "DMA channel 5: instruction 0 waits for token 7 to reach 1, it is at 0");
}

TEST_CASE("untimed: a deadlock names what every unit waits for") {
  const std::vector<Instruction> code = {SyncSignal{4}, DmaWait{2, 4, 2}, DmaWait{9, 6, 1}, SyncWait{5, 3},
                                         CtlEnd{}};
  CHECK(deadlock_of(program_of(code)) ==
        "deadlock; core: instruction 3 waits for token 5 to reach 3, it is at 0; "
        "DMA channel 2: instruction 1 waits for token 4 to reach 2, it is at 1; "
        "DMA channel 9: instruction 2 waits for token 6 to reach 1, it is at 0");
}

TEST_CASE("untimed: the end waits for the queues") {
  CHECK(deadlock_of(program_of({DmaWait{2, 4, 1}, CtlEnd{}})) ==
        "deadlock; DMA channel 2: instruction 0 waits for token 4 to reach 1, it is at 0");
}

TEST_CASE("untimed: token 0 never blocks, never counts and is never watched") {
  const Program program =
      program_of({SyncSignal{0}, SyncWait{0, 99}, DmaWait{0, 0, 99}, CtlLayer{}, CtlEnd{}});
  OwnedMemory storage(program.machine, 4096);
  UntimedMachine(program).run(storage.view(), [](uint16_t, uint32_t) { FAIL("token 0 was watched"); });
}

TEST_CASE("untimed: a run after a deadlock starts afresh, and counts its own overflows") {
  StageSet stage = oracle::shift_stage(Unit::dsp, Element::s8, 0);
  stage.bias = l2(64);
  DspRequantize requantize;
  requantize.src = l2(0);
  requantize.dst = l2(128);
  requantize.channels = 1;
  const Program program =
      program_of({stage, requantize, SyncSignal{1}, SyncWait{1, 1}, CtlEnd{}}, small_machine());
  OwnedMemory storage(program.machine, 4096);
  const MemoryView memory = storage.view();
  write_as<int32_t>(memory.base[1], INT32_MAX);
  write_as<int32_t>(memory.base[1] + 64, 1);
  UntimedMachine machine(program);
  for (int run = 0; run < 2; ++run) {
    machine.run(memory);
    CHECK(machine.overflow_count() == 1);
  }
  write_as<int32_t>(memory.base[1] + 64, 0);
  machine.run(memory);
  CHECK(machine.overflow_count() == 0);
}

TEST_CASE("untimed: banks, patterns and the range register are as new in every run") {
  MmaStream stream;
  stream.a = l2(0);
  stream.rows = stream.depth = 1;
  stream.accumulate = 1;  // onto what the bank holds: zeros
  MmaLoadB load;
  load.addr = l2(256);
  load.rows = 1;
  MmaTransfer transfer;
  transfer.dst = l2(1024);
  transfer.rows = transfer.columns = 1;
  StageSet stage = oracle::raw_stage(Unit::mma, Element::s32);
  stage.track_range = 1;
  const Program program = program_of(
      {stage, MmaConfig{}, load, stream, transfer, MmaRange{l2(2048)}, transfer, CtlEnd{}}, small_machine());
  OwnedMemory storage(program.machine, 4096);
  const MemoryView memory = storage.view();
  memory.base[1][0] = 3;
  memory.base[1][256] = 7;
  UntimedMachine machine(program);
  for (int run = 0; run < 2; ++run) {
    machine.run(memory);
    CHECK(read_as<int32_t>(memory.base[1] + 1024) == 21);
    CHECK(read_as<int64_t>(memory.base[1] + 2048) == 21);
    CHECK(read_as<int64_t>(memory.base[1] + 2056) == 21);
  }
}

TEST_CASE("untimed: a program that names a channel or a token that is not there is a bug of the caller") {
  CHECK_THROWS_AS(UntimedMachine(program_of({SyncSignal{64}, CtlEnd{}})), std::logic_error);
  CHECK_THROWS_AS(UntimedMachine(program_of({DmaWait{16, 1, 1}, CtlEnd{}})), std::logic_error);
}

}  // namespace mmasim::isa
