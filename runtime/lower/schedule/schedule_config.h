// How the part's compiler cuts layers: rules of the schedule, not of the hardware. Lowering obeys them;
// calibration chose them (docs/fidelity.md).
#pragma once

#include <cstdint>

#include "isa/kit/config_field.h"

namespace mmasim::runtime {

struct ScheduleRules {
  bool blocks_span_lines = false;
  bool pointwise_spans_lines = false;
  uint32_t groups_per_panel = 0;
  uint32_t weights_ahead_steps = 24;
  double tile_share = 0.9;

  static constexpr auto keys = make_field_list(
      key(&ScheduleRules::blocks_span_lines, "blocks_span_lines", "", 0, 1,
          "whether a block of output positions runs over the ends of lines of the feature map"),
      key(&ScheduleRules::pointwise_spans_lines, "pointwise_spans_lines", "", 0, 1,
          "whether it does in a 1x1 convolution of stride 1, whose lines follow each other in memory"),
      key(&ScheduleRules::groups_per_panel, "groups_per_panel", "", 0, 4096,
          "most groups of a grouped convolution in one panel; 0: as many as fit"),
      key(&ScheduleRules::weights_ahead_steps, "weights_ahead_steps", "", 0, 64,
          "steps beyond the next one whose weights may be fetched early, where L2 has room"),
      key(&ScheduleRules::tile_share, "tile_share", "", 0.1, 1,
          "share of L2 that a layer's own buffers may take; the rest is for the weights of later steps"));
};

}  // namespace mmasim::runtime
