// Legalize: rewrites a graph as the later steps want it, without changing what it computes. First it is made
// smaller, then what lowering takes for granted of axes and ranks is brought about. One function a rule, each
// sweeping the nodes once; all rules repeat until none finds anything. Does not choose integers, tiles or
// units.
#include "runtime/transform/legalize.h"
#include "runtime/transform/graph_rewriter.h"
#include "runtime/transform/legalize_rules.h"

namespace mmasim::runtime {

namespace importing {
namespace {

bool sweep(GraphRewriter& graph, LegalizeRule::Stage stage) {
  bool changed = false;
  for (const LegalizeRule& rule : legalize_rules())
    if (rule.stage == stage) changed = rule.apply(graph) || changed;
  return changed;
}

}  // namespace

const std::vector<LegalizeRule>& legalize_rules() {
  using Stage = LegalizeRule::Stage;
  static const std::vector<LegalizeRule> table{
      {"drop_what_computes_nothing", Stage::simplify, drop_what_computes_nothing,
       "Views that keep the shape, padding by nothing, whole slices, windows of one element go."},
      {"merge_reshapes", Stage::simplify, merge_reshapes,
       "A Reshape of a Reshape becomes one; one that undoes another goes."},
      {"merge_concats", Stage::simplify, merge_concats,
       "A Concat of a Concat along the same axis becomes one."},
      {"recognise_hard_activations", Stage::simplify, recognise_hard_activations,
       "Clip(x + 3, 0, 6) / 6 is HardSigmoid, x * HardSigmoid(x) is HardSwish."},
      {"merge_batch_norms", Stage::simplify, merge_batch_norms, "A BatchNorm of a BatchNorm becomes one."},
      {"fold_batch_norms", Stage::simplify, fold_batch_norms,
       "BatchNorm behind Conv, ConvTranspose or Gemm goes into weights and bias, in binary64."},
      {"merge_padding", Stage::simplify, merge_padding,
       "Padding by zeros goes into the Conv behind it, or into an AveragePool that counts padding."},
      {"fuse_activations", Stage::simplify, fuse_activations,
       "Relu and Clip go into the operator before them."},
      {"turn_flattened_gemm_into_convolution", Stage::simplify, turn_flattened_gemm_into_convolution,
       "Whole maps as rows of a Gemm become a convolution by the whole map."},
      {"pass_reshapes", Stage::simplify, pass_reshapes,
       "An operator of elements between two Reshapes that undo each other runs before both."},
      {"bring_channels_innermost", Stage::place, bring_channels_innermost,
       "An operator along other axes than the innermost in memory gets a Reshape before and behind it."},
      {"give_operands_one_rank", Stage::place, give_operands_one_rank,
       "Operands of Add, Sub and Mul get one rank."},
      {"split_padding", Stage::place, split_padding, "Padding is cut into what one step can do."},
  };
  return table;
}

}  // namespace importing

Graph legalize(const Graph& graph) {
  using namespace importing;
  GraphRewriter rewriter(graph);
  do {
    while (sweep(rewriter, LegalizeRule::Stage::simplify)) {
    }
  } while (sweep(rewriter, LegalizeRule::Stage::place));
  Graph legal = rewriter.take();
  verify(legal);
  return legal;
}

}  // namespace mmasim::runtime
