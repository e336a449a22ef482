// How each operator of the file becomes nodes of the graph: one function an operator. Tells nothing of opset
// ranges and constraints (see operator_table.cpp).
#pragma once

#include "runtime/import/operators/node_import.h"

namespace mmasim::runtime::importing {

void import_conv(NodeImport& node);
void import_conv_transpose(NodeImport& node);
void import_gemm(NodeImport& node);
void import_matmul(NodeImport& node);

void import_batch_normalization(NodeImport& node);
void import_add(NodeImport& node);
void import_sub(NodeImport& node);
void import_mul(NodeImport& node);
void import_div(NodeImport& node);

void import_relu(NodeImport& node);
void import_clip(NodeImport& node);
void import_leaky_relu(NodeImport& node);
void import_prelu(NodeImport& node);
void import_sigmoid(NodeImport& node);
void import_hard_sigmoid(NodeImport& node);
void import_hard_swish(NodeImport& node);
void import_softmax(NodeImport& node);
void import_argmax(NodeImport& node);

void import_max_pool(NodeImport& node);
void import_average_pool(NodeImport& node);
void import_global_average_pool(NodeImport& node);
void import_reduce_mean(NodeImport& node);

void import_flatten(NodeImport& node);
void import_reshape(NodeImport& node);
void import_squeeze(NodeImport& node);
void import_unsqueeze(NodeImport& node);
void import_transpose(NodeImport& node);
void import_identity(NodeImport& node);
void import_dropout(NodeImport& node);
void import_cast(NodeImport& node);

void import_concat(NodeImport& node);
void import_pad(NodeImport& node);
void import_slice(NodeImport& node);
void import_split(NodeImport& node);
void import_resize(NodeImport& node);
void import_upsample(NodeImport& node);

// Computes a node whose inputs are all constants (or only read for their shape). False if it does not know
// the operator.
bool fold(NodeImport& node);

// Shared by the above and by folding.
int64_t cast_target(const NodeImport& node);     // an onnx::TensorProto::DataType
void align_second_operand(NodeImport& node);     // of Add, Sub, Mul, Div
int64_t normal_axis(int64_t axis, size_t rank);  // negative counts from the end; refuses what is outside
Shape flattened(const Shape& shape, int64_t axis);
Shape reshaped(const NodeImport& node, const Shape& shape);
Shape squeezed(const NodeImport& node, const Shape& shape);
Shape unsqueezed(const NodeImport& node, const Shape& shape);
std::vector<int64_t> permutation(const NodeImport& node, size_t rank);

struct Selection {  // what a Slice takes
  Shape start, step, size;
};
Selection selection(const NodeImport& node, const Shape& shape);

}  // namespace mmasim::runtime::importing
