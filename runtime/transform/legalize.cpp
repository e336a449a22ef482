// Legalize: rewrites a graph as the later steps want it, without changing what it computes. First it is made
// smaller, then what lowering takes for granted of axes and ranks is brought about. One function a rule, each
// sweeping the nodes once; all rules repeat until none finds anything. Does not choose integers, tiles or
// units.
#include <cstddef>

#include "runtime/transform/graph_rewriter.h"
#include "runtime/transform/legalize.h"
#include "runtime/transform/legalize_rules.h"

namespace mmasim::runtime {

namespace importing {
namespace {

using Rule = bool (*)(GraphRewriter&);

constexpr Rule kSimplify[] = {drop_what_computes_nothing,
                              merge_reshapes,
                              merge_concats,
                              recognise_hard_activations,
                              merge_batch_norms,
                              fold_batch_norms,
                              merge_padding,
                              fuse_activations,
                              turn_flattened_gemm_into_convolution,
                              pass_reshapes};
constexpr Rule kPlace[] = {bring_channels_innermost, give_operands_one_rank, split_padding};

template <size_t count>
bool sweep(GraphRewriter& graph, const Rule (&rules)[count]) {
  bool changed = false;
  for (const Rule rule : rules) changed = rule(graph) || changed;
  return changed;
}

}  // namespace
}  // namespace importing

Graph legalize(const Graph& graph) {
  using namespace importing;
  GraphRewriter rewriter(graph);
  do {
    while (sweep(rewriter, kSimplify)) {
    }
  } while (sweep(rewriter, kPlace));
  return rewriter.take();
}

}  // namespace mmasim::runtime
