// Pools and means over space.
#include <algorithm>

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

}  // namespace

void import_max_pool(NodeImport& node) {
  const TensorId x = node.tensor(0);
  const Shape& shape = node.shape(0);
  require_feature_map(shape);
  node.require_first_output_only();
  MaxPool op;
  op.window = read_window(node, {});
  apply_auto_pad(node, shape, op.window);
  const std::array<int64_t, 2> extra = ceil_padding(node, shape, op.window);
  op.window.pad[2] += extra[0];
  op.window.pad[3] += extra[1];
  node.emit(std::move(op), {x});
}

void import_average_pool(NodeImport& node) {
  TensorId x = node.tensor(0);
  const Shape shape = node.shape(0);
  require_feature_map(shape);
  AveragePool op;
  op.window = read_window(node, {});
  apply_auto_pad(node, shape, op.window);
  op.count_padding = node.integer("count_include_pad", 0) != 0;
  const std::array<int64_t, 2> extra = ceil_padding(node, shape, op.window);
  std::array<int64_t, 4>& pad = op.window.pad;
  if (op.count_padding && extra != std::array<int64_t, 2>{0, 0}) {
    // Declared padding counts and what ceil_mode adds does not: the former becomes zeros, the latter padding.
    x = node.emit_before("padded", Pad{{0, 0, pad[0], pad[1]}, {0, 0, pad[2], pad[3]}}, {x});
    pad = {0, 0, 0, 0};
    op.count_padding = false;
  }
  pad[2] += extra[0];
  pad[3] += extra[1];
  node.emit(std::move(op), {x});
}

void import_global_average_pool(NodeImport& node) {
  require_feature_map(node.shape(0));
  node.emit(GlobalAveragePool{}, {node.tensor(0)});
}

void import_reduce_mean(NodeImport& node) {
  const TensorId x = node.tensor(0);
  const Shape shape = node.shape(0);
  std::vector<int64_t> axes = node.integers("axes");
  for (int64_t& axis : axes) axis = normal_axis(axis, shape.size());
  std::sort(axes.begin(), axes.end());
  if (shape.size() != 4 || axes != std::vector<int64_t>{2, 3}) {
    refuse("a mean over axes " + shape_text(axes) + " of an input of shape " + shape_text(shape) +
           "; only the mean over height and width (axes 2 and 3 of N, C, H, W) is supported");
  }
  const Shape pooled =
      node.integer("keepdims", 1) != 0 ? Shape{shape[0], shape[1], 1, 1} : Shape{shape[0], shape[1]};
  node.emit(GlobalAveragePool{}, {x}, pooled);
}

}  // namespace mmasim::runtime::importing
