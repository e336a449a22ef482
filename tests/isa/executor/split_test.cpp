// Parts of DMA descriptors and DSP instructions: together, in any order, they do what the whole does; and
// what overlaps itself stays whole.
#include "isa/executor/split.h"

#include <doctest/doctest.h>

#include <functional>

#include "isa/encoding/codec.h"
#include "isa/executor/untimed.h"
#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::l2;
using oracle::Numbers;

const StageSet kStage = oracle::shift_stage(Unit::dsp, Element::s8, 5);

Machine large_machine() {
  Machine machine;
  machine.l2_bytes = 4 << 20;
  machine.l3_bytes = 64;
  return machine;
}

std::vector<uint8_t> l2_after(uint64_t seed, const std::function<void(oracle::FastBench&)>& act) {
  oracle::FastBench bench(large_machine());
  Numbers numbers(seed);
  for (uint64_t at = 0; at < bench.machine.l2_bytes; at += 8)
    write_as<uint64_t>(bench.memory.at(l2(at)), numbers.next());
  bench.run(kStage);
  act(bench);
  return {bench.memory.at(l2(0)), bench.memory.at(l2(0)) + bench.machine.l2_bytes};
}

// Backwards, as no order is promised.
template <class Whole, class Execute>
bool parts_equal_whole(uint64_t seed, const Whole& whole, const std::vector<Whole>& parts,
                       const Execute& execute) {
  return l2_after(seed, [&](oracle::FastBench& bench) { execute(bench, whole); }) ==
         l2_after(seed, [&](oracle::FastBench& bench) {
           for (size_t i = parts.size(); i-- > 0;) execute(bench, parts[i]);
         });
}

const auto run = [](oracle::FastBench& bench, const auto& i) { bench.run(i); };
const auto copy_bytes = [](oracle::FastBench& bench, const DmaCopy& c) { execute_dma(c, bench.memory); };

template <class Window>
Window window(Numbers& numbers) {
  Window i;
  i.src = l2(0), i.dst = l2(static_cast<uint64_t>(numbers.one_of({2 << 20, 2 << 20, 2 << 20, 100'000})));
  i.count_y = static_cast<uint32_t>(numbers.one_of({1, 30, 41})), i.count_x = 40;
  i.channels = static_cast<uint32_t>(numbers.in(60, 70));
  i.kernel_y = i.kernel_x = 3;
  i.stride_y = static_cast<uint16_t>(numbers.in(1, 2)), i.stride_x = 1;
  i.src_x_stride = static_cast<int32_t>(i.channels), i.src_y_stride = 44 * i.src_x_stride;
  i.dst_x_stride = static_cast<int32_t>(i.channels), i.dst_y_stride = 40 * i.dst_x_stride;
  return i;
}

}  // namespace

TEST_CASE("split: parts of copies do what the whole does") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    DmaCopy c;
    c.src = l2(0), c.dst = l2(static_cast<uint64_t>(numbers.one_of({2 << 20, 1 << 20, 300'000, 64})));
    c.row_bytes = static_cast<uint32_t>(numbers.one_of({300'000, 2000, 500}));
    c.n1 = static_cast<uint32_t>(numbers.one_of({1, 30})),
    c.n2 = static_cast<uint32_t>(numbers.one_of({1, 8}));
    c.src_stride1 = c.row_bytes,
    c.dst_stride1 = numbers.one_of({int64_t{c.row_bytes}, int64_t{c.row_bytes} / 2});
    c.src_stride2 = 0, c.dst_stride2 = numbers.one_of({c.dst_stride1 * c.n1, int64_t{700}});
    if (c.row_bytes == 300'000) c.n1 = c.n2 = 1;
    return parts_equal_whole(seed, c, split(c, 4), copy_bytes);
  }));
}

TEST_CASE("split: parts of windows do what the whole does") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    const auto pool = window<DspPoolMax>(numbers);
    auto depthwise = window<DspDepthwise>(numbers);
    depthwise.weights = l2(3 << 20), depthwise.weight_stride = static_cast<int32_t>(depthwise.channels);
    return parts_equal_whole(seed, pool, split(pool, kStage, 3), run) &&
           parts_equal_whole(seed, depthwise, split(depthwise, kStage, 3), run);
  }));
}

TEST_CASE("split: an untimed machine on several threads makes the bytes and counts of one alone") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    DmaCopy c;
    c.src = l2(0), c.dst = l2(3 << 20), c.row_bytes = 200'000, c.signal = 1;
    DmaFill biases;  // with which every sum above zero overflows
    biases.dst = l2(3500 << 10), biases.row_bytes = 400, biases.element_bytes = 4, biases.value = INT32_MAX;
    biases.signal = 1;
    auto stage = oracle::shift_stage(Unit::dsp, Element::s8, 5);
    stage.track_range = 1, stage.bias = biases.dst;
    auto depthwise = window<DspDepthwise>(numbers);
    depthwise.weights = l2(3 << 20), depthwise.weight_stride = static_cast<int32_t>(depthwise.channels);
    DspAdd add;
    add.a = l2(0), add.b = l2(1 << 20), add.dst = l2(1 << 20);
    add.count_x = 2000, add.channels = add.b_channels = 100;
    add.a_x_stride = add.b_x_stride = add.dst_x_stride = 100;
    add.clip_min = -128, add.clip_max = 127;
    Program program;
    program.machine = large_machine();
    for (const Instruction& i :
         {Instruction(c), Instruction(biases), Instruction(SyncWait{1, 2}), Instruction(stage),
          Instruction(depthwise), Instruction(add), Instruction(window<DspPoolMax>(numbers)),
          Instruction(MmaRange{l2((4 << 20) - 16)}), Instruction(CtlEnd{})}) {
      encode(i, program.code);
      ++program.instruction_count;
    }
    const auto outcome = [&](unsigned threads) {
      uint64_t overflows = 0;
      auto bytes = l2_after(seed, [&](oracle::FastBench& bench) {
        UntimedMachine machine(program, threads);
        machine.run(bench.memory);
        overflows = machine.overflow_count();
      });
      return std::pair(bytes, overflows);
    };
    const auto alone = outcome(1);
    return alone.second > 0 && outcome(3) == alone;
  }));
}

TEST_CASE("split: what is large is cut, what is small or overlaps itself is not") {
  DmaCopy c;
  c.src = l2(0), c.dst = l2(2 << 20), c.row_bytes = 1 << 20;
  REQUIRE(split(c, 4).size() == 4);
  CHECK(split(c, 4)[1].dst == l2((2 << 20) + (1 << 18)));
  CHECK(split(c, 4)[1].row_bytes == 1 << 18);
  c.dst = l2(1000);  // onto its own source
  CHECK(split(c, 4).size() == 1);
  c.dst = l2(2 << 20), c.row_bytes = 100'000;
  CHECK(split(c, 4).size() == 1);

  DspAdd add;
  add.a = l2(0), add.b = l2(1 << 20), add.dst = l2(2 << 20);
  add.count_y = 1, add.count_x = 2000, add.channels = add.b_channels = 100;
  add.a_x_stride = add.b_x_stride = add.dst_x_stride = 100;
  REQUIRE(split(add, kStage, 4).size() == 4);
  CHECK(split(add, kStage, 4)[3].b == l2((1 << 20) + 150'000));
  CHECK(split(add, kStage, 4)[3].count_x == 500);
  add.dst = add.a;  // in place: every part its own elements
  CHECK(split(add, kStage, 4).size() == 4);
  add.dst = l2(100);
  CHECK(split(add, kStage, 4).size() == 1);

  auto trapping = oracle::shift_stage(Unit::dsp, Element::s8, 0);
  trapping.overflow = Overflow::trap;
  Numbers numbers(1);
  auto depthwise = window<DspDepthwise>(numbers);
  depthwise.dst = l2(2 << 20), depthwise.count_y = 30;
  CHECK(split(depthwise, kStage, 3).size() == 3);
  CHECK(split(depthwise, trapping, 3).size() == 1);
}

}  // namespace mmasim::isa
