#include "sim/report/layer_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace mmasim::sim {
namespace {

constexpr const char* kNames[kCauses] = {"mma", "dsp", "ddr", "l3", "l2", "wait", "overhead"};
constexpr const char* kTexts[kCauses] = {"array busy",      "vector core busy", "waits for DDR",
                                         "waits for L3",    "waits for L2",     "other waits",
                                         "set-up and issue"};

size_t index_of(const std::string& stall) {
  for (const auto cause : {Cause::ddr, Cause::l3, Cause::l2}) {
    const auto index = static_cast<size_t>(cause);
    if (stall.rfind(kNames[index], 0) == 0) return index;
  }
  return static_cast<size_t>(Cause::wait);
}

double share_of(const CauseCycles& cycles, size_t cause, const LayerStats& layer) {
  return *layer.cycles > 0 ? static_cast<double>(cycles[cause]) / static_cast<double>(*layer.cycles) : 0.0;
}

std::optional<double> ratio_of(uint64_t value, uint64_t first) {
  if (first == 0) return std::nullopt;
  return static_cast<double>(value) / static_cast<double>(first);
}

uint64_t ddr_bytes(const LayerStats& layer) { return *layer.ddr_read_bytes + *layer.ddr_write_bytes; }

// The cause with the largest share of both runs together.
size_t deciding_cause(const LayerStats& first, const CauseCycles& before, const LayerStats& now,
                      const CauseCycles& after) {
  size_t decides = 0;
  const auto weight = [&](size_t cause) {
    return share_of(before, cause, first) + share_of(after, cause, now);
  };
  for (size_t cause = 1; cause < kCauses; ++cause)
    if (weight(cause) > weight(decides)) decides = cause;
  return decides;
}

// What the deciding cause's own cycles follow.
std::string follows(size_t cause, const LayerStats& first, double first_peak, const LayerStats& now,
                    double peak) {
  if (cause == static_cast<size_t>(Cause::mma) && peak != first_peak)
    return fmt::format(" (peak of the array x{:.3g})", peak / first_peak);
  if (cause != static_cast<size_t>(Cause::ddr)) return "";
  const auto bytes = ratio_of(ddr_bytes(now), ddr_bytes(first));
  return bytes ? fmt::format(" (bytes of DDR x{:.3g})", *bytes) : "";
}

void explain(LayerChange& change, const LayerStats& first, double first_peak, const LayerStats& now,
             double peak) {
  const auto before = cycles_by_cause(first), after = cycles_by_cause(now);
  change.ratio = ratio_of(*now.cycles, *first.cycles);
  change.first_bound = first.bound;
  if (*first.cycles == 0 && *now.cycles == 0) {
    change.reason = "takes no time";
    return;
  }
  const auto cause = deciding_cause(first, before, now, after);
  change.cause = kNames[cause];
  change.first_share = share_of(before, cause, first);
  change.share = share_of(after, cause, now);
  change.cause_ratio = ratio_of(after[cause], before[cause]);
  change.reason = fmt::format("{} {:.0f}% -> {:.0f}% of its time{}{}", kTexts[cause],
                              100 * *change.first_share, 100 * *change.share,
                              change.cause_ratio ? fmt::format(", cycles x{:.3g}", *change.cause_ratio) : "",
                              follows(cause, first, first_peak, now, peak));
}

}  // namespace

CauseCycles cycles_by_cause(const LayerStats& layer) {
  CauseCycles cycles{};
  uint64_t idle = layer.overhead_cycles.value();
  cycles[static_cast<size_t>(Cause::overhead)] = idle;
  for (const auto& [stall, stalled] : layer.stall_cycles.value()) {
    cycles[index_of(stall)] += stalled;
    idle += stalled;
  }
  const uint64_t busy = layer.cycles.value() - idle;
  cycles[static_cast<size_t>(Cause::mma)] = std::min(layer.mma_cycles.value(), busy);
  cycles[static_cast<size_t>(Cause::dsp)] = busy - cycles[static_cast<size_t>(Cause::mma)];
  return cycles;
}

std::vector<LayerChange> changes(const TimedLayers& first, const TimedLayers& run) {
  std::map<std::string, std::vector<size_t>> rows;  // of the first run, by name
  for (size_t i = 0; i < first.layers.size(); ++i) rows[first.layers[i].name].push_back(i);
  std::map<std::string, size_t> seen;
  std::vector<LayerChange> all;
  for (size_t i = 0; i < run.layers.size(); ++i) {
    const auto& layer = run.layers[i];
    LayerChange change;
    change.layer = i;
    const auto& same = rows[layer.name];
    const auto nth = seen[layer.name]++;
    if (nth < same.size()) {
      const auto& before = first.layers[same[nth]];
      change.first_layer = same[nth];
      explain(change, before, peak_macs_per_cycle(first.machine, before.precision), layer,
              peak_macs_per_cycle(run.machine, layer.precision));
    } else {
      change.reason = "the first run has no such layer";
    }
    all.push_back(std::move(change));
  }
  return all;
}

const Keys<LayerChange>& layer_change_keys() {
  using Row = LayerChange;
  static const Keys<Row> keys{
      key(&Row::layer, "layer", "", "row of this run's `layers`, counted from 0"),
      key(&Row::first_layer, "first_layer", "",
          "row of the first run's `layers`; null, as are the others, if it has no such layer"),
      key(&Row::ratio, "ratio", "", "cycles over those in the first run; null if it takes none there"),
      key(&Row::first_bound, "first_bound", "", "what bounds it in the first run"),
      key(&Row::cause, "cause", "",
          "what most of its time goes to in both runs: mma, dsp, waits for ddr, l3 or l2, wait for all "
          "others, "
          "overhead"),
      key(&Row::first_share, "first_share", "0..1", "of that cause in its cycles in the first run"),
      key(&Row::share, "share", "0..1", "of that cause in its cycles"),
      key(&Row::cause_ratio, "cause_ratio", "",
          "that cause's cycles over those in the first run; null if it has none"),
      key(&Row::reason, "reason", "", "the same in words"),
  };
  return keys;
}

}  // namespace mmasim::sim
