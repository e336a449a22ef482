#include "sim/report/layer_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "sim/report/layer_stats.h"

namespace mmasim::sim {
namespace {

std::string decibels(const std::optional<double>& value) {
  return value ? fmt::format("{:.1f}", *value) : "-";
}

std::string percent(double share) { return fmt::format("{:.2f}%", 100 * share); }

double order_of(const LayerStats& row) {
  return row.error->sensitivity_db.value_or(std::numeric_limits<double>::infinity());
}

}  // namespace

const Keys<LayerError>& layer_error_keys() {
  using Row = LayerError;
  static const Keys<Row> keys{
      key(&Row::sqnr_db, "sqnr_db", "dB", "signal to noise of the executed integers; null without either"),
      key(&Row::max_abs, "max_abs", "", "largest magnitude of the error"),
      key(&Row::mean_abs, "mean_abs", "", "mean magnitude of the error"),
      key(&Row::bias, "bias", "", "mean of the error, executed minus float"),
      key(&Row::saturated, "saturated", "0..1",
          "values at an end of the grid whose float lies more than half a step beyond"),
      key(&Row::grid_used, "grid_used", "0..1", "from the lowest to the highest integer seen, of the grid"),
      key(&Row::sensitivity_db, "sensitivity_db", "dB",
          "signal to noise of the network's outputs with this layer alone quantized; null if nothing of its "
          "own is, or the outputs stay exact"),
  };
  return keys;
}

Table error_table(const std::vector<LayerStats>& layers) {
  using Align = Column::Align;
  Table table{{{"layer", Align::left},
               {"kind", Align::left},
               {"precision", Align::left},
               {"output dB, it alone"},
               {"SQNR dB"},
               {"max error"},
               {"mean error"},
               {"bias"},
               {"saturated"},
               {"grid used"}},
              {}};
  std::vector<const LayerStats*> rows;
  for (const auto& layer : layers)
    if (layer.error) rows.push_back(&layer);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const LayerStats* a, const LayerStats* b) { return order_of(*a) < order_of(*b); });
  for (const auto* row : rows) {
    const auto& error = *row->error;
    table.rows.push_back({row->name, row->kind, row->precision, decibels(error.sensitivity_db),
                          decibels(error.sqnr_db), fmt::format("{:.4g}", error.max_abs),
                          fmt::format("{:.4g}", error.mean_abs), fmt::format("{:.2g}", error.bias),
                          percent(error.saturated), percent(error.grid_used)});
  }
  return table;
}

}  // namespace mmasim::sim
