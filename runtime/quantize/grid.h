// Which integers stand for which reals: the grid of a tensor, from its range and from how its producer
// rescales (quantization.md 3.1, 4.2, 5.12). Does not look at weights.
#pragma once

#include <optional>
#include <string>

#include "runtime/calibrate/ranges.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime::quantization {

double absolute_maximum(const Range& range);

// Step from the range alone: network inputs, tables, and every tensor when the output stage multiplies.
TensorPlan grid_of_range(const QuantChoices& choices, const Range& range, bool is_signed);

// The shift rule: y = acc >> round_bits with the smallest round_bits that holds the range; inv_y follows from
// it.
struct ShiftedGrid {
  TensorPlan tensor;
  int shift = 0;
};
ShiftedGrid grid_of_shift(const QuantChoices& choices, const Range& range, bool is_signed, double inv_acc);

// Clip(0, c) whose bound the preset leaves to saturation, at c or at the power of two above it. Looks at no
// range, so that the structure of a plan does not either.
bool saturation_clips(const QuantChoices& choices, const Activation& activation);
// The inv_step whose saturation is that clip, if the calibrated range makes use of such a grid. If not, the
// grid is the range's, and end_within() keeps it below the bound.
std::optional<double> inv_step_of_clip(const QuantChoices& choices, const Activation& activation,
                                       const Range& range);
// Shifts out fewer bits until the grid ends no higher than `bound`.
void end_within(ShiftedGrid& grid, double bound);

// What the choices make of a clip from 0: dropped above, narrowed to a power of two, or itself.
Activation planned_activation(const QuantChoices& choices, const Activation& activation);

bool has_bound_above(const Activation& activation);  // a clip whose upper bound can matter
bool is_rectified(const Activation& activation);     // result is never negative
// Of what the activation leaves of an operator's result, which itself `may_be_negative`. A clip to bounds
// below zero makes negative what was not.
bool leaves_negative(const Activation& activation, bool may_be_negative);
Range widened(const Range& range, double margin);

// What an activation asks of the output stage whose output is y. `saturates`: the grid ends
// where the clip does, or before.
void set_bounds(Requantization& requant, const TensorPlan& y, const Activation& activation, bool saturates);

}  // namespace mmasim::runtime::quantization
