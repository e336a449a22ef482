// verify_dataflow(): bytes written before they are read, tokens that reach their counts, tables in one piece
// - each rule at its edge and one beyond.
#include <doctest/doctest.h>

#include "isa/verify/dataflow.h"
#include "tests/isa/sample_program.h"

namespace mmasim::isa {
namespace {

constexpr uint64_t kConstants = 1024;  // of the 4096 bytes of DDR

DmaCopy load(uint64_t from, uint64_t to, uint32_t bytes, uint16_t signal, uint8_t channel = 0) {
  DmaCopy copy;
  copy.channel = channel, copy.signal = signal;
  copy.src = ddr(from), copy.dst = l2(to), copy.row_bytes = bytes;
  return copy;
}
DmaCopy store(uint64_t from, uint64_t to, uint32_t bytes, uint16_t signal, uint8_t channel = 2) {
  DmaCopy copy;
  copy.channel = channel, copy.signal = signal;
  copy.src = l2(from), copy.dst = ddr(to), copy.row_bytes = bytes;
  return copy;
}
// `channels` bytes from one place in L2 to another.
DspRescale rescale(uint64_t from, uint64_t to, uint32_t channels) {
  DspRescale work;
  work.src = l2(from), work.dst = l2(to), work.channels = channels;
  work.clip_min = -128, work.clip_max = 127;
  return work;
}

Program with_constants(const std::vector<Instruction>& instructions, const Machine& machine = {}) {
  Program program = program_of(instructions, machine);
  program.constants_bytes = kConstants;
  return program;
}

// What verify_dataflow() says of a program that verify_program() accepts, or "".
std::string finding(const Program& program, MadeBy made_by = MadeBy::anyone) {
  verify_program(program);
  try {
    verify_dataflow(program, made_by);
  } catch (const ProgramFileError& error) {
    return error.what();
  }
  return "";
}
std::string finding(const std::vector<Instruction>& instructions, MadeBy made_by = MadeBy::anyone) {
  return finding(with_constants(instructions), made_by);
}

}  // namespace

TEST_CASE("dataflow: the core waits for no count that comes later or never") {
  CHECK(finding({SyncSignal{1}, SyncSignal{1}, SyncWait{1, 2}}) == "");
  CHECK(finding({SyncSignal{1}, SyncWait{1, 2}, SyncSignal{1}}) ==
        "instruction 1 (sync.wait): token 1 never reaches 2; it is raised 1 times before");
  CHECK(finding({SyncWait{0, 4294967295}}) == "");  // token 0 is always at its count
  CHECK(finding({SyncSignal{0}, SyncWait{1, 1}}) ==
        "instruction 1 (sync.wait): token 1 never reaches 1; it is raised 0 times before");
}

TEST_CASE("dataflow: a channel may wait for what comes later, but it must come") {
  const auto copy = load(0, 0, 64, 2);
  CHECK(finding({DmaWait{0, 1, 1}, copy, SyncSignal{1}, SyncWait{2, 1}}) == "");
  CHECK(finding({DmaWait{0, 1, 2}, copy, SyncSignal{1}}) ==
        "instruction 0 (dma.wait): token 1 never reaches 2; it is raised 1 times");
  CHECK(finding({DmaWait{0, 1, 1}, copy, SyncWait{2, 1}, SyncSignal{1}}) ==
        "instruction 2 (sync.wait): token 2 never reaches 1; it is raised 0 times before");
  // Two channels that wait for each other.
  CHECK(finding({DmaWait{0, 3, 1}, load(0, 0, 64, 2, 0), DmaWait{1, 2, 1}, load(0, 64, 64, 3, 1)}) ==
        "instruction 0 (dma.wait): token 3 never reaches 1; it is raised 0 times");
}

TEST_CASE("dataflow: a queue holds as many entries as it has") {
  Machine machine;
  machine.dma_queue_entries = 2;
  const auto copy = load(0, 0, 64, 0);
  CHECK(finding(with_constants({DmaWait{0, 1, 1}, copy, SyncSignal{1}}, machine)) == "");
  CHECK(finding(with_constants({DmaWait{0, 1, 1}, copy, copy, SyncSignal{1}}, machine)) ==
        "instruction 2 (dma.copy): the queue of channel 0 is full, and instruction 0 at its head waits for "
        "what can only come later");
}

TEST_CASE("dataflow: constants and inputs are there, other bytes of DDR are not") {
  CHECK(finding({load(kConstants - 64, 0, 64, 0)}) == "");
  CHECK(finding({load(kConstants - 63, 0, 64, 0)}) ==
        "instruction 0 (dma.copy): src reads byte 1024 of ddr, which nobody is sure to have written before");
  Program program = with_constants({load(2000, 0, 100, 0)});
  program.inputs.push_back({"x", Element::s8, {10, 10}, {10, 1}, ddr(2000), 0, 0, 1.0, 0});
  CHECK(finding(program) == "");
  program.inputs[0].address = ddr(1999);
  CHECK(finding(program) ==
        "instruction 0 (dma.copy): src reads byte 2099 of ddr, which nobody is sure to have written before");
}

TEST_CASE("dataflow: the core knows a copy's bytes once it has waited for the copy") {
  const auto copy = load(0, 0, 64, 2);
  CHECK(finding({copy, SyncWait{2, 1}, rescale(0, 64, 64)}) == "");
  CHECK(finding({copy, rescale(0, 64, 64), SyncWait{2, 1}}) ==
        "instruction 1 (dsp.rescale): src reads byte 0 of l2, which nobody is sure to have written before");
  CHECK(finding({copy, SyncWait{2, 1}, rescale(0, 64, 65)}) ==
        "instruction 2 (dsp.rescale): src reads byte 64 of l2, which nobody is sure to have written before");
  // What stands before it in its queue is done too; what stands behind it is not.
  CHECK(finding({load(0, 64, 64, 0), copy, SyncWait{2, 1}, rescale(64, 128, 64)}) == "");
  CHECK(finding({copy, load(0, 64, 64, 0), SyncWait{2, 1}, rescale(64, 128, 64)}) ==
        "instruction 3 (dsp.rescale): src reads byte 64 of l2, which nobody is sure to have written before");
}

TEST_CASE("dataflow: a channel knows the core's bytes once it has waited for its signal") {
  DspPermute fill_by_core;  // reads constants, writes l2:0..63
  fill_by_core.src = ddr(0), fill_by_core.dst = l2(0), fill_by_core.n1 = 64;
  fill_by_core.src_stride1 = fill_by_core.dst_stride1 = 1;
  CHECK(finding({fill_by_core, SyncSignal{1}, DmaWait{2, 1, 1}, store(0, 2000, 64, 0)}) == "");
  CHECK(finding({fill_by_core, SyncSignal{1}, store(0, 2000, 64, 0)}) ==
        "instruction 2 (dma.copy): src reads byte 0 of l2, which nobody is sure to have written before");
  CHECK(finding({SyncSignal{1}, fill_by_core, DmaWait{2, 1, 1}, store(0, 2000, 64, 0)}) ==
        "instruction 3 (dma.copy): src reads byte 0 of l2, which nobody is sure to have written before");
  CHECK(finding({fill_by_core, rescale(0, 64, 64)}) == "");  // the core knows its own
  // The core waits itself before it gives the copy away.
  CHECK(finding({fill_by_core, SyncSignal{1}, SyncWait{1, 1}, store(0, 2000, 64, 0)}) == "");
}

TEST_CASE("dataflow: who has waited for one that has waited knows what that one knew") {
  // Channel 1 waits for channel 0's copy, the core for channel 1's.
  const std::vector<Instruction> program = {load(0, 0, 64, 2, 0), DmaWait{1, 2, 1}, load(0, 64, 64, 3, 1),
                                            SyncWait{3, 1}, rescale(0, 128, 128)};
  CHECK(finding(program) == "");
  // The same of channel 2, when channel 1 has long known.
  CHECK(finding({load(0, 0, 64, 2, 0), DmaWait{1, 2, 1}, load(0, 64, 64, 3, 1), DmaWait{2, 2, 1},
                 load(0, 64, 64, 4, 2), SyncWait{4, 1}, rescale(0, 128, 128)}) == "");
  auto without_wait = program;
  without_wait.erase(without_wait.begin() + 1);
  CHECK(finding(without_wait) ==
        "instruction 3 (dsp.rescale): src reads byte 0 of l2, which nobody is sure to have written before");
}

TEST_CASE("dataflow: padding counts as written, gaps between rows do not") {
  DmaFill padding;
  padding.signal = 2, padding.dst = l2(0), padding.row_bytes = 16, padding.n1 = 3, padding.dst_stride1 = 16;
  CHECK(finding({padding, SyncWait{2, 1}, rescale(0, 64, 48)}) == "");
  padding.dst_stride1 = 17;
  CHECK(finding({padding, SyncWait{2, 1}, rescale(0, 64, 48)}) ==
        "instruction 2 (dsp.rescale): src reads byte 16 of l2, which nobody is sure to have written before");
}

TEST_CASE("dataflow: the array reads the rows and the depth of its pattern, and no more") {
  MmaPattern pattern;  // 4 rows of 8 deep, 10 bytes apart
  pattern.k0 = 8, pattern.r0 = 4, pattern.r0_stride = 10;
  MmaStream stream;
  stream.a = l2(0), stream.rows = 4, stream.depth = 8;
  MmaLoadB panel;
  panel.addr = l2(4096), panel.rows = 1;
  const auto panels = load(0, 4096, 64, 3, 1);
  const auto streamed = [&](uint32_t bytes) {
    return finding(
        {panels, load(0, 0, bytes, 2), SyncWait{2, 1}, SyncWait{3, 1}, MmaConfig{}, pattern, panel, stream});
  };
  CHECK(streamed(38) == "");  // 3 * 10 + 8
  CHECK(streamed(37) ==
        "instruction 7 (mma.stream): a reads byte 37 of l2, which nobody is sure to have written before");
  CHECK(
      finding({panels, MmaConfig{}, panel}) ==
      "instruction 2 (mma.load_b): addr reads byte 4096 of l2, which nobody is sure to have written before");
}

TEST_CASE("dataflow: every byte of an output is written") {
  Program program = with_constants({load(0, 0, 64, 2), DmaWait{2, 2, 1}, store(0, 2000, 64, 0)});
  program.outputs.push_back({"y", Element::s16, {4, 8}, {16, 2}, ddr(2000), 0, 0, 1.0, 0});
  CHECK(finding(program) == "");
  program.outputs[0].address = ddr(2001);
  CHECK(finding(program) == "tensor 'y': nobody writes byte 2064 of ddr");
  program.outputs.clear();
  program.intermediates.push_back({"t", Element::s8, {1}, {1}, l2(64), 0, 0, 1.0, 0});
  CHECK(finding(program) == "tensor 't': nobody writes byte 64 of l2");
}

TEST_CASE("dataflow: a table of lowering lies in what one copy brought") {
  DspPrelu prelu;
  prelu.src = l2(0), prelu.dst = l2(64), prelu.slopes = l2(128), prelu.channels = 4, prelu.lane = 1;
  prelu.clip_min = -128, prelu.clip_max = 127;
  const auto with_slopes = [&](uint32_t entries, MadeBy made_by) {
    // Behind the slopes lie other bytes, written as well.
    return finding({load(0, 0, 64, 0), load(0, 128, 8 * entries, 0), load(0, 128 + 8 * entries, 64, 2),
                    SyncWait{2, 1}, prelu},
                   made_by);
  };
  CHECK(with_slopes(5, MadeBy::lowering) == "");
  CHECK(with_slopes(4, MadeBy::lowering) ==
        "instruction 4 (dsp.prelu): slopes takes bytes 136..167 of l2, which did not come in one piece: a "
        "table is "
        "too short");
  CHECK(with_slopes(4, MadeBy::anyone) == "");
}

TEST_CASE("dataflow: tables of lowering do not run into each other") {
  StageSet stage = plain_stage(Unit::dsp);
  stage.bias = l2(128), stage.shift_mode = TableMode::per_lane, stage.shifts = l2(144);  // room for 4 biases
  DspRequantize work;
  work.src = l2(0), work.dst = l2(64), work.src_type = Element::s32;
  const auto with_lanes = [&](uint32_t lanes, MadeBy made_by) {
    work.channels = lanes;
    return finding({load(0, 0, 64, 0), load(0, 128, 64, 2), SyncWait{2, 1}, stage, work}, made_by);
  };
  CHECK(with_lanes(4, MadeBy::lowering) == "");
  CHECK(with_lanes(5, MadeBy::lowering) ==
        "instruction 4 (dsp.requantize): shifts of the stage takes bytes 144..148 of l2, and bias of the "
        "stage takes "
        "bytes 128..147");
  CHECK(with_lanes(5, MadeBy::anyone) == "");
}

}  // namespace mmasim::isa
