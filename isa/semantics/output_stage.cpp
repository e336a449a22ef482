#include "isa/semantics/output_stage.h"

#include <string>

#include "isa/semantics/elements.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

std::string decimal(Wide v) {
  std::string digits;
  for (UnsignedWide rest = magnitude(v); rest != 0 || digits.empty(); rest /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  return v < 0 ? "-" + digits : digits;
}

}  // namespace

Wide settled(Wide sum, Wide bias, Element accumulator, Overflow policy, uint64_t& overflow_count) {
  Wide total = 0;
  const bool leaves_128_bits =
      __builtin_add_overflow(sum, bias, &total);  // total then holds the low 128 bits
  const Element held = is_of_16_bits(policy) ? Element::s16 : accumulator;
  const Wide lowest = element_lowest(held), highest = element_highest(held);
  if (!leaves_128_bits && total >= lowest && total <= highest) return total;
  if (policy_of(policy) == Overflow::trap)
    throw OverflowTrap("accumulator overflow: " + decimal(sum) + " + bias " + decimal(bias) +
                       " does not fit " + std::to_string(8 * element_bytes(held)) + " bits");
  ++overflow_count;
  const bool is_negative = leaves_128_bits ? sum < 0 : total < 0;
  if (policy_of(policy) == Overflow::saturate) return is_negative ? lowest : highest;
  const int unused_bits = 128 - 8 * static_cast<int>(element_bytes(held));
  return static_cast<Wide>(static_cast<UnsignedWide>(total) << unused_bits) >> unused_bits;
}

namespace semantics {
namespace {

Wide bias_of(const StageSet& stage, Element accumulator, uint64_t lane, const MemoryView& memory) {
  if (stage.bias.is_none()) return 0;
  return read_element(accumulator, memory.at(stage.bias) + lane * element_bytes(accumulator));
}

int64_t multiplier_of(const StageSet& stage, uint64_t lane, const MemoryView& memory) {
  switch (stage.multiplier_mode) {
    case TableMode::common:
      return stage.multiplier;
    case TableMode::per_lane:
      return read_as<uint32_t>(memory.at(stage.multipliers) + lane * 4);
    default:
      return 1;
  }
}

int shift_of(const StageSet& stage, uint64_t lane, const MemoryView& memory) {
  switch (stage.shift_mode) {
    case TableMode::common:
      return stage.shift;
    case TableMode::per_lane:
      return read_as<int8_t>(memory.at(stage.shifts) + lane);
    default:
      return 0;
  }
}

}  // namespace

void pass_through_stage(const StageSet& stage, Element accumulator, Wide sum, uint64_t lane, uint8_t* dst,
                        Registers& registers, const MemoryView& memory) {
  require_raw_width(stage, accumulator);
  Wide result = settled(sum, bias_of(stage, accumulator, lane, memory), accumulator, stage.overflow,
                        registers.overflow_count);
  if (!stage.raw)
    result = requantize_multiply(result, multiplier_of(stage, lane, memory), shift_of(stage, lane, memory),
                                 stage.zero_point, stage.clip_min, stage.clip_max, stage.rounding);
  if (stage.track_range) registers.range.add(result);
  write_element(stage.out, dst, result);
}

}  // namespace semantics
}  // namespace mmasim::isa
