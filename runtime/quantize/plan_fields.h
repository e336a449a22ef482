// The fields of every part of a plan under the names that plan files give them: one list for writing and
// reading. Weights stand apart, in an archive. A visitor is called with a name and a member.
#pragma once

#include "runtime/quantize/plan.h"

namespace mmasim::runtime::quantization {

template <class Plan, class Visit>
void visit_tensor(Plan& p, Visit&& v) {
  v("bits", p.bits);
  v("level_bits", p.level_bits);
  v("signed", p.is_signed);
  v("inv_step", p.inv_step);
  v("zero_point", p.zero_point);
  v("low", p.low);
  v("high", p.high);
  v("source", p.source);
  v("input_rounding", p.input_rounding);
}

template <class Requant, class Visit>
void visit_requant(Requant& p, Visit&& v) {
  v("per_channel", p.per_channel);
  v("multiplier_bits", p.multiplier_bits);
  v("multipliers", p.multipliers);
  v("shifts", p.shifts);
  v("rounding", p.rounding);
  v("zero_point", p.zero_point);
  v("clip_min", p.clip_min);
  v("clip_max", p.clip_max);
  v("needs_clip", p.needs_clip);
  v("adds_zero_point", p.has_zero_point);
}

template <class Intermediate, class Visit>
void visit_intermediate(Intermediate& p, Visit&& v) {
  v("bits", p.bits);
  v("shift", p.shift);
  v("bias", p.bias);
}

// What a node's plan holds beside weights and output stages.
struct NodeFields {
  template <class P, class V>
  static void visit(P& p, V&& v) {
    using Plan = std::remove_const_t<P>;
    if constexpr (std::is_same_v<Plan, LinearPlan>) {
      v("weight_bits", p.weights.bits);
      v("weight_inv_step", p.weight_inv_step);
      v("bias", p.bias);
      v("weight_zero_points", p.weight_zero_points);
      v("intermediate", p.intermediate);
      v("late_bias", p.late_bias);
      v("accumulator_bits", p.accumulator.bits);
      v("overflow", p.accumulator.overflow);
      v("requant", p.requant);
    } else if constexpr (std::is_same_v<Plan, SumPlan>) {
      v("multipliers", p.multipliers);
      v("requants", p.requants);
    } else if constexpr (std::is_same_v<Plan, ProductPlan>) {
      v("multiplier", p.multiplier);
      v("requant", p.requant);
    } else if constexpr (std::is_same_v<Plan, PoolPlan>) {
      v("reciprocals", p.reciprocals);
      v("requant", p.requant);
    } else if constexpr (std::is_same_v<Plan, LookupPlan>) {
      v("fraction_bits", p.fraction_bits);
      v("table", p.table);
    } else if constexpr (std::is_same_v<Plan, PreluPlan>) {
      v("positive", p.positive);
      v("slopes", p.slopes);
      v("requant", p.requant);
    } else if constexpr (std::is_same_v<Plan, SoftmaxPlan>) {
      v("fraction_bits", p.fraction_bits);
      v("table", p.table);
      v("bits", p.bits);
    } else if constexpr (std::is_same_v<Plan, ResizePlan>) {
      v("multiplier", p.multiplier);
      v("shift", p.shift);
    }
  }
};

inline const char* kind_of(const NodePlan& plan) {
  static constexpr const char* kKinds[] = {"keeps",   "linear",   "sum",       "product", "pool",
                                           "lookup",  "prelu",    "softmax",   "resize",  "real",
                                           "dynamic", "quantize", "dequantize"};
  static_assert(std::size(kKinds) == std::variant_size_v<NodePlan>);
  return kKinds[plan.index()];
}

}  // namespace mmasim::runtime::quantization
