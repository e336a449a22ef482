#include "isa/verify/operands.h"

#include "isa/resize_tap.h"

namespace mmasim::isa {

Operand::Operand(const char* operand_name, Access how, Address base, uint64_t bytes, const Axis* axes,
                 size_t num_axes)
    : name(operand_name), access(how), space(base.space()), first(base.offset()), run_bytes(bytes) {
  constexpr size_t kMostDimensions = 16;  // of a tensor
  std::array<Axis, kMostDimensions> normal;
  size_t count = 0;
  for (size_t i = 0; i < num_axes; ++i) {
    Axis axis = axes[i];
    if (axis.count <= 1 || axis.stride == 0) continue;
    if (axis.stride < 0) {
      axis.stride = -axis.stride;
      first -= (axis.count - 1) * static_cast<uint64_t>(axis.stride);
    }
    normal.at(count++) = axis;
  }
  std::sort(normal.begin(), normal.begin() + count,
            [](const Axis& a, const Axis& b) { return a.stride < b.stride; });
  // Runs that touch are one.
  size_t joined = 0;
  for (; joined < count && static_cast<uint64_t>(normal[joined].stride) <= run_bytes; ++joined)
    run_bytes += (normal[joined].count - 1) * static_cast<uint64_t>(normal[joined].stride);
  num_axes_ = std::min(count - joined, kMostAxes);
  std::copy_n(normal.begin() + joined, num_axes_, axes_.begin());
}

namespace {

// A part of a pattern's indices (see MmaPattern) that lies in a row: `count` of them, `stride` apart.
struct Row {
  int64_t offset;
  uint64_t count;
  int64_t stride;
};

// Calls visit(row) for each row of the indices first .. first + count - 1.
template <class Visit>
void for_each_row(uint32_t n0, uint32_t n1, int64_t stride0, int64_t stride1, int64_t stride2, uint32_t first,
                  uint32_t count, Visit&& visit) {
  while (count > 0) {
    const uint32_t i0 = first % n0, i1 = first / n0 % n1, i2 = first / n0 / n1;
    const uint32_t run = std::min(count, n0 - i0);
    visit(Row{i0 * stride0 + i1 * stride1 + i2 * stride2, run, stride0});
    first += run, count -= run;
  }
}

}  // namespace

template <class Dsp>
void OperandLister::add_tile(const char* name, Access access, const Dsp& i, Address base, uint64_t bytes,
                             int64_t y_stride, int64_t x_stride) {
  add(name, access, base, bytes, {{i.count_y, y_stride}, {i.count_x, x_stride}});
}
template <class Dsp>
void OperandLister::add_source(const Dsp& i) {
  add_tile("src", Access::read, i, i.src, uint64_t{i.channels} * element_bytes(i.src_type), i.src_y_stride,
           i.src_x_stride);
}
template <class Dsp>
void OperandLister::add_result(const Dsp& i, Element element) {
  add_tile("dst", Access::write, i, i.dst, uint64_t{i.channels} * element_bytes(element), i.dst_y_stride,
           i.dst_x_stride);
}
template <class Dsp>
void OperandLister::add_two_operands(const Dsp& i) {
  add_tile("a", Access::read, i, i.a, uint64_t{i.channels} * element_bytes(i.a_type), i.a_y_stride,
           i.a_x_stride);
  add_tile("b", Access::read, i, i.b, uint64_t{i.b_channels} * element_bytes(i.b_type), i.b_y_stride,
           i.b_x_stride);
  add_result(i, i.dst_type);
}
template <class Dsp>
void OperandLister::add_window(const Dsp& i, uint32_t bytes, int64_t dilation_y, int64_t dilation_x) {
  add("src", Access::read, i.src, uint64_t{i.channels} * bytes,
      {{i.count_y, int64_t{i.stride_y} * i.src_y_stride},
       {i.count_x, int64_t{i.stride_x} * i.src_x_stride},
       {i.kernel_y, dilation_y * i.src_y_stride},
       {i.kernel_x, dilation_x * i.src_x_stride}});
}
// A table over all values of an element.
template <class Dsp>
void OperandLister::add_table(const Dsp& i, uint64_t entry_bytes) {
  const uint64_t values = uint64_t{1} << (8 * element_bytes(i.src_type));
  const uint64_t entries = i.fraction_bits == 0 ? values : ((values - 1) >> i.fraction_bits) + 2;
  add("table", Access::table, i.table, entries * entry_bytes, {});
}
void OperandLister::add_lanes(const StageSet& stage, Element accumulator, uint32_t lane, uint64_t lanes) {
  const auto add_entries = [&](const char* name, Address table, uint64_t entry_bytes) {
    add(name, Access::table, table + static_cast<int64_t>(lane * entry_bytes), lanes * entry_bytes, {});
  };
  if (!stage.bias.is_none()) add_entries("bias of the stage", stage.bias, element_bytes(accumulator));
  if (stage.raw == 1) return;
  if (stage.multiplier_mode == TableMode::per_lane)
    add_entries("multipliers of the stage", stage.multipliers, 4);
  if (stage.shift_mode == TableMode::per_lane) add_entries("shifts of the stage", stage.shifts, 1);
}

void OperandLister::list(const DmaCopy& i) {
  add("src", Access::read, i.src, i.row_bytes,
      {{i.n1, i.src_stride1}, {i.n2, i.src_stride2}, {i.n3, i.src_stride3}});
  add("dst", Access::write, i.dst, i.row_bytes,
      {{i.n1, i.dst_stride1}, {i.n2, i.dst_stride2}, {i.n3, i.dst_stride3}});
}
void OperandLister::list(const DmaFill& i) {
  add("dst", Access::write, i.dst, i.row_bytes, {{i.n1, i.dst_stride1}, {i.n2, i.dst_stride2}});
}

void OperandLister::list(const MmaLoadB& i) {
  add("addr", Access::table, i.addr, uint64_t{i.rows} * machine_.array_bytes, {});
}
void OperandLister::list(const MmaStream& i) {
  const MmaPattern& p = load_;
  const int64_t e = operand_bytes_;
  for_each_row(p.r0, p.r1, p.r0_stride, p.r1_stride, p.r2_stride, i.row, i.rows, [&](const Row& row) {
    for_each_row(p.k0, p.k1, e, p.k1_stride, p.k2_stride, i.k_start, i.depth, [&](const Row& depth) {
      add("a", Access::read, i.a + row.offset + depth.offset, depth.count * static_cast<uint64_t>(e),
          {{row.count, row.stride}});
    });
  });
}
void OperandLister::list(const MmaTransfer& i) {
  const MmaStorePattern& p = store_;
  const StageSet& stage = stage_of(Unit::mma);
  add_lanes(stage, accumulator_element(operand_bytes_), i.lane, i.columns);
  for_each_row(p.r0, p.r1, p.r0_stride, p.r1_stride, p.r2_stride, i.row, i.rows, [&](const Row& row) {
    add("dst", Access::write, i.dst + row.offset, uint64_t{i.columns} * element_bytes(stage.out),
        {{row.count, row.stride}});
  });
}
void OperandLister::list(const MmaRange& i) { add("dst", Access::write, i.dst, 16, {}); }

void OperandLister::list(const DspRescale& i) { add_source(i), add_result(i, i.dst_type); }
void OperandLister::list(const DspAdd& i) { add_two_operands(i); }
void OperandLister::list(const DspMultiply& i) { add_two_operands(i); }
void OperandLister::list(const DspDepthwise& i) {
  const StageSet& stage = stage_of(Unit::dsp);
  const uint32_t bytes = element_bytes(i.src_type);
  add_window(i, bytes, i.dilation_y, i.dilation_x);
  add("weights", Access::table, i.weights, uint64_t{i.channels} * bytes,
      {{uint64_t{i.kernel_y} * i.kernel_x, i.weight_stride}});
  add_lanes(stage, accumulator_element(bytes), i.lane, i.channels);
  add_result(i, stage.out);
}
void OperandLister::list(const DspRequantize& i) {
  add_source(i);
  add_lanes(stage_of(Unit::dsp), i.src_type, i.lane, i.channels);
  add_result(i, stage_of(Unit::dsp).out);
}
void OperandLister::list(const DspPoolMax& i) {
  add_window(i, element_bytes(i.type), i.dilation_y, i.dilation_x), add_result(i, i.type);
}
void OperandLister::list(const DspPoolAverage& i) {
  add_window(i, element_bytes(i.src_type), 1, 1);
  if (!i.reciprocals.is_none())
    add("reciprocals", Access::table, i.reciprocals, uint64_t{i.kernel_y} * i.kernel_x * 8, {});
  add_result(i, i.dst_type);
}
void OperandLister::list(const DspLookup& i) {
  add_source(i);
  add_table(i, i.fraction_bits == 0 ? element_bytes(i.dst_type) : 8);
  add_result(i, i.dst_type);
}
void OperandLister::list(const DspPrelu& i) {
  add_source(i);
  if (!i.slopes.is_none())
    add("slopes", Access::table, i.slopes + int64_t{i.lane} * 8, uint64_t{i.channels} * 8, {});
  add_result(i, i.dst_type);
}
void OperandLister::list(const DspSoftmax& i) { add_source(i), add_table(i, 8), add_result(i, i.dst_type); }
void OperandLister::list(const DspArgmax& i) {
  add_source(i);
  add("dst", Access::write, i.dst, 8, {{i.count_y, i.dst_y_stride}, {i.count_x, i.dst_x_stride}});
}
void OperandLister::list(const DspResize& i) {
  const bool half_pixel = i.half_pixel == 1;
  const CellRange rows = resize_cells(i.out_y, i.count_y, i.factor_y, half_pixel, i.in_height);
  const CellRange columns = resize_cells(i.out_x, i.count_x, i.factor_x, half_pixel, i.in_width);
  add("src", Access::read,
      i.src + (rows.first - i.src_y) * i.src_y_stride + (columns.first - i.src_x) * i.src_x_stride,
      uint64_t{i.channels} * element_bytes(i.type),
      {{static_cast<uint64_t>(rows.last - rows.first + 1), i.src_y_stride},
       {static_cast<uint64_t>(columns.last - columns.first + 1), i.src_x_stride}});
  add_result(i, i.type);
}
void OperandLister::list(const DspPermute& p) {
  add("src", Access::read, p.src, p.element_bytes,
      {{p.n1, p.src_stride1},
       {p.n2, p.src_stride2},
       {p.n3, p.src_stride3},
       {p.n4, p.src_stride4},
       {p.n5, p.src_stride5}});
  add("dst", Access::write, p.dst, p.element_bytes,
      {{p.n1, p.dst_stride1},
       {p.n2, p.dst_stride2},
       {p.n3, p.dst_stride3},
       {p.n4, p.dst_stride4},
       {p.n5, p.dst_stride5}});
}

}  // namespace mmasim::isa
