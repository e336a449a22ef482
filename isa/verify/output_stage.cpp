// Checks of the output stage: what the array's stage has at all, and the tables of the lanes that use it.
#include "isa/verify/element_range.h"
#include "isa/verify/instruction_checks.h"

namespace mmasim::isa {

namespace {

void expect_table_place(const char* name, Address address, bool may_be_none) {
  if (address.is_none() && may_be_none) return;
  if (address.space() != Space::l2) violate("{} lies in {}; expected l2", name, word(address.space()));
}

}  // namespace

void InstructionChecks::check(const StageSet& stage) {
  expect_in_range("raw", stage.raw, 0, 1);
  expect_in_range("track_range", stage.track_range, 0, 1);
  expect_table_place("bias", stage.bias, true);
  if (stage.raw == 1) {
    expect_accumulator("out", stage.out);
  } else {
    expect_scalar("out", stage.out);
    if (stage.shift_mode == TableMode::none) violate("shift_mode is none; expected common or per_lane");
    if (stage.multiplier_mode == TableMode::per_lane)
      expect_table_place("multipliers", stage.multipliers, false);
    if (stage.shift_mode == TableMode::per_lane) expect_table_place("shifts", stage.shifts, false);
    expect_clip(stage.out, stage.clip_min, stage.clip_max);
    if (stage.unit == Unit::mma) check_array_stage(stage);
  }
  stages_[static_cast<size_t>(stage.unit)] = stage;
}

void InstructionChecks::check_array_stage(const StageSet& stage) const {
  const uint32_t multiplier_bits = machine_.multiplier_bits;
  if (multiplier_bits == 0 && stage.multiplier_mode != TableMode::none) {
    violate("multiplier_mode is {}; expected none, as the machine has no multiplier",
            word(stage.multiplier_mode));
  }
  if (stage.multiplier_mode == TableMode::common && uint64_t{stage.multiplier} >> multiplier_bits != 0) {
    violate("multiplier is {}; the machine's has {} bits", stage.multiplier, multiplier_bits);
  }
  if (machine_.per_lane_shift == 0 && stage.shift_mode == TableMode::per_lane) {
    violate("shift_mode is per_lane; expected common, as the machine has one shift for all lanes");
  }
  if (stage.shift_mode == TableMode::common && stage.shift > static_cast<int64_t>(machine_.max_shift)) {
    violate("shift is {}; the machine shifts by at most {}", stage.shift, machine_.max_shift);
  }
  if (machine_.half_up_only == 1 && stage.rounding != Rounding::half_up) {
    violate("rounding is {}; the machine rounds half_up only", word(stage.rounding));
  }
  if (machine_.has_output_zero_point == 0 && stage.zero_point != 0) {
    violate("zero_point is {}; expected 0, as the machine has none", stage.zero_point);
  }
  const bool has_relu_bound = stage.clip_min == smallest_value(stage.out) || stage.clip_min == 0;
  if (machine_.has_output_clip == 0 && !(has_relu_bound && stage.clip_max == largest_value(stage.out))) {
    violate("clip bounds are {}..{}; expected {} or 0..{}, as the machine has saturation and ReLU only",
            stage.clip_min, stage.clip_max, smallest_value(stage.out), largest_value(stage.out));
  }
}

const StageSet& InstructionChecks::expect_stage(Unit unit, Element accumulator, uint32_t lane,
                                                uint32_t lanes) const {
  const auto& set = stages_[static_cast<size_t>(unit)];
  if (!set) violate("no stage.set of unit {} before it", word(unit));
  const StageSet& stage = *set;
  if (stage.raw == 1 && stage.out != accumulator) {
    violate("the raw output stage writes {}, but the accumulators are {}", word(stage.out),
            word(accumulator));
  }
  if (uint64_t{lane} + lanes > uint64_t{1} << 32)
    violate("lane is {}, and {} more; expected below 2^32", lane, lanes);

  const auto expect_table = [&](const char* name, Address table, uint32_t entry_bytes) {
    const auto first = static_cast<Int128>(lane) * entry_bytes;
    memory_.expect_in_l2(name, table, {first, first + static_cast<Int128>(lanes) * entry_bytes});
  };
  if (!stage.bias.is_none()) expect_table("bias of the stage", stage.bias, element_bytes(accumulator));
  if (stage.raw == 1) return stage;
  if (stage.multiplier_mode == TableMode::per_lane)
    expect_table("multipliers of the stage", stage.multipliers, 4);
  if (stage.shift_mode == TableMode::per_lane) expect_table("shifts of the stage", stage.shifts, 1);
  return stage;
}

}  // namespace mmasim::isa
