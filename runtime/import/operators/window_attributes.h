// kernel_shape, strides, pads, dilations and auto_pad, which convolutions and pools share.
#pragma once

#include "runtime/import/operators/node_import.h"

namespace mmasim::runtime::importing {

// What windows go over: N, C, H, W. N, C, L is seen as maps of one row.
struct FeatureMap {
  TensorId tensor = 0;
  Shape shape;
  bool is_line = false;  // the file has N, C, L; its attributes have one value a side less
};

// Input 0 of the node as a map; a line becomes one by a Reshape before the node's own work.
FeatureMap read_feature_map(NodeImport& node);

// The node's result, which for a line loses its height again.
void emit_map(NodeImport& node, Operator op, TensorId input, bool is_line);

// Reads and checks them. `filter` is the weights' kernel (kernel_shape may be absent then), or empty for
// pools. auto_pad is not yet applied.
Window read_window(const NodeImport& node, const Shape& filter, bool is_line);

// Turns auto_pad SAME_UPPER, SAME_LOWER and VALID into explicit padding.
void apply_auto_pad(const NodeImport& node, const Shape& x, Window& window);

// One value a side; that of the height of a line is `absent`, as of an attribute that is not there.
std::vector<int64_t> read_pair(const NodeImport& node, const char* attribute, int64_t absent, int64_t least,
                               bool is_line);

int64_t window_extent(const Window& window, int side);  // dilated kernel

}  // namespace mmasim::runtime::importing
