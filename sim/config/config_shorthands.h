// Keys that a user thinks in and no model has: each stands for others, which it gives their values before any
// is judged. A resolved configuration and its JSON have the others only.
#pragma once

#include <string>
#include <vector>

#include "sim/config/config_entries.h"

namespace mmasim::sim {

// ddr.rate_mtps times ddr.clock_period_ns: two transfers a clock.
constexpr double kRateTimesPeriod = 2000;

struct ConfigShorthand {
  std::string path, unit;
  double min, max;
  bool is_whole;
  std::vector<std::string> stands_for;  // not to be given beside it, in the same file or among the overrides
  std::string sentence;
};

const std::vector<ConfigShorthand>& config_shorthands();
const ConfigShorthand* find_config_shorthand(const std::string& path);  // null: no such one

std::string allowed_text(const ConfigShorthand& shorthand);  // "20..20000 MT/s"

// What is wrong with the text as its value; empty: nothing.
std::string shorthand_fault(const ConfigShorthand& shorthand, const std::string& text);

// Replaces the shorthands of one file, or of all overrides. below: what is in force without them, empty for a
// file without a base.
void expand_shorthands(ConfigEntries& own, const ConfigEntries& below);

}  // namespace mmasim::sim
