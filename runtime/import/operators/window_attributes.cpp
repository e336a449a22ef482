#include "runtime/import/operators/window_attributes.h"

#include <algorithm>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"

namespace mmasim::runtime::importing {
namespace {

void require_values(const char* attribute, const std::vector<int64_t>& values, size_t count, int64_t least) {
  if (values.size() != count) {
    refuse(std::string(attribute) + " has " + std::to_string(values.size()) + " values; expected " +
           std::to_string(count) + " (only two-dimensional windows are supported)");
  }
  for (int64_t value : values) {
    if (value < least || value > kLargestDimension) {
      refuse(std::string(attribute) + " holds " + std::to_string(value) + "; expected " +
             std::to_string(least) + ".." + std::to_string(kLargestDimension));
    }
  }
}

}  // namespace

std::vector<int64_t> read_pair(const NodeImport& node, const char* attribute, int64_t absent, int64_t least) {
  if (!node.has(attribute)) return {absent, absent};
  const std::vector<int64_t> values = node.integers(attribute);
  require_values(attribute, values, 2, least);
  return values;
}

Window read_window(const NodeImport& node, const Shape& filter) {
  if (filter.empty() && !node.has("kernel_shape")) refuse("attribute kernel_shape is missing");
  Window window;
  const std::vector<int64_t> kernel =
      node.has("kernel_shape") ? read_pair(node, "kernel_shape", 1, 1) : filter;
  const std::vector<int64_t> stride = read_pair(node, "strides", 1, 1);
  const std::vector<int64_t> dilation = read_pair(node, "dilations", 1, 1);
  for (int side = 0; side < 2; ++side) {
    window.kernel[side] = kernel[side];
    window.stride[side] = stride[side];
    window.dilation[side] = dilation[side];
  }
  if (node.has("pads")) {
    const std::vector<int64_t> pads = node.integers("pads");
    require_values("pads", pads, 4, 0);
    std::copy(pads.begin(), pads.end(), window.pad.begin());
  }
  return window;
}

void require_feature_map(const Shape& x) {
  if (x.size() != 4) {
    refuse("its input has shape " + shape_text(x) +
           "; expected 4 dimensions N, C, H, W (only two-dimensional windows are supported)");
  }
}

int64_t window_extent(const Window& window, int side) {
  return window.dilation[side] * (window.kernel[side] - 1) + 1;
}

void apply_auto_pad(const NodeImport& node, const Shape& x, Window& window) {
  const std::string mode = node.text("auto_pad", "NOTSET");
  if (mode == "NOTSET") return;
  if (mode != "SAME_UPPER" && mode != "SAME_LOWER" && mode != "VALID") {
    refuse("auto_pad is '" + mode + "'; expected NOTSET, SAME_UPPER, SAME_LOWER or VALID");
  }
  if (window.pad != std::array<int64_t, 4>{0, 0, 0, 0})
    refuse("auto_pad " + mode + " and pads are both given; expected one of them");
  if (mode == "VALID") return;
  for (int side = 0; side < 2; ++side) {
    const int64_t input = x[side + 2], stride = window.stride[side];
    const int64_t output = (input + stride - 1) / stride;
    const int64_t total = std::max<int64_t>(0, (output - 1) * stride + window_extent(window, side) - input);
    const int64_t before = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
    window.pad[side] = before;
    window.pad[side + 2] = total - before;
  }
}

}  // namespace mmasim::runtime::importing
