// Why a layer takes more or less time in one run than in another: its cycles by cause in both, and the cause
// that decides. Read off what was measured, not off what the layer is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/kit/keys.h"
#include "sim/report/layer_stats.h"

namespace mmasim::sim {

// Every cycle of a layer has one cause; where array and vector core work at once it is the array.
constexpr size_t kCauses = 7;
enum class Cause : uint8_t { mma, dsp, ddr, l3, l2, wait, overhead };
using CauseCycles = std::array<uint64_t, kCauses>;
CauseCycles cycles_by_cause(const LayerStats& layer);  // of a timed one

struct LayerChange {
  uint64_t layer = 0;                   // row of the run's layers
  std::optional<uint64_t> first_layer;  // of the first run's; none: it has no such layer, nor anything below
  std::optional<double> ratio;          // none: it takes no time in the first run
  std::optional<std::string> first_bound;    // what bounded it there
  std::optional<std::string> cause;          // that decides
  std::optional<double> first_share, share;  // of that cause in the layer's cycles
  std::optional<double> cause_ratio;         // its cycles over those in the first run; none: it had none
  std::string reason;                        // the same in words
};

struct TimedLayers {
  const std::vector<LayerStats>& layers;
  const isa::Machine& machine;
};

// A row per layer of `run`. Layers of the same name are the same, the n-th with the n-th.
std::vector<LayerChange> changes(const TimedLayers& first, const TimedLayers& run);

const Keys<LayerChange>& layer_change_keys();

}  // namespace mmasim::sim
