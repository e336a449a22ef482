// The rules of legalize(). Each sweeps the nodes once and tells whether it changed anything.
#pragma once

#include <vector>

#include "runtime/transform/graph_rewriter.h"

namespace mmasim::runtime::importing {

// In the order in which they are tried. Rules that make the graph smaller repeat until none finds anything,
// then those that bring about what lowering takes for granted have their turn, and so on.
struct LegalizeRule {
  enum class Stage : uint8_t { simplify, place };
  const char* name;
  Stage stage;
  bool (*apply)(GraphRewriter& graph);
  const char* sentence;
};
const std::vector<LegalizeRule>& legalize_rules();

// Views that keep the shape (Identity, Dropout), padding by nothing, whole slices, windows of one element,
// ...
bool drop_what_computes_nothing(GraphRewriter& graph);
bool merge_reshapes(GraphRewriter& graph);  // Reshape of a Reshape; one that undoes another goes
bool merge_concats(GraphRewriter& graph);   // concat(concat(a, b), c)
// Clip(x + 3, 0, 6) / 6 is HardSigmoid; x * HardSigmoid(x) is HardSwish.
bool recognise_hard_activations(GraphRewriter& graph);
bool merge_batch_norms(GraphRewriter& graph);  // BatchNorm of a BatchNorm
// BatchNorm behind Conv, ConvTranspose or Gemm goes into weight_scale and bias, in binary64.
bool fold_batch_norms(GraphRewriter& graph);
bool merge_padding(GraphRewriter& graph);  // zero Pad before Conv, or before AveragePool that counts padding
bool fuse_activations(GraphRewriter& graph);
// Reshape of whole maps to rows, then Gemm: a convolution by the whole map, then a view.
bool turn_flattened_gemm_into_convolution(GraphRewriter& graph);

// An operator of elements between two Reshapes, of which the second undoes the first, runs before both.
bool pass_reshapes(GraphRewriter& graph);

// What lowering takes for granted, brought about by nodes of their own (legalize_axes.cpp).
bool bring_channels_innermost(GraphRewriter& graph);  // where an operator works along other axes in memory
bool give_operands_one_rank(GraphRewriter& graph);    // of Add, Sub and Mul
bool split_padding(GraphRewriter& graph);             // into what one step can do

}  // namespace mmasim::runtime::importing
