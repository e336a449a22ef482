// Checks of the array's instructions: banks, panels and the L2 bytes behind the current address patterns.
#include "isa/verify/element_range.h"
#include "isa/verify/instruction_checks.h"

namespace mmasim::isa {

namespace {

// The last index of a pattern is a 32-bit number for executors too.
void expect_32_bit(const char* name, uint32_t first, uint32_t count) {
  if (uint64_t{first} + count > uint64_t{1} << 32)
    violate("{} is {}, and {} more; expected below 2^32", name, first, count);
}

}  // namespace

uint32_t InstructionChecks::expect_panel() const {
  if (operand_bytes_ == 0) violate("no mma.config before it");
  return machine_.panel(operand_bytes_);
}

void InstructionChecks::check(const MmaConfig& config) {
  expect_operand("a", config.a);
  expect_operand("b", config.b);
  if (element_bytes(config.a) != element_bytes(config.b)) {
    violate("b is {}; expected an element as wide as a, which is {}", word(config.b), word(config.a));
  }
  operand_bytes_ = element_bytes(config.a);
}

void InstructionChecks::check(const MmaPattern& pattern) {
  expect_not_zero("k0", pattern.k0);
  expect_not_zero("k1", pattern.k1);
  expect_not_zero("r0", pattern.r0);
  expect_not_zero("r1", pattern.r1);
  load_pattern_rows_ =
      Pattern{pattern.r0, pattern.r1, pattern.r0_stride, pattern.r1_stride, pattern.r2_stride};
  load_pattern_depth_ = Pattern{pattern.k0, pattern.k1, 0, pattern.k1_stride, pattern.k2_stride};
}

void InstructionChecks::check(const MmaStorePattern& pattern) {
  expect_not_zero("r0", pattern.r0);
  expect_not_zero("r1", pattern.r1);
  store_pattern_ = Pattern{pattern.r0, pattern.r1, pattern.r0_stride, pattern.r1_stride, pattern.r2_stride};
}

void InstructionChecks::check(const MmaLoadB& load) {
  expect_in_range("bank", load.bank, 0, machine_.b_banks - 1);
  expect_in_range("rows", load.rows, 1, expect_panel());
  memory_.expect_in_l2("addr", load.addr, Extent::of_bytes(uint64_t{load.rows} * machine_.array_bytes));
}

void InstructionChecks::check(const MmaStream& stream) {
  const uint32_t panel = expect_panel();
  if (!load_pattern_rows_) violate("no mma.pattern before it");
  expect_in_range("rows", stream.rows, 1, panel);
  expect_in_range("depth", stream.depth, 1, panel);
  expect_in_range("b_bank", stream.b_bank, 0, machine_.b_banks - 1);
  expect_in_range("c_bank", stream.c_bank, 0, machine_.c_banks - 1);
  expect_in_range("accumulate", stream.accumulate, 0, 3);
  if (stream.accumulate > 1 && operand_bytes_ != 1)
    violate("accumulate: sums count 256-fold of operands of 8 bits alone");
  expect_32_bit("row", stream.row, stream.rows);
  expect_32_bit("k_start", stream.k_start, stream.depth);

  Pattern depth_pattern = *load_pattern_depth_;
  depth_pattern.stride0 = operand_bytes_;
  const Span rows = span_of(*load_pattern_rows_, stream.row, stream.rows);
  const Span depth = span_of(depth_pattern, stream.k_start, stream.depth);
  memory_.expect_in_l2(
      "a", stream.a,
      Extent::of_bytes(operand_bytes_).spread(rows.lowest, rows.highest).spread(depth.lowest, depth.highest));
}

void InstructionChecks::check(const MmaTransfer& transfer) {
  const uint32_t panel = expect_panel();
  if (!store_pattern_) violate("no mma.store_pattern before it");
  expect_in_range("c_bank", transfer.c_bank, 0, machine_.c_banks - 1);
  expect_in_range("rows", transfer.rows, 1, panel);
  expect_in_range("columns", transfer.columns, 1, panel);
  expect_32_bit("row", transfer.row, transfer.rows);
  const StageSet& stage =
      expect_stage(Unit::mma, accumulator_element(operand_bytes_), transfer.lane, transfer.columns);

  const Span rows = span_of(*store_pattern_, transfer.row, transfer.rows);
  const uint64_t row_bytes = uint64_t{transfer.columns} * element_bytes(stage.out);
  memory_.expect_in_l2("dst", transfer.dst, Extent::of_bytes(row_bytes).spread(rows.lowest, rows.highest));
}

void InstructionChecks::check(const MmaRange& range) {
  memory_.expect_in_l2("dst", range.dst, Extent::of_bytes(16));
}

}  // namespace mmasim::isa
