// What quantization did to a layer's output tensor, and that to the network's outputs: `layers[].error`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/kit/keys.h"
#include "sim/report/table.h"

namespace mmasim::sim {

struct LayerError {
  std::optional<double> sqnr_db;  // none: no noise, or no signal
  double max_abs = 0, mean_abs = 0, bias = 0;
  double saturated = 0, grid_used = 0;   // 0..1
  std::optional<double> sensitivity_db;  // none: nothing of its own is quantized, or the outputs stay exact
};

const Keys<LayerError>& layer_error_keys();

struct LayerStats;
// Rows of the layers that have an error, those first that hurt the outputs most.
Table error_table(const std::vector<LayerStats>& layers);

}  // namespace mmasim::sim
