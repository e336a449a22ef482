// One linear layer while it is planned: what linear_plan.cpp and linear_stage.cpp share. Steps and integers
// of weights and bias first, then the output stage and the output's grid.
#pragma once

#include <optional>
#include <vector>

#include "runtime/quantize/planning.h"
#include "runtime/quantize/rounding.h"
#include "runtime/quantize/weights.h"

namespace mmasim::runtime::quantization {

// One layer on its way to a plan. The steps below run in the order of plan_linear().
struct LinearPlanning {
  Planning& planning;
  const Node& node;
  const WeightedLayer& layer;
  const TensorPlan& x;
  Range range;                          // of the output, with its margin
  std::optional<double> clip_inv_step;  // the output's, if a clip fixes it
  int clip_shift = 0;                   // then the shift to it
  std::optional<double> layer_inv_w;  // under shift rules with a step per channel: a power of two below each
  std::vector<double> inv_w;          // one, or one per channel
  std::vector<int> halvings;          // of inv_w, for the bias
  LinearPlan plan;
  Activation activation;

  const QuantChoices& choices() const { return planning.choices(node); }
  bool multiplies() const { return planning.multiplies(node); }
  bool is_signed() const { return planning.is_signed_output(node); }
  bool adds_bias_late() const {
    return choices().inter_bits != 0 || choices().requant == QuantChoices::Requant::q10_22;
  }
  bool has_channel_steps() const { return runtime::has_channel_steps(choices(), layer.is_depthwise); }
  bool saturates() const { return !multiplies() && saturation_clips(choices(), activation); }
  size_t granule(size_t channel) const { return inv_w.size() == 1 ? 0 : channel; }
  double inv_acc(size_t channel) const { return x.inv_step * inv_w[granule(channel)]; }
  uint32_t acc_bits() const {
    return choices().accumulator_bits != 0 ? choices().accumulator_bits : accumulator_bits(x.bits);
  }
  uint32_t bias_bits() const;
};

void choose_output_stage(LinearPlanning& linear);  // linear_stage.cpp

// So many channels' biases are beyond the format that the output's grid gives them.
void warn_of_saturated_biases(LinearPlanning& linear, size_t channels);

}  // namespace mmasim::runtime::quantization
