// Fused runs of array instructions, on one thread or several, against the definition of the instructions one
// after another: random programs whose tiles often overlap, and the cases that must be
// left alone.
#include <doctest/doctest.h>

#include "isa/encoding/codec.h"
#include "isa/executor/untimed.h"
#include "isa/executor/untimed_plan.h"
#include "isa/program/program_file.h"
#include "isa/semantics/run_plain.h"
#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::l2;
using oracle::Numbers;

Machine machine_of(uint32_t array_bytes) {
  Machine machine;
  machine.array_bytes = array_bytes;
  machine.b_banks = 2;
  machine.c_banks = 4;
  machine.l2_bytes = 2 << 20;
  machine.l3_bytes = 64;
  machine.half_up_only = 0;
  machine.multiplier_bits = 31;
  machine.per_lane_shift = machine.has_output_zero_point = machine.has_output_clip = 1;
  return machine;
}

constexpr uint64_t kPanels = 512 << 10, kBiases = 600 << 10, kShifts = 610 << 10, kResults = 700 << 10,
                   kRanges = 2000 << 10;

// What a lowered layer looks like, and much that it does not: operands from 0 on, each of these elsewhere;
// now and then results where operands are.
class RandomProducts {
 public:
  RandomProducts(uint64_t seed, const Machine& machine) : numbers_(seed), machine_(machine) {}

  std::vector<Instruction> code() {
    for (auto layers = numbers_.in(1, 3); layers > 0; --layers) add_layer();
    code_.push_back(CtlEnd{});
    return code_;
  }

 private:
  template <class T>
  T in(int64_t lowest, int64_t highest) {
    return static_cast<T>(numbers_.in(lowest, highest));
  }
  bool one_in(int64_t n) { return numbers_.in(1, n) == 1; }

  void add_layer() {
    const bool is_word = numbers_.in(0, 1) != 0;
    bytes_ = is_word ? 2 : 1;
    panel_ = machine_.panel(bytes_);
    code_.push_back(MmaConfig{
        is_word ? numbers_.one_of({Element::s16, Element::u16}) : numbers_.one_of({Element::s8, Element::u8}),
        is_word     ? Element::s16
        : one_in(6) ? Element::u8
                    : Element::s8});
    MmaPattern p;
    p.k0 = in<uint32_t>(1, 2 * panel_), p.k1 = in<uint32_t>(1, 3);
    if (one_in(2)) p.k0 = p.k0 / 4 * 4 + 4;
    p.k1_stride = in<int32_t>(0, 300), p.k2_stride = in<int32_t>(0, 500);
    p.r0 = in<uint32_t>(1, 9), p.r1 = in<uint32_t>(1, 4);
    p.r0_stride = in<int32_t>(0, 64), p.r1_stride = in<int32_t>(0, 500), p.r2_stride = in<int32_t>(0, 900);
    code_.push_back(p);
    StageSet stage = oracle::shift_stage(Unit::mma, numbers_.one_of({Element::s8, Element::u8, Element::s16}),
                                         in<int>(0, 20), oracle::kRoundings[numbers_.in(0, 3)]);
    if (one_in(4)) stage = oracle::raw_stage(Unit::mma, accumulator_element(bytes_));
    stage.track_range = one_in(2);
    stage.overflow =
        numbers_.one_of({Overflow::wrap, Overflow::saturate, Overflow::wrap16, Overflow::saturate16});
    if (one_in(2)) stage.bias = l2(kBiases);
    if (!stage.raw && one_in(3))
      stage.multiplier_mode = TableMode::common, stage.multiplier = in<uint32_t>(0, 99);
    if (!stage.raw && one_in(3)) stage.shift_mode = TableMode::per_lane, stage.shifts = l2(kShifts);
    code_.push_back(stage);
    row_bytes_ = panel_ * element_bytes(stage.out);
    MmaStorePattern store;
    store.r0 = in<uint32_t>(1, 9), store.r1 = one_in(2) ? 1 : in<uint32_t>(1, 4);
    store.r0_stride = static_cast<int32_t>(one_in(8) ? row_bytes_ / 2 : row_bytes_ * numbers_.in(1, 2));
    store.r1_stride = store.r0_stride * static_cast<int32_t>(store.r0);
    store.r2_stride = store.r1_stride * static_cast<int32_t>(store.r1);
    code_.push_back(store);
    for (auto fused_runs = numbers_.in(1, 3); fused_runs > 0; --fused_runs) add_fused_run();
    code_.push_back(MmaRange{l2(kRanges + 16 * static_cast<uint64_t>(numbers_.in(0, 9)))});
  }

  // Products that repeat the same panels, in a bank each.
  void add_fused_run() {
    const auto panels = in<uint32_t>(1, 4);
    const auto rows = in<uint8_t>(1, panel_);
    uint32_t row = in<uint32_t>(0, 5);
    uint64_t dst = kResults;
    for (auto products = numbers_.in(1, 9); products > 0; --products) {
      const auto bank = in<uint8_t>(0, 3);
      const bool starts_from_bank = one_in(10);
      uint32_t k = 0;
      for (uint32_t i = 0; i < panels; ++i) {
        MmaLoadB load;
        load.bank = static_cast<uint8_t>(i % 2);
        load.addr = l2(kPanels + 4096 * uint64_t{i});
        load.rows = static_cast<uint8_t>(panel_);
        MmaStream s;
        s.a = l2(64 * numbers_.in(0, 1));
        s.row = row;
        s.rows = one_in(20) ? in<uint8_t>(1, panel_) : rows;
        s.k_start = one_in(30) ? 3 : k;
        s.depth = in<uint8_t>(1, panel_);
        if (!one_in(3)) load.rows = s.depth;
        s.b_bank = one_in(30) ? 0 : load.bank;
        s.c_bank = bank;
        s.accumulate = i > 0 || starts_from_bank;
        if (bytes_ == 1 && one_in(40)) s.accumulate |= 2;  // of 8-bit operands
        k = s.k_start + s.depth;
        if (!one_in(25)) code_.push_back(load);
        if (one_in(20)) change_panel(load.addr);
        code_.push_back(s);
      }
      row += rows;
      for (auto transfers = one_in(5) ? numbers_.in(0, 2) : 1; transfers > 0; --transfers) {
        MmaTransfer t;
        t.c_bank = one_in(15) ? in<uint8_t>(0, 3) : bank;
        t.rows = one_in(15) ? in<uint8_t>(1, panel_) : rows;
        t.columns = one_in(3) ? in<uint8_t>(1, panel_) : static_cast<uint8_t>(panel_);
        t.lane = in<uint32_t>(0, 9);
        t.dst = l2(one_in(25) ? static_cast<uint64_t>(numbers_.in(0, 20000)) : dst);
        t.row = one_in(10) ? 2 : 0;
        code_.push_back(t);
        if (!one_in(15)) dst += 2 * uint64_t{rows} * row_bytes_;
      }
    }
    code_.push_back(SyncSignal{0});
  }

  // Between a panel's load and its use.
  void change_panel(Address panel) {
    if (one_in(2)) return code_.push_back(SyncSignal{0});
    DspRescale i;
    i.src = l2(static_cast<uint64_t>(numbers_.in(0, 999))), i.dst = panel;
    i.channels = 2;
    i.clip_min = -128, i.clip_max = 127;
    code_.push_back(i);
  }

  Numbers numbers_;
  const Machine machine_;
  std::vector<Instruction> code_;
  uint32_t bytes_ = 1, panel_ = 0, row_bytes_ = 0;
};

void fill(const MemoryView& memory, uint64_t seed) {
  Numbers numbers(seed);
  const bool is_sparse = numbers.in(0, 3) == 0;  // columns of zeros
  for (uint64_t at = 0; at < memory.bytes[static_cast<int>(Space::l2)]; at += 8)
    write_as<uint64_t>(memory.at(l2(at)), is_sparse && at % 16 == 8 ? 0 : numbers.next());
  for (uint64_t lane = 0; lane < 300; ++lane)
    *memory.at(l2(kShifts + lane)) = static_cast<uint8_t>(lane % 15);
}

std::vector<uint8_t> l2_of(const MemoryView& memory) {
  return {memory.at(l2(0)), memory.at(l2(0)) + memory.bytes[static_cast<int>(Space::l2)]};
}

// Memory and the count of overflows.
using Outcome = std::pair<std::vector<uint8_t>, uint64_t>;

Outcome one_after_another(const std::vector<Instruction>& code, const Machine& machine, uint64_t seed) {
  oracle::FastBench bench(machine);
  fill(bench.memory, seed);
  for (const auto& instruction : code)
    if (!std::holds_alternative<SyncSignal>(instruction) && !std::holds_alternative<CtlEnd>(instruction))
      bench.run(instruction);
  return {l2_of(bench.memory), bench.state.overflow_count()};
}

Program program_of(const std::vector<Instruction>& code, const Machine& machine) {
  Program program;
  program.machine = machine;
  for (const auto& instruction : code) encode(instruction, program.code);
  program.instruction_count = code.size();
  verify_program(program);
  return program;
}

Outcome by_definition(const Program& program, uint64_t seed) {
  OwnedMemory storage(program.machine, 64);
  const MemoryView memory = storage.view();
  fill(memory, seed);
  const uint64_t overflow_count = run_plain(program, memory);
  return {l2_of(memory), overflow_count};
}

Outcome as_a_whole(UntimedMachine& untimed, const Machine& machine, uint64_t seed) {
  OwnedMemory storage(machine, 64);
  fill(storage.view(), seed);
  untimed.run(storage.view());
  return {l2_of(storage.view()), untimed.overflow_count()};
}

// Two products of 2 x 4 by 4 x 4 with the same panel, in two banks, and their transfers.
std::vector<Instruction> two_products() {
  std::vector<Instruction> code = {MmaConfig{}, MmaPattern{}, MmaStorePattern{},
                                   oracle::shift_stage(Unit::mma, Element::s8, 0)};
  auto& pattern = std::get<MmaPattern>(code[1]);
  pattern.k0 = 4, pattern.r0 = 100, pattern.r0_stride = 4;
  auto& store = std::get<MmaStorePattern>(code[2]);
  store.r0 = 100, store.r0_stride = 16, store.r2_stride = 1600;
  for (uint8_t bank = 0; bank < 2; ++bank) {
    MmaLoadB load;
    load.addr = l2(16 * 1024), load.rows = 4;
    MmaStream stream;
    stream.a = l2(bank * 8u), stream.rows = 2, stream.depth = 4, stream.c_bank = bank;
    MmaTransfer transfer;
    transfer.c_bank = bank, transfer.rows = 2, transfer.columns = 4,
    transfer.dst = l2(32 * 1024 + bank * 64u);
    code.insert(code.end(), {load, stream, transfer});
  }
  code.push_back(CtlEnd{});
  return code;
}

ArrayPlan plan_of(const std::vector<Instruction>& code) {
  const Program program = program_of(code, machine_of(16));
  return UntimedPlanner(program).next(program.code.size()).array;
}

size_t fused_runs(const std::vector<Instruction>& code) { return plan_of(code).fused_runs.size(); }

}  // namespace

TEST_CASE("array runs: random products give the bytes and counts of their definition, fused or one by one") {
  CHECK(tests::holds([](uint64_t seed) {
    const Machine machine = machine_of(seed % 3 == 0 ? 64 : 16);
    const auto code = RandomProducts(seed, machine).code();
    const auto program = program_of(code, machine);
    const auto expected = by_definition(program, seed);
    if (one_after_another(code, machine, seed) != expected) return false;
    for (const unsigned threads : {1u, 3u})
      for (const size_t part_bytes : {size_t{1}, UntimedMachine::kPartBytes}) {
        UntimedMachine untimed(program, threads, part_bytes);
        if (as_a_whole(untimed, machine, seed) != expected || as_a_whole(untimed, machine, seed) != expected)
          return false;
      }
    return true;
  }));
}

TEST_CASE("array runs: a panel loaded before the operands' width changes stays what it was") {
  const Machine machine = machine_of(64);
  auto code = two_products();
  std::get<MmaLoadB>(code[4]).rows = 60;  // of 8-bit operands; the 16-bit panel has 32
  code.insert(code.begin() + 5, MmaConfig{Element::s16, Element::s16});
  const Program program = program_of(code, machine);
  const auto expected = by_definition(program, 7);
  UntimedMachine untimed(program);
  CHECK(as_a_whole(untimed, machine, 7) == expected);
}

TEST_CASE("array runs: products with the same panel become one group of rows") {
  const auto plan = plan_of(two_products());
  REQUIRE(plan.fused_runs.size() == 1);
  REQUIRE(plan.groups.size() == 1);
  CHECK(plan.groups[0].rows == 4);
  CHECK(plan.groups[0].depth == 4);
  CHECK(plan.panels.size() == 1);
  CHECK(plan.products[0].kept_to == 0);  // nothing reads the banks afterwards
  CHECK(plan.fused_runs[0].kept_loads.empty());
}

TEST_CASE("array runs: what a later instruction reads is kept") {
  auto code = two_products();
  code.back() = SyncSignal{0};
  MmaStream later;
  later.a = l2(0), later.rows = 2, later.depth = 4, later.c_bank = 1, later.accumulate = 1;
  MmaTransfer transfer;
  transfer.c_bank = 1, transfer.rows = 2, transfer.columns = 4, transfer.dst = l2(40 * 1024);
  code.insert(code.end(), {later, transfer, CtlEnd{}});
  const auto plan = plan_of(code);
  REQUIRE(plan.fused_runs.size() == 2);
  REQUIRE(plan.fused_runs[1].preloaded.size() == 1);
  CHECK(plan.fused_runs[1].preloaded[0].bank == 0);
  CHECK(plan.products[0].kept_to == 0);
  CHECK(plan.products[1].kept_from == 0);
  CHECK(plan.products[1].kept_to == 2);
  CHECK_FALSE(plan.fused_runs[1].preloaded[0].is_kept);
  REQUIRE(plan.fused_runs[0].kept_loads.size() == 1);
  CHECK(plan.fused_runs[0].kept_loads[0].bank == 0);
  CHECK(plan.fused_runs[0].kept_loads[0].addr == l2(16 * 1024));
}

TEST_CASE("array runs: fused runs that meet themselves in memory are left alone") {
  REQUIRE(fused_runs(two_products()) == 1);
  const auto with_second_transfer_to = [](Address dst) {
    auto code = two_products();
    std::get<MmaTransfer>(code[9]).dst = dst;
    return fused_runs(code);
  };
  CHECK(with_second_transfer_to(l2(12)) == 0);              // the first product's A ends at 16
  CHECK(with_second_transfer_to(l2(16 * 1024 + 63)) == 0);  // the panel ends at 16 KB + 64
  CHECK(with_second_transfer_to(l2(32 * 1024 + 3)) == 0);   // the first transfer's first row ends at 4
  CHECK(with_second_transfer_to(l2(32 * 1024 + 4)) == 1);   // columns side by side
  CHECK(with_second_transfer_to(l2(32 * 1024 + 13)) == 0);  // into the first transfer's second row
  CHECK(with_second_transfer_to(l2(16 * 1024 + 64)) == 1);
}

TEST_CASE("array runs: a stage that may trap runs one instruction after another") {
  auto code = two_products();
  std::get<StageSet>(code[3]).overflow = Overflow::trap;
  CHECK(fused_runs(code) == 0);
}

}  // namespace mmasim::isa
