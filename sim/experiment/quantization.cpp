#include "sim/experiment/quantization.h"

#include "runtime/quantize/plan_file.h"
#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

Quantization of_plan(const std::string& file, const runtime::PlanHead& head, const QuantChoice& choice) {
  if (!choice.set.empty() || (choice.precision != "preset" && choice.precision != head.precision)) {
    throw runtime::UserError(file +
                             ": a plan is taken as it is; --precision and --set-quant cannot change it");
  }
  return {file, {}, head.name, head.precision};
}

}  // namespace

Quantization quantization_of(const QuantChoice& choice) {
  const auto& file = choice.plan.empty() ? choice.preset : choice.plan;
  if (const auto head = runtime::read_plan_head(file)) return of_plan(file, *head, choice);
  if (!choice.plan.empty()) throw runtime::UserError(file + ": is no quantization plan");
  Quantization quantization{"", runtime::resolve_preset(choice.preset, choice.precision, choice.set), "", ""};
  quantization.name = quantization.spec.preset;
  quantization.precision = runtime::nominal_precision(quantization.spec);
  return quantization;
}

}  // namespace mmasim::sim
