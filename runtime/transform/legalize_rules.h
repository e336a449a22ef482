// The rules of legalize(). Each sweeps the nodes once and tells whether it changed anything.
#pragma once

#include "runtime/transform/graph_rewriter.h"

namespace mmasim::runtime::importing {

// Views that keep the shape (Identity, Dropout), padding by nothing, whole slices, windows of one element,
// ...
bool drop_what_computes_nothing(GraphRewriter& graph);
bool merge_reshapes(GraphRewriter& graph);  // Reshape of a Reshape
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

}  // namespace mmasim::runtime::importing
