// relu6: another upper bound for Clip(0, 6), or none.
#include <cmath>
#include <string>

#include "runtime/transform/transform_rows.h"

namespace mmasim::runtime::transforming {
namespace {

bool is_relu6(const Activation& activation) {
  return activation.kind == Activation::Kind::clip && activation.low == 0 &&
         std::fabs(activation.high - 6) < 1e-6;  // bounds come from binary32 files
}

Transformed replace(const Graph& graph, const ChoiceValues& values) {
  Transformed result{graph, {}};
  const double bound = values.at("bound");
  size_t replaced = 0;
  for (Node& node : result.graph.nodes) {
    if (!is_relu6(node.activation)) continue;
    node.activation =
        bound == 0 ? Activation{Activation::Kind::relu, 0, 0} : Activation{Activation::Kind::clip, 0, bound};
    ++replaced;
  }
  result.notes.push_back("relu6: " + std::to_string(replaced) + " activations replaced");
  return result;
}

}  // namespace

TransformInfo replace_relu6() {
  return {"relu6",
          "Clip(0, 6) gets another upper bound, or none: 4 and 8 are what the saturation of power-of-two "
          "grids gives.",
          false,
          false,
          {{"bound", 0, 0, 1e6, "the new upper bound; 0: none, a plain ReLU"}},
          replace};
}

}  // namespace mmasim::runtime::transforming
