// How each operator of the importer's table is drawn: attributes, constants and result shapes in every form
// the standard gives it. Draws little that the importer's table rules out; a refusal costs a graph.
#pragma once

#include <string>
#include <vector>

#include "tests/random_graphs/drawing.h"

namespace mmasim::random_graphs {

struct DrawnOperator {
  std::string onnx_name;  // of the importer's table
  void (*draw)(Drawing&);
  int64_t first_opset = 7, last_opset = 17;
};

// Simplest first.
const std::vector<DrawnOperator>& drawn_operators();

// operators_weights.cpp
void draw_conv(Drawing&);
void draw_conv_transpose(Drawing&);
void draw_gemm(Drawing&);
void draw_matmul(Drawing&);
void draw_batch_normalization(Drawing&);

// operators_elementwise.cpp
void draw_add(Drawing&);
void draw_sub(Drawing&);
void draw_mul(Drawing&);
void draw_div(Drawing&);
void draw_prelu(Drawing&);
void draw_clip(Drawing&);
void draw_relu(Drawing&);
void draw_leaky_relu(Drawing&);
void draw_sigmoid(Drawing&);
void draw_hard_sigmoid(Drawing&);
void draw_hard_swish(Drawing&);
void draw_softmax(Drawing&);
void draw_argmax(Drawing&);

// operators_pool.cpp
void draw_max_pool(Drawing&);
void draw_average_pool(Drawing&);
void draw_global_average_pool(Drawing&);
void draw_reduce_mean(Drawing&);
void draw_resize(Drawing&);
void draw_upsample(Drawing&);

// operators_view.cpp
void draw_flatten(Drawing&);
void draw_reshape(Drawing&);
void draw_squeeze(Drawing&);
void draw_unsqueeze(Drawing&);
void draw_transpose(Drawing&);
void draw_identity(Drawing&);
void draw_dropout(Drawing&);
void draw_cast(Drawing&);

// operators_selection.cpp
void draw_concat(Drawing&);
void draw_pad(Drawing&);
void draw_slice(Drawing&);
void draw_split(Drawing&);

// operators_constant.cpp: what is computed of constants, and something that uses it
void draw_ceil(Drawing&);
void draw_floor(Drawing&);
void draw_constant(Drawing&);
void draw_constant_of_shape(Drawing&);
void draw_gather(Drawing&);
void draw_shape(Drawing&);

}  // namespace mmasim::random_graphs
