// kernel_shape, strides, pads, dilations and auto_pad, which convolutions and pools share.
#pragma once

#include "runtime/import/operators/node_import.h"

namespace mmasim::runtime::importing {

// Reads and checks them. `filter` is the weights' kernel (kernel_shape may be absent then), or empty for
// pools. auto_pad is not yet applied.
Window read_window(const NodeImport& node, const Shape& filter);

void require_feature_map(const Shape& x);  // N, C, H, W

// Turns auto_pad SAME_UPPER, SAME_LOWER and VALID into explicit padding.
void apply_auto_pad(const NodeImport& node, const Shape& x, Window& window);

std::vector<int64_t> read_pair(const NodeImport& node, const char* attribute, int64_t absent, int64_t least);

int64_t window_extent(const Window& window, int side);  // dilated kernel

}  // namespace mmasim::runtime::importing
