// From a sweep file to its points: requests, each once, in the order of the file's lists.
#pragma once

#include <vector>

#include "sim/sweep/sweep_file.h"

namespace mmasim::sim {

// Every network, configuration, point of the hardware, quantization and precision. The points of the hardware
// are the product of the lists of `set` and, after it, the single points; neither: the configuration as it
// is. Throws runtime::UserError beginning with `name` if there are more than kMostPoints.
constexpr size_t kMostPoints = 1000000;
std::vector<Request> points_of(const SweepFile& sweep, const std::string& name);

}  // namespace mmasim::sim
