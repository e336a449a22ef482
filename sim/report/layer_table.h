// Layers and totals as a person reads them, and layers.csv.
#pragma once

#include <string>
#include <vector>

#include "sim/report/layer_stats.h"
#include "sim/report/table.h"
#include "sim/report/total_stats.h"

namespace mmasim::sim {

Table layer_table(const std::vector<LayerStats>& layers);  // of the terminal: the columns that matter most
Table layer_csv(const std::vector<LayerStats>& layers);    // all keys of report.json
std::string totals_text(const TotalStats& totals, const std::string& title);

}  // namespace mmasim::sim
