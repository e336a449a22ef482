// Legalize: rewrites a graph as the later steps want it, without changing what it computes. One function a
// rule, each sweeping the nodes once; all rules repeat until none finds anything. Does not choose integers,
// tiles or units.
#include <algorithm>
#include <optional>

#include "runtime/import/import.h"
#include "runtime/transform/graph_rewriter.h"
#include "runtime/transform/legalize_rules.h"

namespace mmasim::runtime {

Graph legalize(const Graph& graph) {
  using namespace importing;
  GraphRewriter rewriter(graph);
  static constexpr bool (*kRules[])(GraphRewriter&) = {drop_what_computes_nothing,
                                                       merge_reshapes,
                                                       merge_concats,
                                                       recognise_hard_activations,
                                                       merge_batch_norms,
                                                       fold_batch_norms,
                                                       merge_padding,
                                                       fuse_activations,
                                                       turn_flattened_gemm_into_convolution};
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto rule : kRules) changed = rule(rewriter) || changed;
  }
  return rewriter.take();
}

}  // namespace mmasim::runtime
