#include "runtime/lower/array/array_work.h"

#include <algorithm>
#include <limits>

#include "runtime/lower/schedule/field.h"

namespace mmasim::runtime {

namespace {

int64_t element_min(isa::Element e) {
  return isa::element_is_signed(e) ? -(int64_t{1} << (isa::element_bytes(e) * 8 - 1)) : 0;
}
int64_t element_max(isa::Element e) {
  const auto bits = isa::element_bytes(e) * 8 - (isa::element_is_signed(e) ? 1 : 0);
  return (int64_t{1} << bits) - 1;
}

}  // namespace

isa::StageSet make_stage(const LinearLayer& layer, const LaneTables& tables, isa::Address at, isa::Unit unit,
                         bool has_values) {
  const auto& requant = layer.plan->requant;
  isa::StageSet stage;
  stage.unit = unit;
  stage.out = layer.out.element;
  stage.overflow = isa::overflow_of(layer.plan->accumulator.overflow, layer.plan->accumulator.bits);
  stage.bias = at + static_cast<int64_t>(tables.bias);
  stage.rounding = requant.rounding;
  if (requant.has_multiplier)
    stage.multiplier_mode = requant.per_channel ? isa::TableMode::per_lane : isa::TableMode::common;
  stage.shift_mode = requant.per_channel ? isa::TableMode::per_lane : isa::TableMode::common;
  if (stage.multiplier_mode == isa::TableMode::per_lane)
    stage.multipliers = at + static_cast<int64_t>(tables.multipliers);
  if (stage.shift_mode == isa::TableMode::per_lane) stage.shifts = at + static_cast<int64_t>(tables.shifts);
  stage.clip_min = element_min(stage.out), stage.clip_max = element_max(stage.out);
  if (!has_values) return stage;
  if (stage.multiplier_mode == isa::TableMode::common) stage.multiplier = requant.multipliers[0];
  if (stage.shift_mode == isa::TableMode::common)
    stage.shift = exactly<int8_t>(requant.shifts.at(0), "shift");
  stage.zero_point = requant.zero_point;
  stage.clip_min = requant.clip_min, stage.clip_max = requant.clip_max;
  return stage;
}

void ArrayWork::run_units(StepEmitter& emit) const {
  configure(emit);
  if (!is_raw()) {
    for (const auto& block : lines_of({region.frames(), 0, region.rows(), 0, region.columns()})) {
      for (size_t unit = weights.first_unit; unit < weights.end_unit; ++unit) multiply(emit, unit, block, 0);
    }
    if (shared->path == OutputPath::stage_clip && ends_depth(shared->units[weights.first_unit]))
      clip_in_place(emit);
    return;
  }
  // Boxes of few enough positions: whole lines, or pieces of one.
  const auto positions = raw_positions(shared->machine, shared->layer.operand_bytes);
  const auto columns = std::min(region.columns(), positions),
             rows = std::max<int64_t>(1, positions / columns);
  for (int64_t f = 0; f < region.frames(); ++f) {
    for (int64_t y = 0; y < region.rows(); y += rows) {
      for (int64_t x = 0; x < region.columns(); x += columns) {
        const Block box{1, f * region.rows() + y, std::min(rows, region.rows() - y), x,
                        std::min(columns, region.columns() - x)};
        for (size_t unit = weights.first_unit; unit < weights.end_unit; ++unit) multiply_raw(emit, unit, box);
      }
    }
  }
}

// Blocks of positions for the array: a box whole, or cut at the ends of lines, over all its frames.
std::vector<ArrayWork::Block> ArrayWork::lines_of(const Block& box) const {
  if (shared->layer.spans_lines) return {box};
  std::vector<Block> lines;
  for (int64_t line = 0; line < box.frames * box.rows; ++line)
    lines.push_back({1, box.y0 + line, 1, box.x0, box.columns});
  return lines;
}

void ArrayWork::configure(StepEmitter& emit) const {
  const auto& layer = shared->layer;
  const auto tables = emit.address(shared->table_buffer);
  emit.configure(isa::MmaConfig{input_element(layer), weight_element(layer)});
  auto stage = make_stage(layer, shared->tables, tables, isa::Unit::mma, shared->has_values);
  if (shared->path == OutputPath::stage_clip) {
    stage.clip_min = element_min(stage.out), stage.clip_max = element_max(stage.out);
  }
  if (is_raw()) {
    isa::StageSet raw;
    raw.unit = isa::Unit::mma, raw.raw = 1;
    raw.out = isa::accumulator_element(layer.operand_bytes);
    raw.overflow = stage.overflow;
    if (!layer.rounds_twice() && !layer.adds_bias_late()) raw.bias = stage.bias;
    emit.configure(raw);
    if (layer.is_finished_by_steps() || shared->dynamic) return;
    auto dsp = make_stage(layer, shared->tables, tables, isa::Unit::dsp, shared->has_values);
    dsp.bias = {};  // the raw accumulators have it
    emit.configure(dsp);
  } else {
    emit.configure(stage);
  }
}

// Frames of a tile lie pitch_n apart; a raw block's y0 counts rows over all frames before it.
void ArrayWork::set_patterns(StepEmitter& emit, const PanelUnit& unit, const Block& block) const {
  const auto& layer = shared->layer;
  const int64_t e = layer.operand_bytes;
  isa::MmaPattern a;
  if (has_tap_alone()) {
    a.k0 = field(piece->end - piece->begin, "k0"), a.k1 = field(1, "k1");
  } else if (layer.in.planes) {  // depth runs along the filter's line, then its lines, then planes
    a.k0 = field(layer.kernel_x, "k0"), a.k1 = field(layer.kernel_y, "k1");
    a.k1_stride = stride_field(dilation_y * in.pitch_y, layer.kernel_y, "k1_stride");
    a.k2_stride = field(in.pitch_c, "k2_stride");
  } else {
    const bool runs_on = dilation_x == 1 && in.pitch_x == unit.depth_channels * e;
    a.k0 = field(runs_on ? layer.kernel_x * unit.depth_channels : unit.depth_channels, "k0");
    a.k1 = field(runs_on ? 1 : layer.kernel_x, "k1");
    a.k1_stride = stride_field(dilation_x * in.pitch_x, layer.kernel_x, "k1_stride");
    a.k2_stride = stride_field(dilation_y * in.pitch_y, layer.kernel_y, "k2_stride");
  }
  a.r0 = field(block.columns, "r0"), a.r1 = field(block.rows, "r1");
  a.r0_stride = stride_field(layer.stride_x * in.pitch_x, block.columns, "r0_stride");
  a.r1_stride = stride_field(layer.stride_y * in.pitch_y, block.rows, "r1_stride");
  a.r2_stride = stride_field(in.pitch_n, block.frames, "r2_stride");
  emit.configure(a);
  isa::MmaStorePattern c;
  c.r0 = a.r0, c.r1 = a.r1;
  if (is_raw()) {
    c.r0_stride = field(raw_position_bytes(), "r0_stride");
    c.r1_stride = stride_field(block.columns * raw_position_bytes(), block.rows, "r1_stride");
  } else {
    c.r0_stride = field(out.pitch_x, "r0_stride"), c.r1_stride = field(out.pitch_y, "r1_stride");
    c.r2_stride = stride_field(out.pitch_n, block.frames, "r2_stride");
  }
  emit.configure(c);
}

void ArrayWork::multiply(StepEmitter& emit, size_t unit_index, const Block& block,
                         uint64_t scratch_offset) const {
  const auto& unit = shared->units[unit_index];
  set_patterns(emit, unit, block);
  const auto blocks = static_cast<int64_t>(isa::divide_up(block.positions(), panel()));
  const auto tile_blocks = region.frames() * region.rows() / block.rows * blocks;
  for (int64_t i = 0; i < blocks; ++i) {
    // Between the pieces of a split depth a row block's accumulators stay in the bank that is its own; the
    // next unit's first block takes the bank after the last, which has had time to drain.
    const auto turn = static_cast<int64_t>(unit_index) * tile_blocks + block.y0 * blocks + i;
    const auto own_bank = exactly<uint8_t>(turn % shared->machine.c_banks, "c_bank");
    multiply_rows(emit, unit, block, i * panel(), piece ? own_bank : emit.next_c_bank(), scratch_offset);
  }
}

// The accumulators of a box gather in scratch, and the DSP requantizes them together.
void ArrayWork::multiply_raw(StepEmitter& emit, size_t unit_index, const Block& box) const {
  uint64_t offset = 0;
  for (const auto& block : lines_of(box)) {
    multiply(emit, unit_index, block, offset);
    offset += static_cast<uint64_t>(block.positions() * raw_position_bytes());
  }
  const auto& unit = shared->units[unit_index];
  if (ends_depth(unit)) finish_raw(emit, unit, box);
}

void ArrayWork::multiply_rows(StepEmitter& emit, const PanelUnit& unit, const Block& block, int64_t first_row,
                              uint8_t c_bank, uint64_t scratch_offset) const {
  const auto& layer = shared->layer;
  const auto rows = exactly<uint8_t>(std::min(panel(), block.positions() - first_row), "rows");
  const int64_t frame = block.y0 / region.rows(), y = block.y0 % region.rows();
  const auto in_offset = static_cast<int64_t>(in.offset) + frame * in.pitch_n +
                         y * layer.stride_y * in.pitch_y + block.x0 * layer.stride_x * in.pitch_x +
                         (has_tap_alone() ? 0 : unit.in_channel * layer.operand_bytes);
  const auto weights_offset = static_cast<int64_t>(unit.offset - weights.offset);
  const auto [begin, end, features] = depth_of(unit);
  const auto first_k = features == DepthPiece::Features::pieces ? begin : 0;
  const int64_t passes = layer.weight_passes();
  for (int64_t pass = 0; pass < passes; ++pass) {
    const bool counts_more = pass + 1 < passes;  // a pass of high bytes comes first
    if (passes > 1)
      emit.configure(isa::MmaConfig{input_element(layer), counts_more ? isa::Element::s8 : isa::Element::u8});
    for (int64_t k = begin; k < end; k += panel()) {
      const auto depth = exactly<uint8_t>(std::min(panel(), end - k), "depth");
      const auto b_bank = emit.next_b_bank();
      const int64_t panel_row = passes * (k - begin) + pass * depth;
      emit.issue(isa::MmaLoadB{
          b_bank, emit.address(weights.buffer) + weights_offset + panel_row * shared->machine.array_bytes,
          depth});
      const auto accumulate = static_cast<uint8_t>((k > 0 || pass > 0 ? 1 : 0) + (counts_more ? 2 : 0));
      emit.issue(isa::MmaStream{emit.address(in.buffer) + in_offset, field(first_row, "row"), rows,
                                field(k - first_k, "k_start"), depth, b_bank, c_bank, accumulate});
    }
  }
  if (!ends_depth(unit)) return;
  const auto target =
      is_raw() ? emit.address(scratch, scratch_offset) : output_address(emit, unit.out_channel, block);
  emit.issue(isa::MmaTransfer{c_bank, rows, exactly<uint8_t>(unit.columns + unit.sums, "columns"),
                              field(unit.lane, "lane"), target, field(first_row, "row")});
}

isa::Address ArrayWork::output_address(StepEmitter& emit, int64_t channel, const Block& block) const {
  const int64_t frame = block.y0 / region.rows(), y = block.y0 % region.rows();
  return emit.address(out.buffer, out.offset) + (channel - region.c0) * shared->layer.out.element_size() +
         frame * out.pitch_n + y * out.pitch_y + block.x0 * out.pitch_x;
}

void ArrayWork::finish_raw(StepEmitter& emit, const PanelUnit& unit, const Block& box) const {
  if (shared->dynamic) return dequantize(emit, unit, box);
  if (shared->layer.sums_inputs()) return subtract_sums(emit, unit, box);
  if (shared->layer.rounds_twice()) return round_twice(emit, unit, box);
  if (shared->layer.adds_bias_late()) return multiply_then_add(emit, unit, box);
  requantize(emit, unit, box);
}

// An addition over a box of raw accumulators that ends as the plan's output stage does.
isa::DspAdd ArrayWork::raw_add(const Block& box) const {
  const auto& layer = shared->layer;
  const auto& requant = layer.plan->requant;
  isa::DspAdd add;
  add.dst_type = layer.out.element;
  add.count_y = field(box.rows, "count_y"), add.count_x = field(box.columns, "count_x");
  add.dst_x_stride = field(out.pitch_x, "dst_x_stride"),
  add.dst_y_stride = field(out.pitch_y, "dst_y_stride");
  add.rounding = requant.rounding;
  add.clip_min = element_min(add.dst_type), add.clip_max = element_max(add.dst_type);
  if (!shared->has_values) return add;
  add.shift = exactly<int8_t>(requant.shifts.at(0), "shift");
  add.dst_zero = requant.zero_point, add.clip_min = requant.clip_min, add.clip_max = requant.clip_max;
  return add;
}

void ArrayWork::subtract_sums(StepEmitter& emit, const PanelUnit& unit, const Block& box) const {
  const auto& plan = *shared->layer.plan;
  const auto element = isa::accumulator_element(shared->layer.operand_bytes);
  const auto bytes = static_cast<int64_t>(isa::element_bytes(element));
  auto add = raw_add(box);
  add.a_type = add.b_type = element;
  if (shared->has_values) {
    add.a_multiplier = plan.requant.multipliers.at(0);
    add.b_multiplier = -plan.weight_zero_points[0] * add.a_multiplier;
  }
  add.a_x_stride = add.b_x_stride = field(raw_position_bytes(), "a_x_stride");
  add.a_y_stride = add.b_y_stride = field(box.columns * raw_position_bytes(), "a_y_stride");
  const bool one_each = unit.columns == unit.sums;  // depthwise: a sum beside every channel
  const auto groups = one_each ? 1 : unit.sums, channels = unit.columns / groups;
  add.channels = field(channels, "channels"), add.b_channels = one_each ? add.channels : 1;
  for (int64_t group = 0; group < groups; ++group) {
    add.a = emit.address(scratch) + group * channels * bytes;
    add.b = emit.address(scratch) + (unit.columns + group) * bytes;
    add.dst = output_address(emit, unit.out_channel + group * channels, box);
    emit.issue(add);
  }
}

void ArrayWork::round_twice(StepEmitter& emit, const PanelUnit& unit, const Block& box) const {
  const auto& inter = shared->layer.plan->intermediate[0];
  const auto rounded = emit.address(scratch) + box.positions() * raw_position_bytes();
  const int64_t position_bytes = unit.columns * static_cast<int64_t>(sizeof(int16_t));
  isa::DspRescale round;
  round.src = emit.address(scratch), round.dst = rounded;
  round.src_type = isa::accumulator_element(shared->layer.operand_bytes), round.dst_type = isa::Element::s16;
  round.count_y = field(box.rows, "count_y"), round.count_x = field(box.columns, "count_x");
  round.channels = field(unit.columns, "channels");
  round.src_x_stride = field(raw_position_bytes(), "src_x_stride");
  round.src_y_stride = field(box.columns * raw_position_bytes(), "src_y_stride");
  round.dst_x_stride = field(position_bytes, "dst_x_stride");
  round.dst_y_stride = field(box.columns * position_bytes, "dst_y_stride");
  round.rounding = shared->layer.plan->requant.rounding;
  round.clip_min = element_min(round.dst_type), round.clip_max = element_max(round.dst_type);
  if (shared->has_values) round.shift = exactly<int8_t>(inter.shift, "shift");
  emit.issue(round);
  auto add = raw_add(box);
  add.a = rounded, add.a_type = add.b_type = isa::Element::s16;
  add.a_x_stride = round.dst_x_stride, add.a_y_stride = round.dst_y_stride;
  add.b = emit.address(shared->table_buffer) + static_cast<int64_t>(shared->tables.intermediate) +
          unit.out_channel * static_cast<int64_t>(sizeof(int16_t));
  add.channels = add.b_channels = field(unit.columns, "channels");
  add.dst = output_address(emit, unit.out_channel, box);
  emit.issue(add);
}

// From the accumulators of a box to its place in the output tile.
template <class Instruction>
Instruction ArrayWork::from_scratch(StepEmitter& emit, const PanelUnit& unit, const Block& block) const {
  Instruction work;
  work.src = emit.address(scratch);
  work.dst = output_address(emit, unit.out_channel, block);
  work.src_type = isa::accumulator_element(shared->layer.operand_bytes);
  work.count_y = field(block.rows, "count_y"), work.count_x = field(block.columns, "count_x");
  work.channels = field(unit.columns, "channels"), work.lane = field(unit.out_channel, "lane");
  work.src_x_stride = field(raw_position_bytes(), "src_x_stride");
  work.src_y_stride = field(block.columns * raw_position_bytes(), "src_y_stride");
  work.dst_x_stride = field(out.pitch_x, "dst_x_stride"),
  work.dst_y_stride = field(out.pitch_y, "dst_y_stride");
  return work;
}

void ArrayWork::multiply_then_add(StepEmitter& emit, const PanelUnit& unit, const Block& box) const {
  const auto table = [&](uint64_t offset) {
    return emit.address(shared->table_buffer) + static_cast<int64_t>(offset) + unit.out_channel * int64_t{4};
  };
  const auto products = emit.address(scratch) + box.positions() * raw_position_bytes();
  const int64_t position_bytes = unit.columns * static_cast<int64_t>(sizeof(int64_t));
  isa::DspMultiply multiply;
  multiply.a = emit.address(scratch), multiply.b = table(shared->tables.multipliers), multiply.dst = products;
  multiply.a_type = isa::accumulator_element(shared->layer.operand_bytes);
  multiply.b_type = isa::Element::u32, multiply.dst_type = isa::Element::s64;
  multiply.count_y = field(box.rows, "count_y"), multiply.count_x = field(box.columns, "count_x");
  multiply.channels = multiply.b_channels = field(unit.columns, "channels");
  multiply.a_x_stride = field(raw_position_bytes(), "a_x_stride");
  multiply.a_y_stride = field(box.columns * raw_position_bytes(), "a_y_stride");
  multiply.dst_x_stride = field(position_bytes, "dst_x_stride");
  multiply.dst_y_stride = field(box.columns * position_bytes, "dst_y_stride");
  multiply.clip_min = std::numeric_limits<int64_t>::min(),
  multiply.clip_max = std::numeric_limits<int64_t>::max();
  emit.issue(multiply);
  auto add = raw_add(box);
  add.a = products, add.b = table(shared->tables.late_bias);
  add.a_type = isa::Element::s64, add.b_type = isa::Element::s32;
  add.a_x_stride = multiply.dst_x_stride, add.a_y_stride = multiply.dst_y_stride;
  add.channels = add.b_channels = field(unit.columns, "channels");
  add.dst = output_address(emit, unit.out_channel, box);
  emit.issue(add);
}

void ArrayWork::requantize(StepEmitter& emit, const PanelUnit& unit, const Block& block) const {
  emit.issue(from_scratch<isa::DspRequantize>(emit, unit, block));
}

void ArrayWork::dequantize(StepEmitter& emit, const PanelUnit& unit, const Block& block) const {
  const DynamicLayer& dynamic = *shared->dynamic;
  auto work = from_scratch<isa::DspDequantize>(emit, unit, block);
  work.grid = emit.address(dynamic.grid);
  work.steps = emit.address(dynamic.tables);
  work.sums = emit.address(dynamic.tables, dynamic.table_bytes);
  work.biases = emit.address(dynamic.tables, 2 * dynamic.table_bytes);
  work.low = dynamic.bounds.low, work.high = dynamic.bounds.high;
  emit.issue(work);
}

void ArrayWork::clip_in_place(StepEmitter& emit) const {
  const auto first = shared->units[weights.first_unit].out_channel;
  const auto& last = shared->units[weights.end_unit - 1];
  const auto element = shared->layer.out.element;
  isa::DspRescale clip;
  clip.src_type = clip.dst_type = element;
  clip.count_y = field(region.rows(), "count_y"), clip.count_x = field(region.columns(), "count_x");
  clip.channels = field(last.out_channel + last.columns - first, "channels");
  clip.src_y_stride = clip.dst_y_stride = field(out.pitch_y, "dst_y_stride");
  clip.src_x_stride = clip.dst_x_stride = field(out.pitch_x, "dst_x_stride");
  clip.clip_min = element_min(element), clip.clip_max = element_max(element);
  if (shared->has_values)
    clip.clip_min = shared->layer.plan->requant.clip_min,
    clip.clip_max = shared->layer.plan->requant.clip_max;
  for (int64_t frame = 0; frame < region.frames(); ++frame) {
    clip.src = clip.dst =
        output_address(emit, first, {1, frame * region.rows(), region.rows(), 0, region.columns()});
    emit.issue(clip);
  }
}

}  // namespace mmasim::runtime
