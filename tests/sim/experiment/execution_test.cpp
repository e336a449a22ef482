// A program that is executed again and again: it has its constants back, and memory begins as zeros.
#include "sim/experiment/execution.h"

#include <doctest/doctest.h>

#include "tests/isa/sample_program.h"

namespace mmasim::sim {
namespace {

using isa::ddr;

isa::DmaCopy copy_64(isa::Address src, isa::Address dst) {
  isa::DmaCopy copy;
  copy.row_bytes = 64;
  copy.src = src;
  copy.dst = dst;
  return copy;
}

isa::TensorPlacement bytes_at(uint64_t offset) {
  isa::TensorPlacement tensor;
  tensor.shape = {64};
  tensor.strides_bytes = {1};
  tensor.address = ddr(offset);
  return tensor;
}

}  // namespace

TEST_CASE("execution: a program has its constants back, and finds no bytes of an earlier run") {
  auto program = isa::program_of({
      copy_64(ddr(0), ddr(64)),     // the constants
      copy_64(ddr(192), ddr(128)),  // what nothing has written yet
      copy_64(ddr(0), ddr(192)),    // for a later run to find
  });
  for (int i = 0; i < 64; ++i) program.constants.push_back(static_cast<uint8_t>(i + 1));
  program.constants_bytes = 64;
  program.outputs = {bytes_at(64), bytes_at(128)};
  REQUIRE(isa::complaint(program) == "");
  const std::vector<uint8_t> constants(program.constants.begin(), program.constants.end());
  for (const unsigned threads : {1u, 1u, 2u}) {
    const auto execution = execute(program, {}, Mode::functional_only, {}, {}, {}, ValuesApart{threads});
    CHECK(execution.outputs == std::vector<std::vector<uint8_t>>{constants, std::vector<uint8_t>(64, 0)});
    CHECK(std::vector<uint8_t>(program.constants.begin(), program.constants.end()) == constants);
  }
}

// The bytes of the input where a watcher first hears of token 0, which is when the program has not begun.
std::vector<uint8_t> seen_at_start(Mode mode) {
  auto program = isa::program_of({copy_64(ddr(0), ddr(64))});
  program.inputs = {bytes_at(0)};
  program.ddr_bytes_used = 128;
  REQUIRE(isa::complaint(program) == "");
  std::vector<std::vector<uint8_t>> seen;
  execute(program, {}, mode, {std::vector<uint8_t>(64, 7)},
          [&](const isa::MemoryView& memory, uint16_t token, uint32_t count) {
            if (token != 0) return;
            CHECK(count == 0);
            seen.emplace_back(memory.at(ddr(0)), memory.at(ddr(0)) + 128);
          });
  REQUIRE(seen.size() == 1);
  return seen[0];
}

TEST_CASE(
    "execution: a watcher hears of every token's 0 once the inputs are there and before the program runs") {
  std::vector<uint8_t> expected(64, 7);
  expected.resize(128, 0);  // where the program will write
  CHECK(seen_at_start(Mode::functional_only) == expected);
  CHECK(seen_at_start(Mode::timed_values) == expected);
}

}  // namespace mmasim::sim
