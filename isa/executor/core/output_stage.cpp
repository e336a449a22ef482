// The output stage: the proof of a lane width, the tables in that width, and the general element-by-element
// form.
#include "isa/executor/core/output_stage.h"

#include <algorithm>
#include <type_traits>

#include "isa/kernels/output_rows_x86.h"
#include "isa/semantics/elements.h"
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/output_stage.h"

namespace mmasim::isa {
namespace {

constexpr size_t kChunk =
    512;  // elements of a row handled at a time, so that lanes stay in the first-level cache

int64_t to_int64(Wide v) {
  return saturate(v, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
}

size_t store_index(uint32_t bytes) {
  size_t index = 0;
  while ((1u << index) < bytes) ++index;
  return index;
}

}  // namespace

OutputStage::OutputStage(const StageSet& stage, Element accumulator, uint32_t first_lane, uint32_t lane_count,
                         Wide bound, Worker& worker, const MemoryView& memory)
    : stage_(stage),
      accumulator_(accumulator),
      first_lane_(first_lane),
      lane_count_(lane_count),
      worker_(worker),
      memory_(memory) {
  require_raw_width(stage, accumulator);
  choose_lanes(bound);
  if (width_ == LaneWidth::int32) prepare<int32_t>();
  if (width_ == LaneWidth::int64) prepare<int64_t>();
}

OutputStage::LaneTerms OutputStage::terms(uint32_t lane) const {
  const uint64_t index = uint64_t{first_lane_} + lane;
  LaneTerms t = {0, 1, 0};
  if (!stage_.bias.is_none())
    t.bias = read_element(accumulator_, memory_.at(stage_.bias) + index * element_bytes(accumulator_));
  if (stage_.raw) return t;
  if (stage_.multiplier_mode == TableMode::common) t.multiplier = stage_.multiplier;
  if (stage_.multiplier_mode == TableMode::per_lane)
    t.multiplier = read_as<uint32_t>(memory_.at(stage_.multipliers) + index * 4);
  if (stage_.shift_mode == TableMode::common) t.shift = stage_.shift;
  if (stage_.shift_mode == TableMode::per_lane) t.shift = read_as<int8_t>(memory_.at(stage_.shifts) + index);
  return t;
}

// Shift apart, which may differ from lane to lane.
FinishTerms OutputStage::finish() const {
  if (!stage_.raw) return {0, stage_.rounding, stage_.zero_point, stage_.clip_min, stage_.clip_max};
  return {0, Rounding::floor, 0, to_int64(element_lowest(accumulator_)),
          to_int64(element_highest(accumulator_))};
}

// The usual case in 64 bits: 32-bit accumulators, no factor below 0 or above 32 bits, no shift to the left.
// False if it is another.
bool OutputStage::find_usual_peaks(Wide bound, Wide& peak_sum, Wide& peak, int& largest_shift) const {
  if (element_bytes(accumulator_) != 4 || bound > std::numeric_limits<int32_t>::max()) return false;
  const auto table = [&](Address at, uint32_t bytes) {
    return memory_.at(at) + uint64_t{first_lane_} * bytes;
  };
  const uint8_t* biases = stage_.bias.is_none() ? nullptr : table(stage_.bias, 4);
  const bool has_multipliers = !stage_.raw && stage_.multiplier_mode == TableMode::per_lane;
  const bool has_shifts = !stage_.raw && stage_.shift_mode == TableMode::per_lane;
  const uint8_t* multipliers = has_multipliers ? table(stage_.multipliers, 4) : nullptr;
  const uint8_t* shifts = has_shifts ? table(stage_.shifts, 1) : nullptr;
  const bool is_scaled = !stage_.raw && stage_.multiplier_mode == TableMode::common;
  const bool is_shifted = !stage_.raw && stage_.shift_mode == TableMode::common;
  const int64_t common = is_scaled ? int64_t{stage_.multiplier} : 1;
  if (common < 0 || common > int64_t{0xffffffff} || (is_shifted && stage_.shift < 0)) return false;
  uint64_t sum = 0, factor = 0, product = 0;
  int shift = is_shifted ? stage_.shift : 0;
  for (uint32_t lane = 0; lane < lane_count_; ++lane) {
    const int64_t bias = biases ? read_as<int32_t>(biases + 4 * lane) : 0;
    const uint64_t lane_sum = static_cast<uint64_t>(bound) + static_cast<uint64_t>(bias < 0 ? -bias : bias);
    const uint64_t by =
        multipliers ? read_as<uint32_t>(multipliers + 4 * lane) : static_cast<uint64_t>(common);
    const int lane_shift = shifts ? read_as<int8_t>(shifts + lane) : 0;
    if (lane_shift < 0) return false;
    sum = std::max(sum, lane_sum);
    factor = std::max(factor, by);
    product = std::max(product, std::min(lane_sum, uint64_t{1} << 31) * by);
    shift = std::max(shift, lane_shift);
  }
  peak_sum = static_cast<Wide>(sum), peak = static_cast<Wide>(std::max(factor, product));
  largest_shift = shift;
  return true;
}

// 32-bit lanes need the proof that no sum overflows. 64-bit lanes of 32-bit accumulators check instead
// (apply_lanes).
void OutputStage::choose_lanes(Wide bound) {
  const Element held = is_of_16_bits(stage_.overflow) ? Element::s16 : accumulator_;
  const bool is_narrow = element_bytes(held) == 4;
  Wide peak_sum = 0, peak = 0;
  int largest_shift = 0;
  const bool is_usual = find_usual_peaks(bound, peak_sum, peak, largest_shift);
  for (uint32_t lane = 0; !is_usual && lane < lane_count_; ++lane) {
    const LaneTerms t = terms(lane);
    Wide sum = saturating_add(bound, static_cast<Wide>(std::min<UnsignedWide>(magnitude(t.bias), kWideMax)));
    peak_sum = larger(peak_sum, sum);
    if (is_narrow) sum = std::min<Wide>(sum, Wide{1} << 31);
    const Wide factor = saturating_shift_left(t.multiplier, std::max(-t.shift, 0));
    peak = larger(peak, larger(factor, saturating_multiply(sum, factor)));
    largest_shift = std::max(largest_shift, t.shift);
  }
  FinishTerms terms_of_all = finish();
  terms_of_all.shift = largest_shift;
  const bool sum_is_proven = peak_sum <= element_highest(held);
  const Wide peak_before = larger(peak, peak_sum);
  if (sum_is_proven && lane_suffices<int32_t>(peak_before, terms_of_all))
    width_ = LaneWidth::int32;
  else if ((sum_is_proven || is_narrow) && lane_suffices<int64_t>(peak_before, terms_of_all))
    width_ = LaneWidth::int64;
}

template <class Lane>
void OutputStage::prepare() {
  StageTables<Lane>& tables = worker_.stage.tables<Lane>();
  tables.resize(lane_count_);
  const Rounding rounding = finish().rounding;
  const bool is_common = stage_.raw || (stage_.multiplier_mode != TableMode::per_lane &&
                                        stage_.shift_mode != TableMode::per_lane);
  const uint32_t scales = is_common ? std::min(lane_count_, 1u) : lane_count_;  // lanes that scale otherwise
  for (uint32_t lane = 0; lane < scales; ++lane) {
    const LaneTerms t = terms(lane);
    const int right = std::max(t.shift, 0);
    const auto by = make_right_shift<Lane>(right, rounding);
    const uint32_t end = is_common ? lane_count_ : lane + 1;
    const auto set = [&](std::vector<Lane>& table, Lane value) {
      std::fill(table.begin() + lane, table.begin() + end, value);
    };
    set(tables.multiplier, static_cast<Lane>(static_cast<Lane>(t.multiplier) << (right - t.shift)));
    set(tables.shift, by.shift);
    set(tables.half, by.half);
    set(tables.mask, by.mask);
    set(tables.offset, by.offset);
  }
  if (element_bytes(accumulator_) == 4 && !stage_.bias.is_none()) {
    const uint8_t* biases = memory_.at(stage_.bias) + uint64_t{first_lane_} * 4;
    for (uint32_t lane = 0; lane < lane_count_; ++lane)
      tables.bias[lane] = static_cast<Lane>(read_as<int32_t>(biases + 4 * size_t{lane}));
  } else {
    for (uint32_t lane = 0; lane < lane_count_; ++lane)
      tables.bias[lane] = static_cast<Lane>(terms(lane).bias);
  }
}

template <class Lane>
StageLanes<Lane> OutputStage::lanes_from(uint32_t first) const {
  const StageTables<Lane>& tables = worker_.stage.tables<Lane>();
  const FinishTerms f = finish();
  StageLanes<Lane> lanes;
  lanes.bias = tables.bias.data() + first;
  lanes.multiplier = tables.multiplier.data() + first;
  lanes.shift = tables.shift.data() + first;
  lanes.half = tables.half.data() + first;
  lanes.mask = tables.mask.data() + first;
  lanes.offset = tables.offset.data() + first;
  lanes.away = f.rounding == Rounding::half_away;
  lanes.even = f.rounding == Rounding::half_even;
  lanes.zero = static_cast<Lane>(f.zero);
  lanes.lowest = static_cast<Lane>(f.lowest);
  lanes.highest = static_cast<Lane>(f.highest);
  return lanes;
}

// False, with nothing written, if a sum left 32-bit accumulators: then the general form must decide.
template <class Lane, class Stored>
bool OutputStage::apply_lanes(const Stored* accumulators, uint32_t first, size_t count, uint8_t* dst) const {
  Lane v[kChunk];
  for (size_t i = 0; i < count; ++i) v[i] = static_cast<Lane>(accumulators[i]);
  const bool fits_32_bits = row_ops<Lane>().stage(v, count, lanes_from<Lane>(first));
  if (element_bytes(accumulator_) == 4 && !fits_32_bits) return false;
  if (stage_.track_range)
    for (size_t i = 0; i < count; ++i) worker_.range.add(v[i]);
  row_ops<Lane>().store[store_index(out_bytes())](v, dst, count);
  return true;
}

template <class Stored>
void OutputStage::apply_wide(const Stored* accumulators, uint32_t first, size_t count, uint8_t* dst) const {
  for (size_t i = 0; i < count; ++i, dst += out_bytes()) {
    const LaneTerms t = terms(first + static_cast<uint32_t>(i));
    const Wide sum = settled(accumulators[i], t.bias, accumulator_, stage_.overflow, worker_.overflow_count);
    const Wide result = stage_.raw ? sum
                                   : requantize_multiply(sum, t.multiplier, t.shift, stage_.zero_point,
                                                         stage_.clip_min, stage_.clip_max, stage_.rounding);
    if (stage_.track_range) worker_.range.add(result);
    std::memcpy(dst, &result, out_bytes());  // the low bytes; the host is little-endian
  }
}

template <class Stored>
void OutputStage::apply(const Stored* accumulators, uint32_t first, size_t count, uint8_t* dst) const {
  for (size_t done = 0; done < count; done += kChunk) {
    const size_t part = std::min(kChunk, count - done);
    const Stored* from = accumulators + done;
    const auto lane = static_cast<uint32_t>(first + done);
    uint8_t* to = dst + done * out_bytes();
    const bool is_done = width_ == LaneWidth::int32   ? apply_lanes<int32_t>(from, lane, part, to)
                         : width_ == LaneWidth::int64 ? apply_lanes<int64_t>(from, lane, part, to)
                                                      : false;
    if (!is_done) apply_wide(from, lane, part, to);
  }
}

template <class Stored>
void OutputStage::apply_rows(const Stored* const* rows, uint8_t* const* dst, size_t row_count) const {
  if constexpr (std::is_same_v<Stored, int32_t>) {
    const StageRowsToBytes to_bytes = stage_rows_to_bytes();
    if (to_bytes && width_ == LaneWidth::int32 && out_bytes() == 1 && !stage_.track_range)
      return to_bytes(rows, dst, row_count, lane_count_, lanes_from<int32_t>(0));
  }
  for (size_t i = 0; i < row_count; ++i) apply(rows[i], 0, lane_count_, dst[i]);
}
template void OutputStage::apply_rows<int32_t>(const int32_t* const*, uint8_t* const*, size_t) const;
template void OutputStage::apply_rows<int64_t>(const int64_t* const*, uint8_t* const*, size_t) const;

template void OutputStage::apply<int32_t>(const int32_t*, uint32_t, size_t, uint8_t*) const;
template void OutputStage::apply<int64_t>(const int64_t*, uint32_t, size_t, uint8_t*) const;
template void OutputStage::apply<Wide>(const Wide*, uint32_t, size_t, uint8_t*) const;

}  // namespace mmasim::isa
