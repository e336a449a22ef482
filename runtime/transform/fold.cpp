// bn_fold: the rule of legalize() on its own, for networks whose normalizations other rewrites laid bare.
#include "runtime/transform/graph_rewriter.h"
#include "runtime/transform/legalize_rules.h"
#include "runtime/transform/transform_rows.h"

namespace mmasim::runtime::transforming {

TransformInfo fold_batch_norms_row() {
  return {"bn_fold",
          "BatchNorm behind Conv, ConvTranspose or Gemm goes into weights and bias, in binary64; every "
          "network undergoes it on import.",
          true,
          false,
          {},
          [](const Graph& graph, const ChoiceValues&) {
            importing::GraphRewriter rewriter(graph);
            while (importing::merge_batch_norms(rewriter) || importing::fold_batch_norms(rewriter)) {
            }
            return Transformed{rewriter.take(), {}};
          }};
}

}  // namespace mmasim::runtime::transforming
