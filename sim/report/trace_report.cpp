#include "sim/report/trace_report.h"

#include <algorithm>

#include "sim/report/layer_activity.h"

namespace mmasim::sim {
namespace {

using traces::LayerActivity;

TraceTotals totals_of(const traces::Activity& activity) {
  TraceTotals totals;
  totals.cycles = activity.total_cycles;
  for (const LayerActivity& layer : activity.layers) {
    totals.ddr_read_bytes += layer.ddr.read_bytes;
    totals.ddr_write_bytes += layer.ddr.write_bytes;
    totals.l3_read_bytes += layer.l3.read_bytes;
    totals.l3_write_bytes += layer.l3.write_bytes;
    totals.l2_read_bytes += layer.l2.read_bytes;
    totals.l2_write_bytes += layer.l2.write_bytes;
  }
  return totals;
}

std::vector<TraceUnit> units_of(const traces::TraceSummary& summary) {
  std::vector<TraceUnit> units;
  for (size_t a = 0; a < traces::kBusy; ++a) {
    TraceUnit unit;
    unit.unit = traces::name_of(static_cast<traces::Busy>(a));
    unit.busy_cycles = summary.overlap[a][a];
    for (size_t b = 0; b < traces::kBusy; ++b)
      unit.overlap_cycles[traces::name_of(static_cast<traces::Busy>(b))] = summary.overlap[a][b];
    units.push_back(std::move(unit));
  }
  return units;
}

std::map<std::string, uint64_t> steps_of(const std::array<uint64_t, traces::kSteps>& cycles) {
  std::map<std::string, uint64_t> steps;
  for (size_t step = 0; step < cycles.size(); ++step)
    if (cycles[step] > 0) steps[traces::name_of(static_cast<traces::PathStep>(step))] = cycles[step];
  return steps;
}

std::string layer_name(const traces::TraceSummary& summary, uint32_t index) {
  const auto& layers = summary.contents.facts.layers;
  return index < layers.size() ? layers[index] : "";
}

std::vector<TraceLayer> layers_of(const traces::TraceSummary& summary) {
  const auto critical = traces::path_by_layer(summary);
  std::vector<TraceLayer> layers;
  for (size_t i = 0; i < summary.activity.layers.size(); ++i) {
    const LayerActivity& activity = summary.activity.layers[i];
    TraceLayer layer;
    layer.name = layer_name(summary, static_cast<uint32_t>(i));
    set_activity(layer, activity);
    layer.critical_cycles = steps_of(critical[i]);
    layers.push_back(std::move(layer));
  }
  return layers;
}

// The longest first, of equals the earliest.
std::vector<TracePathPiece> path_of(const traces::TraceSummary& summary) {
  std::vector<TracePathPiece> pieces;
  for (const auto& piece : summary.path) {
    pieces.push_back({traces::name_of(piece.step), layer_name(summary, piece.layer), piece.instruction,
                      piece.descriptor, piece.begin, piece.end - piece.begin});
  }
  std::sort(pieces.begin(), pieces.end(), [](const TracePathPiece& a, const TracePathPiece& b) {
    return a.cycles != b.cycles ? a.cycles > b.cycles : a.start_cycle < b.start_cycle;
  });
  constexpr size_t kMostPieces = 1000;
  if (pieces.size() > kMostPieces) pieces.resize(kMostPieces);
  return pieces;
}

std::vector<TraceBin> bins_of(const traces::Timeline& timeline) {
  std::vector<TraceBin> bins;
  for (const auto& bin : timeline.bins()) {
    bins.push_back({bins.size() * timeline.bin_cycles(), timeline.bin_cycles(), bin.ddr.read_bytes,
                    bin.ddr.write_bytes, bin.l3.read_bytes, bin.l3.write_bytes, bin.l2.read_bytes,
                    bin.l2.write_bytes, bin.mma_cycles, bin.dsp_cycles, bin.dma_cycles, bin.stall_cycles});
  }
  return bins;
}

}  // namespace

TraceReport trace_report(const std::string& file, const traces::TraceSummary& summary) {
  TraceReport report;
  const auto& facts = summary.contents.facts;
  report.file = file;
  report.network = facts.network;
  report.precision = facts.precision;
  report.hardware = facts.hardware;
  report.cores = facts.cores;
  report.core = summary.core;
  report.truncated_cycle = summary.contents.truncated_cycle;
  report.whole = summary.is_whole && std::all_of(summary.is_recorded.begin(), summary.is_recorded.end(),
                                                 [](bool is_recorded) { return is_recorded; });
  report.totals = totals_of(summary.activity);
  report.units = units_of(summary);
  for (const auto& layer : summary.activity.layers)
    for (const auto& [cause, cycles] : layer.stall_cycles) report.stall_cycles[cause] += cycles;
  std::array<uint64_t, traces::kSteps> steps{};
  for (const auto& piece : summary.path) steps[static_cast<size_t>(piece.step)] += piece.end - piece.begin;
  report.critical_cycles = steps_of(steps);
  report.critical_path = path_of(summary);
  report.layers = layers_of(summary);
  report.timeline = bins_of(summary.timeline);
  return report;
}

}  // namespace mmasim::sim
