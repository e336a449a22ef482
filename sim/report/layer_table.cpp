#include "sim/report/layer_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "sim/report/flat_table.h"

namespace mmasim::sim {
namespace {

constexpr const char* kNotTimed = "-";

// Where the array decides, and most of what it is busy with serves no product: what that is.
std::string array_waste(const LayerStats& row) {
  if (*row.bound != "mma") return "";
  const std::pair<const char*, uint64_t> parts[] = {{"", *row.mma_useful_cycles},
                                                    {"edges", *row.mma_edge_cycles},
                                                    {"loads", *row.mma_load_cycles},
                                                    {"drains", *row.mma_drain_cycles}};
  const auto& most = *std::max_element(std::begin(parts), std::end(parts),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (*most.first == '\0') return "";
  return fmt::format(" ({} {:.0f}%)", most.first,
                     100 * static_cast<double>(most.second) / static_cast<double>(*row.cycles));
}

std::vector<std::string> shown_row(const LayerStats& row) {
  std::vector<std::string> cells{row.name, row.kind, fmt::format("{}", row.macs)};
  if (!row.cycles) {
    cells.insert(cells.end(), 6, kNotTimed);
    return cells;
  }
  const double cycles = static_cast<double>(*row.cycles);
  cells.push_back(fmt::format("{}", *row.cycles));
  cells.push_back(fmt::format("{:.1f}", *row.macs_per_cycle));
  cells.push_back(fmt::format("{:.1f}%", 100 * *row.macs_per_cycle / row.peak_macs_per_cycle));
  cells.push_back(
      fmt::format("{:.3f}", static_cast<double>(*row.ddr_read_bytes + *row.ddr_write_bytes) / 1e6));
  cells.push_back(fmt::format("{:.4f}", *row.energy_mj));
  cells.push_back(cycles > 0
                      ? fmt::format("{} {:.0f}%{}", *row.bound,
                                    100 * static_cast<double>(row.bound_cycles) / cycles, array_waste(row))
                      : *row.bound);
  return cells;
}

// What --sort compares; larger comes first.
double rank_of(const LayerStats& layer, const std::string& sort) {
  if (sort == "ddr") return static_cast<double>(*layer.ddr_read_bytes + *layer.ddr_write_bytes);
  if (sort == "energy") return *layer.energy_mj;
  return static_cast<double>(*layer.cycles);
}

}  // namespace

const std::vector<std::string>& sort_words() {
  static const std::vector<std::string> words{"cycles", "ddr", "energy", "bound"};
  return words;
}

const std::vector<std::string>& bound_words() {
  static const std::vector<std::string> words{"mma", "dsp", "ddr", "l3", "l2", "overhead"};
  return words;
}

std::vector<LayerStats> selected(const std::vector<LayerStats>& layers, const LayerSelection& selection) {
  std::vector<LayerStats> rows;
  for (const auto& layer : layers)
    if (selection.bound.empty() || layer.bound.value() == selection.bound) rows.push_back(layer);
  const auto& words = bound_words();
  const auto group = [&](const LayerStats& layer) {
    return std::find(words.begin(), words.end(), *layer.bound);
  };
  if (!selection.sort.empty()) {
    std::stable_sort(rows.begin(), rows.end(), [&](const LayerStats& a, const LayerStats& b) {
      if (selection.sort == "bound" && group(a) != group(b)) return group(a) < group(b);
      return rank_of(a, selection.sort) > rank_of(b, selection.sort);
    });
  }
  if (selection.top > 0 && rows.size() > selection.top) rows.resize(selection.top);
  return rows;
}

Table layer_table(const std::vector<LayerStats>& layers, const std::set<std::string>& elsewhere) {
  using Align = Column::Align;
  Table table{{{"layer", Align::left},
               {"kind", Align::left},
               {"MACs"},
               {"cycles"},
               {"MACs/cycle"},
               {"MMA use"},
               {"DDR MB"},
               {"energy mJ*"},
               {"bound", Align::left}},
              {}};
  for (const auto& row : layers) {
    table.rows.push_back(shown_row(row));
    if (elsewhere.count(row.name) != 0) table.rows.back()[1] += " !";
  }
  return table;
}

Table layer_csv(const std::vector<LayerStats>& layers) {
  Table table;
  for (const auto& key : layer_stat_keys()) table.columns.push_back({key.name});
  for (const auto& row : layers) {
    std::vector<std::string> cells;
    for (const auto& key : layer_stat_keys()) cells.push_back(cell_text(key.get(row)));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string totals_text(const TotalStats& totals, const std::string& title) {
  if (!totals.cycles) {
    return fmt::format("{}: {} MACs{}; not timed; peak use L2 {} B, L3 {} B, DDR {} B\n", title, totals.macs,
                       totals.batch != 1 ? fmt::format(", batch of {}", totals.batch) : "",
                       totals.peak_l2_bytes, totals.peak_l3_bytes, totals.peak_ddr_bytes);
  }
  const double cycles = static_cast<double>(*totals.cycles);
  const double macs_per_cycle = cycles > 0 ? static_cast<double>(totals.macs) / cycles : 0;
  const double ddr_bytes = static_cast<double>(*totals.ddr_read_bytes + *totals.ddr_write_bytes);
  return fmt::format(
      "{}: {} cycles, {:.3f} ms at {:g} MHz, {:.1f} inferences/s{}{}\n"
      "  {} MACs, {:.1f} MACs/cycle, MMA use {:.1f}% of the peak, {:.3f} TOPS\n"
      "  DDR {:.3f} MB, {:.2f} GB/s of {:.2f} GB/s; peak use L2 {} B, L3 {} B, DDR {} B\n"
      "  energy {:.4f} mJ (*relative and uncalibrated)\n",
      title, *totals.cycles, totals.time_s() * 1e3, totals.core_clock_mhz,
      totals.time_s() > 0 ? static_cast<double>(totals.batch * totals.cores) / totals.time_s() : 0,
      totals.batch != 1 ? fmt::format(", batch of {}", totals.batch) : "",
      totals.cores > 1 ? fmt::format(" on {} cores", totals.cores) : "", totals.macs, macs_per_cycle,
      100 * macs_per_cycle / totals.peak_macs_per_cycle,
      totals.time_s() > 0 ? 2 * static_cast<double>(totals.macs * totals.cores) / totals.time_s() / 1e12 : 0,
      ddr_bytes / 1e6, totals.time_s() > 0 ? ddr_bytes * totals.cores / totals.time_s() / 1e9 : 0,
      totals.ddr_peak_gbps, totals.peak_l2_bytes, totals.peak_l3_bytes, totals.peak_ddr_bytes,
      *totals.energy_mj);
}

}  // namespace mmasim::sim
