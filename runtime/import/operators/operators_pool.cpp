// Pools and means over space.
#include <algorithm>
#include <numeric>
#include <utility>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/operators/operators.h"
#include "runtime/import/operators/window_attributes.h"

namespace mmasim::runtime::importing {
namespace {

// ceil_mode lets the last window reach beyond the input: as many rows and columns as padding at the bottom
// and right would give. A window that would begin there is left out, so none holds padding only.
std::array<int64_t, 2> ceil_padding(const NodeImport& node, const Shape& x, const Window& window) {
  std::array<int64_t, 2> extra{0, 0};
  if (node.integer("ceil_mode", 0) == 0 || node.text("auto_pad", "NOTSET") != "NOTSET") return extra;
  for (int side = 0; side < 2; ++side) {
    const int64_t stride = window.stride[side];
    const int64_t padded = x[side + 2] + window.pad[side] + window.pad[side + 2];
    const int64_t room = padded - window_extent(window, side);
    if (room < 0) continue;  // infer_shape says so
    int64_t outputs = (room + stride - 1) / stride + 1;
    if ((outputs - 1) * stride >= x[side + 2] + window.pad[side]) --outputs;
    extra[side] = std::max<int64_t>(0, (outputs - 1) * stride + window_extent(window, side) - padded);
  }
  return extra;
}

// Over all axes from 2 on; other than two of them are taken as two.
void emit_mean_over_space(NodeImport& node, const Shape& pooled) {
  const TensorId x = node.tensor(0);
  const Shape shape = node.shape(0);
  if (shape.size() == 4) {
    node.emit(GlobalAveragePool{}, {x}, pooled);
    return;
  }
  const Shape map{shape[0], shape[1], element_count(shape) / (shape[0] * shape[1] * shape.back()),
                  shape.back()};
  const TensorId viewed = node.emit_before("map", Reshape{}, {x}, map);
  const TensorId means = node.emit_before("means", GlobalAveragePool{}, {viewed}, {shape[0], shape[1], 1, 1});
  node.emit(Reshape{}, {means}, pooled);
}

}  // namespace

void import_max_pool(NodeImport& node) {
  node.require_first_output_only();
  const FeatureMap x = read_feature_map(node);
  MaxPool op;
  op.window = read_window(node, {}, x.is_line);
  apply_auto_pad(node, x.shape, op.window);
  const std::array<int64_t, 2> extra = ceil_padding(node, x.shape, op.window);
  op.window.pad[2] += extra[0];
  op.window.pad[3] += extra[1];
  emit_map(node, std::move(op), x.tensor, x.is_line);
}

void import_average_pool(NodeImport& node) {
  const FeatureMap x = read_feature_map(node);
  TensorId input = x.tensor;
  AveragePool op;
  op.window = read_window(node, {}, x.is_line);
  apply_auto_pad(node, x.shape, op.window);
  op.count_padding = node.integer("count_include_pad", 0) != 0;
  const std::array<int64_t, 2> extra = ceil_padding(node, x.shape, op.window);
  std::array<int64_t, 4>& pad = op.window.pad;
  if (op.count_padding && extra != std::array<int64_t, 2>{0, 0}) {
    // Declared padding counts and what ceil_mode adds does not: the former becomes zeros, the latter padding.
    input = node.emit_before("padded", Pad{{0, 0, pad[0], pad[1]}, {0, 0, pad[2], pad[3]}}, {input});
    pad = {0, 0, 0, 0};
    op.count_padding = false;
  }
  pad[2] += extra[0];
  pad[3] += extra[1];
  emit_map(node, std::move(op), input, x.is_line);
}

void import_global_average_pool(NodeImport& node) {
  const Shape& shape = node.shape(0);
  if (shape.size() < 3) {
    refuse("its input has shape " + shape_text(shape) + "; expected 3 dimensions or more (N, C and space)");
  }
  Shape pooled(shape.size(), 1);
  pooled[0] = shape[0], pooled[1] = shape[1];
  emit_mean_over_space(node, pooled);
}

namespace {

// An attribute before opset 18, an input since.
std::vector<int64_t> reduced_axes(const NodeImport& node) {
  if (node.opset() < 18) return node.integers("axes");
  if (node.has_input(1)) return node.integer_list(1, "axes");
  if (node.integer("noop_with_empty_axes", 0) != 0)
    refuse("noop_with_empty_axes is 1 (since opset 18); only 0 is supported");
  return {};
}

}  // namespace

void import_reduce_mean(NodeImport& node) {
  const Shape shape = node.shape(0);
  std::vector<int64_t> axes = reduced_axes(node);
  for (int64_t& axis : axes) axis = normal_axis(axis, shape.size());
  std::sort(axes.begin(), axes.end());
  std::vector<int64_t> space(shape.size() > 2 ? shape.size() - 2 : 0);
  std::iota(space.begin(), space.end(), 2);
  if (space.empty() || axes != space) {
    refuse("a mean over axes " + shape_text(axes) + " of an input of shape " + shape_text(shape) +
           "; only the mean over all axes from 2 on (height and width of N, C, H, W) is supported");
  }
  Shape pooled{shape[0], shape[1]};
  if (node.integer("keepdims", 1) != 0) pooled.resize(shape.size(), 1);
  emit_mean_over_space(node, pooled);
}

}  // namespace mmasim::runtime::importing
