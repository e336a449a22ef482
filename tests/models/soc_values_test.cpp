// Programs made at random: the SoC and the untimed machine compute what the instructions' definition says,
// the SoC in the same cycles with and without values.
#include <doctest/doctest.h>

#include <random>

#include "isa/executor/untimed.h"
#include "isa/program/program_file.h"
#include "isa/semantics/run_plain.h"
#include "tests/models/random_program.h"

using namespace mmasim;
using test::RandomProgram;

namespace {

constexpr uint64_t kDdrBytes = RandomProgram::kRegions * RandomProgram::kRegionBytes;

isa::OwnedMemory filled_memory(const isa::Machine& machine, uint32_t seed) {
  isa::OwnedMemory memory(machine, kDdrBytes);
  std::mt19937 random(seed);
  const isa::MemoryView view = memory.view();
  for (const auto space : {isa::Space::l2, isa::Space::l3, isa::Space::ddr})
    for (uint64_t i = 0; i < kDdrBytes; ++i)
      view.base[static_cast<int>(space)][i] = static_cast<uint8_t>(random());
  return memory;
}

std::string bytes_of(isa::OwnedMemory& memory) {
  const isa::MemoryView view = memory.view();
  std::string bytes;
  for (const auto space : {isa::Space::l2, isa::Space::l3, isa::Space::ddr})
    bytes.append(reinterpret_cast<const char*>(view.base[static_cast<int>(space)]), kDdrBytes);
  return bytes;
}

models::SocConfig small_config(uint32_t seed) {
  models::SocConfig config;
  config.dma.outstanding_chunks = 1 + seed % 8;
  config.dma.chunk_bytes = 256u << seed % 4;
  config.machine.dma_queue_entries = 1 + seed % 5;
  return config;
}

}  // namespace

TEST_CASE("soc: random programs give the bytes of their definition, and the same cycles without values") {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const RandomProgram random(seed, 5 + seed);
    const models::SocConfig config = small_config(seed);
    isa::Program program = random.builder().program;
    program.machine = config.machine;
    program.l2_bytes_used = program.l3_bytes_used = program.ddr_bytes_used = kDdrBytes;
    isa::verify_program(program);

    isa::OwnedMemory expected = filled_memory(config.machine, seed);
    isa::UntimedMachine untimed(program);
    untimed.run(expected.view());
    isa::OwnedMemory defined = filled_memory(config.machine, seed);
    CHECK(isa::run_plain(program, defined.view()) == untimed.overflow_count());
    CHECK(bytes_of(defined) == bytes_of(expected));

    std::string bytes;
    const std::string with_values = test::in_child([&] {
      isa::OwnedMemory memory = filled_memory(config.machine, seed);
      const isa::MemoryView view = memory.view();
      const models::Activity activity = test::run(random.builder(), config, &view);
      return bytes_of(memory) + test::to_text(activity);
    });
    const std::string expected_bytes = bytes_of(expected);
    REQUIRE(with_values.size() > expected_bytes.size());
    CHECK(with_values.compare(0, expected_bytes.size(), expected_bytes) == 0);

    const std::string without_values =
        test::in_child([&] { return test::to_text(test::run(random.builder(), config)); });
    CHECK(with_values.substr(expected_bytes.size()) == without_values);
  }
}

TEST_CASE("soc: the layers of random programs partition the time and their cycles add up") {
  const RandomProgram random(77, 80);
  const models::Activity activity = test::run(random.builder(), models::SocConfig{});
  uint64_t cycle = 0;
  for (const models::LayerActivity& layer : activity.layers) {
    CHECK(layer.start_cycle == cycle);
    cycle = layer.end_cycle;
    uint64_t sum = layer.core_busy_cycles + layer.overhead_cycles;
    for (const auto& [cause, cycles] : layer.stall_cycles) sum += cycles;
    CHECK(sum == layer.end_cycle - layer.start_cycle);
    CHECK(layer.core_busy_cycles ==
          layer.mma_cycles + layer.dsp_cycles);  // the core's vectors wait for the array
    CHECK(layer.dma_cycles <= layer.end_cycle - layer.start_cycle);
  }
  CHECK(cycle == activity.total_cycles);
}

TEST_CASE("soc: a watcher sees a tensor as it was when its token was raised") {
  // The core writes the same place twice, with a signal after each; its time runs ahead of the kernel's.
  models::SocConfig config;
  isa::OwnedMemory memory(config.machine, 4096);
  const isa::MemoryView view = memory.view();
  const auto src = isa::Address::in(isa::Space::l2, 0), dst = isa::Address::in(isa::Space::l2, 4096);
  view.at(src)[0] = 1;
  view.at(src)[64] = 2;
  test::ProgramBuilder builder;
  for (int64_t turn = 0; turn < 2; ++turn) {
    isa::DspPermute copy;
    copy.src = src + 64 * turn;
    copy.dst = dst;
    copy.n1 = 64;
    copy.src_stride1 = copy.dst_stride1 = 1;
    builder.add(copy).add(isa::SyncSignal{4});
  }
  builder.add(isa::CtlEnd{});
  std::vector<int> seen;
  test::run(builder, config, &view, [&](uint16_t, uint32_t) { seen.push_back(view.at(dst)[0]); });
  CHECK(seen == std::vector<int>{1, 2});
}

namespace {

// 64 x 64 ones times ones is 64 everywhere; the bias lifts it past the accumulator's 32 bits.
test::ProgramBuilder overflowing_product(isa::Overflow policy) {
  isa::StageSet stage;
  stage.bias = isa::Address::in(isa::Space::l2, 32768);
  stage.overflow = policy;
  stage.clip_min = -128;
  stage.clip_max = 127;
  isa::MmaPattern pattern;
  pattern.k0 = pattern.r0 = 64;
  pattern.r0_stride = 64;
  isa::MmaStorePattern store;
  store.r0 = 64;
  store.r0_stride = 64;
  isa::MmaStream stream;
  stream.a = isa::Address::in(isa::Space::l2, 4096);
  stream.rows = stream.depth = 64;
  isa::MmaTransfer transfer;
  transfer.rows = transfer.columns = 64;
  transfer.dst = isa::Address::in(isa::Space::l2, 8192);
  test::ProgramBuilder builder;
  builder.add(stage).add(isa::MmaConfig{}).add(pattern).add(store);
  builder.add(isa::MmaLoadB{0, isa::Address::in(isa::Space::l2, 0), 64}).add(stream).add(transfer);
  builder.add(isa::CtlEnd{});
  return builder;
}

void fill_operands(const isa::MemoryView& view) {
  std::memset(view.at(isa::Address::in(isa::Space::l2, 0)), 1, 8192);
  const int32_t bias[64] = {2147483647 - 63, 2147483647 - 64};  // one lane overflows, one just does not
  std::memcpy(view.at(isa::Address::in(isa::Space::l2, 32768)), bias, sizeof bias);
}

}  // namespace

TEST_CASE("soc: accumulators that overflow are counted") {
  models::SocConfig config;
  isa::OwnedMemory memory(config.machine, 4096);
  const isa::MemoryView view = memory.view();
  fill_operands(view);
  CHECK(test::run(overflowing_product(isa::Overflow::wrap), config, &view).overflow_count ==
        64);  // rows of one lane
}

TEST_CASE("soc: an accumulator that traps ends the run with the unit's own error") {
  models::SocConfig config;
  isa::OwnedMemory memory(config.machine, 4096);
  const isa::MemoryView view = memory.view();
  fill_operands(view);
  CHECK_THROWS_AS(test::run(overflowing_product(isa::Overflow::trap), config, &view), isa::OverflowTrap);
}
