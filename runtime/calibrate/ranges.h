// The least and the largest value of each tensor, as calibration has seen them.
#pragma once

#include <vector>

namespace mmasim::runtime {

struct Range {
  double low = 0, high = 0;
};
using Ranges = std::vector<Range>;  // one per tensor of the graph, after its node's activation

}  // namespace mmasim::runtime
