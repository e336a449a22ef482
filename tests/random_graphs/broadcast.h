// Shapes of constants that broadcast to a tensor: every form a network may write.
#pragma once

#include "tests/random_graphs/drawing.h"

namespace mmasim::random_graphs {

// One value, one per channel (axis 1) with or without leading ones, one along another axis, or of the full
// shape.
inline Shape drawn_constant_shape(Drawing& drawing, const Shape& x) {
  auto& choices = drawing.choices();
  const auto rank = x.size();
  Shape shape(rank, 1);
  switch (choices.below(16)) {
    case 0:
    case 1:
      return {};
    case 2:
      return {1};
    case 3:
      return shape;  // ones of full rank
    case 4:
      return x;
    case 5:
      return {x.back()};
    case 6: {
      const auto axis = choices.below(static_cast<uint32_t>(rank));
      shape[axis] = x[axis];
      return shape;
    }
    default:
      break;
  }
  if (rank < 2) return {x.back()};
  shape[1] = x[1];
  if (choices.flip()) shape.erase(shape.begin());  // [C, 1, 1] beside [1, C, 1, 1]
  return shape;
}

}  // namespace mmasim::random_graphs
