// Layers and totals as a person reads them, and layers.csv.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/report/layer_stats.h"
#include "sim/report/table.h"
#include "sim/report/total_stats.h"

namespace mmasim::sim {

// Which layers are shown, and in which order: largest first by what `sort` names; empty: as they run.
struct LayerSelection {
  std::string sort;   // "cycles", "ddr", "energy", "bound", or none
  std::string bound;  // only layers bound by it: a word of `bound`, or none
  uint64_t top = 0;   // so many at most; 0: all

  bool is_all() const { return sort.empty() && bound.empty() && top == 0; }
};
const std::vector<std::string>& sort_words();
const std::vector<std::string>& bound_words();

// The layers of a timed run.
std::vector<LayerStats> selected(const std::vector<LayerStats>& layers, const LayerSelection& selection);

// Of the terminal: the columns that matter most. elsewhere: names of layers that are marked, as they ran
// elsewhere than usual.
Table layer_table(const std::vector<LayerStats>& layers, const std::set<std::string>& elsewhere = {});
Table layer_csv(const std::vector<LayerStats>& layers);  // all keys of report.json
std::string totals_text(const TotalStats& totals, const std::string& title);

}  // namespace mmasim::sim
