// What measured changes say, as sentences: what bounds the network, what helps most, what should help and
// does not, what is not needed.
#pragma once

#include <string>
#include <vector>

#include "sim/advice/advice.h"

namespace mmasim::sim {

std::vector<std::string> findings_of(const RunReport& base, const std::vector<Change>& changes);

std::string percent_text(double ratio);                      // 0.969 -> "-3.1 %"
std::string some_of(const std::vector<std::string>& names);  // "a, b and 7 more"

}  // namespace mmasim::sim
