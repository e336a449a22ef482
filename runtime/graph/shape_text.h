// How a shape reads in messages: [1, 3, 224, 224].
#pragma once

#include <string>

#include "runtime/graph/graph.h"

namespace mmasim::runtime {

inline std::string shape_text(const Shape& shape) {
  std::string out = "[";
  for (size_t d = 0; d < shape.size(); ++d) out += (d ? ", " : "") + std::to_string(shape[d]);
  return out + "]";
}

}  // namespace mmasim::runtime
