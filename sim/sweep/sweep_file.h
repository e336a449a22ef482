// A sweep as its file says it: lists of networks, configurations, quantizations and precisions, grids over
// configuration keys and single points. Reads YAML with the place of every fault; the points that follow from
// it are points.h. Reads no network and no configuration.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/experiment/request.h"

namespace mmasim::sim {

// One value of everything it names.
struct PointOverrides {
  std::optional<std::string> network, config, quant, precision, mode;
  std::vector<std::string> set;  // "path.to.key=value"
};

struct SweepFile {
  std::vector<std::string> networks;
  std::vector<std::string> configs{ConfigChoice().file};
  std::vector<std::pair<std::string, std::vector<std::string>>>
      set;  // key and its values, as the file orders them
  std::vector<std::string> quants{QuantChoice().preset}, precisions{QuantChoice().precision};
  std::string mode = "timing-only";
  DataChoice data;
  std::vector<PointOverrides> points;
};

struct CheckedSweep {
  SweepFile sweep;                  // meaningful if there are no faults
  std::vector<std::string> faults;  // "FILE:LINE:COLUMN: text", as the file orders them
};

CheckedSweep check_sweep_text(const std::string& text, const std::string& file);  // which holds the text
// Throws runtime::UserError only if the file cannot be read.
CheckedSweep check_sweep_file(const std::string& file);
SweepFile load_sweep_file(const std::string& file);  // throws runtime::UserError with the first fault

// By its keys on top: a configuration has none of a sweep's.
bool looks_like_sweep_text(const std::string& text);

// The keys of a sweep file, for documentation.
struct SweepKeyLine {
  const char* name;
  const char* sentence;
};
std::vector<SweepKeyLine> sweep_file_keys();

}  // namespace mmasim::sim
