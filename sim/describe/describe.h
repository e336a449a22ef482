// The reference pages of docs/, printed from the tables the code uses. Those of the instruction set come from
// isa/.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace mmasim::sim {

struct Page {
  std::string markdown;
  nlohmann::ordered_json json;
};

Page describe_calibrators();  // docs/calibrators.md
Page describe_config();       // docs/config.md
Page describe_stats();        // docs/stats.md
Page describe_presets();      // docs/presets.md
Page describe_operators();    // docs/operators.md
Page describe_transforms();   // docs/transforms.md

}  // namespace mmasim::sim
