#include "runtime/import/operators/window_attributes.h"

#include <algorithm>
#include <utility>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"

namespace mmasim::runtime::importing {
namespace {

void require_values(const char* attribute, const std::vector<int64_t>& values, size_t count, int64_t least) {
  if (values.size() != count) {
    refuse(std::string(attribute) + " has " + std::to_string(values.size()) + " values; expected " +
           std::to_string(count) + " (only windows of one or two dimensions are supported)");
  }
  for (int64_t value : values) {
    if (value < least || value > kLargestDimension) {
      refuse(std::string(attribute) + " holds " + std::to_string(value) + "; expected " +
             std::to_string(least) + ".." + std::to_string(kLargestDimension));
    }
  }
}

}  // namespace

FeatureMap read_feature_map(NodeImport& node) {
  FeatureMap map{node.tensor(0), node.shape(0), false};
  if (map.shape.size() == 3) {
    map.is_line = true;
    map.shape.insert(map.shape.begin() + 2, 1);
    map.tensor = node.emit_before("line", Reshape{}, {map.tensor}, map.shape);
  } else if (map.shape.size() != 4) {
    refuse("its input has shape " + shape_text(map.shape) +
           "; expected 4 dimensions N, C, H, W or 3 dimensions N, C, L");
  }
  return map;
}

void emit_map(NodeImport& node, Operator op, TensorId input, bool is_line) {
  if (!is_line) {
    node.emit(std::move(op), {input});
    return;
  }
  const TensorId map = node.emit_before("map", std::move(op), {input});
  Shape line = node.tensor_shape(map);
  line.erase(line.begin() + 2);
  node.emit(Reshape{}, {map}, line);
}

std::vector<int64_t> read_pair(const NodeImport& node, const char* attribute, int64_t absent, int64_t least,
                               bool is_line) {
  if (!node.has(attribute)) return {absent, absent};
  std::vector<int64_t> values = node.integers(attribute);
  require_values(attribute, values, is_line ? 1 : 2, least);
  if (is_line) values.insert(values.begin(), absent);
  return values;
}

Window read_window(const NodeImport& node, const Shape& filter, bool is_line) {
  if (filter.empty() && !node.has("kernel_shape")) refuse("attribute kernel_shape is missing");
  Window window;
  const std::vector<int64_t> kernel =
      node.has("kernel_shape") ? read_pair(node, "kernel_shape", 1, 1, is_line) : filter;
  const std::vector<int64_t> stride = read_pair(node, "strides", 1, 1, is_line);
  const std::vector<int64_t> dilation = read_pair(node, "dilations", 1, 1, is_line);
  for (int side = 0; side < 2; ++side) {
    window.kernel[side] = kernel[side];
    window.stride[side] = stride[side];
    window.dilation[side] = dilation[side];
  }
  if (node.has("pads")) {
    std::vector<int64_t> pads = node.integers("pads");
    require_values("pads", pads, is_line ? 2 : 4, 0);
    if (is_line) pads = {0, pads[0], 0, pads[1]};
    std::copy(pads.begin(), pads.end(), window.pad.begin());
  }
  return window;
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
