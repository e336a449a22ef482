// Windows of convolutions and pools as a network may write them, drawn to fit an input.
#pragma once

#include <array>
#include <vector>

#include "tests/random_graphs/drawing.h"

namespace mmasim::random_graphs {

// An operand N, C, H, W, or N, C, W, which is taken as one row.
struct DrawnMap {
  std::string name;
  Shape shape;         // N, C, H, W
  int first_side = 0;  // 1: there is no H
};
DrawnMap drawn_map(Drawing& drawing);

struct WindowDrawn {
  int first_side = 0;  // of its map
  std::array<int64_t, 2> kernel{1, 1}, stride{1, 1}, dilation{1, 1};
  std::array<int64_t, 4> pad{0, 0, 0, 0};  // top, left, bottom, right
  std::string auto_pad;                    // then pad follows from it
};

enum class Padding : uint8_t { any, below_window };
enum class Dilations : uint8_t { none, any };

// Fits at least once.
WindowDrawn drawn_window(Drawing& drawing, const DrawnMap& map, Padding padding,
                         Dilations dilations = Dilations::any);

int64_t extent_of(const WindowDrawn& window, int side);
int64_t pooled_size(const WindowDrawn& window, const Shape& x, int side);  // rounded down
// Rounded up, without windows that would begin beyond the input and its padding in front.
int64_t pooled_size_up(const WindowDrawn& window, const Shape& x, int side);

// Sizes as the map has them: without H where there is none.
Shape as_written(int first_side, Shape shape);
std::vector<int64_t> sides_of(const WindowDrawn& window, const std::array<int64_t, 2>& values);

// strides, dilations if the operator has them, and pads or auto_pad; what is the default may be left out.
std::vector<tests::Attribute> window_attributes(Drawing& drawing, const WindowDrawn& window,
                                                Dilations dilations = Dilations::any);

}  // namespace mmasim::random_graphs
