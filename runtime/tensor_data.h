// Values of a tensor on the host.
#pragma once

#include <vector>

#include "runtime/graph/graph.h"

namespace mmasim::runtime {

struct FloatTensor {
  Shape shape;
  std::vector<float> values;  // row-major
};

struct IntegerTensor {  // wide enough for every element type
  Shape shape;
  std::vector<int64_t> values;  // row-major
};

}  // namespace mmasim::runtime
