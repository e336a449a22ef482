// Windows of the DSP's pools and filters as instructions whose fields hold them. One instruction where the
// numbers fit; else a strided or dilated axis goes one position at a time, and a long line of cells is seen
// as several short ones. Knows no tensor and no L2.
#pragma once

#include <cstdint>
#include <optional>

#include "isa/instruction.h"
#include "runtime/lower/schedule/field.h"

namespace mmasim::runtime {

struct WindowAxis {
  int64_t kernel = 1, stride = 1, dilation = 1;
};
struct WindowAxes {
  WindowAxis y, x;
};

constexpr int64_t kLongestWindow = std::numeric_limits<uint16_t>::max();  // along an axis of an instruction

// A line of cells as `lines` lines of `cells` cells, each beginning `step` cells after the one before.
struct CellLines {
  int64_t lines = 1, cells = 1, step = 1;
};

// Every cell once; none if no two factors fit.
std::optional<CellLines> lines_of_cells(int64_t count);
// Every cell at least once, which the largest of them does not mind.
CellLines overlapping_lines(int64_t count);
// The smallest count of cells from `count` on that is lines of cells.
int64_t next_count_of_lines(int64_t count);

namespace windows {

inline bool fits(const WindowAxis& axis) {
  return holds<uint16_t>(axis.kernel) && holds<uint16_t>(axis.stride) && holds<uint16_t>(axis.dilation);
}

template <class Instruction>
constexpr bool kIsAverage = std::is_same_v<Instruction, isa::DspPoolAverage>;

// The cells of the tile that count, for a tile that begins so many rows and columns further on.
inline void move_valid(isa::DspPoolAverage& work, int64_t rows, int64_t columns) {
  work.valid_y_begin = field(work.valid_y_begin - rows, "valid_y_begin");
  work.valid_y_end = field(work.valid_y_end - rows, "valid_y_end");
  work.valid_x_begin = field(work.valid_x_begin - columns, "valid_x_begin");
  work.valid_x_end = field(work.valid_x_end - columns, "valid_x_end");
}
template <class Other>
void move_valid(Other&, int64_t, int64_t) {}

template <class Instruction>
void set_fields(Instruction& work, const WindowAxes& axes) {
  work.kernel_y = field(axes.y.kernel, "kernel_y"), work.kernel_x = field(axes.x.kernel, "kernel_x");
  work.stride_y = field(axes.y.stride, "stride_y"), work.stride_x = field(axes.x.stride, "stride_x");
  if constexpr (!kIsAverage<Instruction>) {
    work.dilation_y = field(axes.y.dilation, "dilation_y");
    work.dilation_x = field(axes.x.dilation, "dilation_x");
  }
}

// Of one result: nothing strides, and the tile's own strides carry the dilations.
template <class Instruction>
void fold_steps(Instruction& work, WindowAxes& axes) {
  work.src_y_stride = stride_field(axes.y.dilation * work.src_y_stride, axes.y.kernel, "src_y_stride");
  work.src_x_stride = stride_field(axes.x.dilation * work.src_x_stride, axes.x.kernel, "src_x_stride");
  axes.y.stride = axes.x.stride = axes.y.dilation = axes.x.dilation = 1;
}

template <class Instruction>
std::optional<CellLines> cut_line(const Instruction& work, int64_t cells) {
  if constexpr (std::is_same_v<Instruction, isa::DspPoolMax>) return overlapping_lines(cells);
  if constexpr (kIsAverage<Instruction>) {
    if (!work.reciprocals.is_none()) return std::nullopt;  // counts the valid cells of one rectangle
  }
  return lines_of_cells(cells);
}

// Of one result: a window of one line too long becomes lines one below the other.
template <class Instruction>
void cut_long_line(Instruction& work, WindowAxes& axes) {
  const bool is_column = axes.x.kernel == 1;
  const int64_t cells = is_column ? axes.y.kernel : axes.x.kernel;
  if (cells <= kLongestWindow || (!is_column && axes.y.kernel != 1)) return;
  const auto lines = cut_line(work, cells);
  if (!lines) return;
  const int64_t cell_stride = is_column ? work.src_y_stride : work.src_x_stride;
  work.src_x_stride = field(cell_stride, "src_x_stride");
  work.src_y_stride = field(lines->step * cell_stride, "src_y_stride");
  axes.y.kernel = lines->lines, axes.x.kernel = lines->cells;
  if constexpr (kIsAverage<Instruction>) {  // all of them count
    work.valid_y_begin = work.valid_x_begin = 0;
    work.valid_y_end = field(lines->lines, "valid_y_end"),
    work.valid_x_end = field(lines->cells, "valid_x_end");
  }
}

}  // namespace windows

// Calls issue(instruction) for each instruction that together do what `tile`, a tile with its strides and
// counts, does with such windows. Throws FieldOverflow if none can.
template <class Instruction, class Issue>
void issue_windows(const Instruction& tile, const WindowAxes& axes, Issue&& issue) {
  auto whole = tile;
  if (windows::fits(axes.y) && windows::fits(axes.x)) {
    windows::set_fields(whole, axes);
    return issue(whole);
  }
  for (int64_t y = 0; y < tile.count_y; ++y) {
    for (int64_t x = 0; x < tile.count_x; ++x) {
      auto one = tile;
      auto window = axes;
      one.count_y = one.count_x = 1;
      one.src = tile.src + y * axes.y.stride * tile.src_y_stride + x * axes.x.stride * tile.src_x_stride;
      one.dst = tile.dst + y * tile.dst_y_stride + x * tile.dst_x_stride;
      windows::move_valid(one, y * axes.y.stride, x * axes.x.stride);
      windows::fold_steps(one, window);
      windows::cut_long_line(one, window);
      windows::set_fields(one, window);
      issue(one);
    }
  }
}

}  // namespace mmasim::runtime
