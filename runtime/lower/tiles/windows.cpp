#include "runtime/lower/tiles/windows.h"

namespace mmasim::runtime {

std::optional<CellLines> lines_of_cells(int64_t count) {
  for (int64_t lines = (count + kLongestWindow - 1) / kLongestWindow; lines * lines <= count; ++lines) {
    if (count % lines == 0 && count / lines <= kLongestWindow)
      return CellLines{lines, count / lines, count / lines};
  }
  return std::nullopt;
}

CellLines overlapping_lines(int64_t count) {
  // What a whole step leaves over makes every line longer than a step, so that the last ends with the last
  // cell. There is a count of lines short enough up to 2^30 cells, more than L2 can have.
  for (int64_t lines = (count + kLongestWindow - 1) / kLongestWindow;; ++lines) {
    const int64_t step = count / lines, cells = count - (lines - 1) * step;
    if (cells <= kLongestWindow) return {lines, cells, step};
    if (lines > kLongestWindow)
      throw std::logic_error("lowering: no lines of " + std::to_string(count) + " cells");
  }
}

int64_t next_count_of_lines(int64_t count) {
  while (!lines_of_cells(count)) ++count;
  return count;
}

}  // namespace mmasim::runtime
