// What a trace file says of the run that it records, beside its events.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mmasim::traces {

struct RunFacts {
  std::string network, precision, hardware;
  uint32_t cores = 1;
  uint64_t clock_period_ps = 1000;  // of the core clock, whose cycles events count
  std::vector<std::string> layers;  // names, by index
};

}  // namespace mmasim::traces
