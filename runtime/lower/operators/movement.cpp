// Operators that compute nothing: Pad, Reshape, Transpose, Slice, and copies between layouts.
#include <algorithm>

#include "runtime/lower/operators/permute.h"
#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/tiles/dsp_tile.h"
#include "runtime/lower/tiles/storages.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

// A copy of elements from one tensor to another: both views, and the strides of their logical axes in memory.
struct Rearrangement {
  const Shape& shape;  // of the result
  TensorView in, out;
  std::vector<int64_t> from, to;
};

Rearrangement rearrangement(const LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  const auto& shape = context.graph.tensors[node.output].shape;
  const auto in = context.view(node.inputs[0]), out = context.view(node.output);
  return {
      shape, in, out,
      strides_bytes(context.graph.tensors[node.inputs[0]].shape, static_cast<uint32_t>(in.element_size())),
      strides_bytes(shape, static_cast<uint32_t>(out.element_size()))};
}

void lower_transpose(LoweringContext& context, NodeId id, uint32_t row, const Transpose& op) {
  const auto r = rearrangement(context, id);
  std::vector<CopyAxis> axes;
  for (size_t d = 0; d < r.shape.size(); ++d)
    axes.push_back({r.shape[d], r.from[static_cast<size_t>(op.permutation[d])], r.to[d]});
  add_permute_step(context, row, r.in, 0, r.out, 0, axes);
}

void lower_slice(LoweringContext& context, NodeId id, uint32_t row, const Slice& op) {
  const auto r = rearrangement(context, id);
  std::vector<CopyAxis> axes;
  int64_t offset = 0;
  for (size_t d = 0; d < r.shape.size(); ++d) {
    axes.push_back({r.shape[d], r.from[d] * op.step[d], r.to[d]});
    offset += op.start[d] * r.from[d];
  }
  add_permute_step(context, row, r.in, offset, r.out, 0, axes);
}

// From memory order to logical order of `shape`, or back.
void add_linearize_step(LoweringContext& context, uint32_t row, const TensorView& from, const TensorView& to,
                        const Shape& shape, bool to_linear) {
  const auto memory = strides_bytes(shape, static_cast<uint32_t>(from.element_size()));
  const auto linear = row_major_strides(shape, from.element_size());
  std::vector<CopyAxis> axes;
  for (size_t d = 0; d < shape.size(); ++d)
    axes.push_back({shape[d], to_linear ? memory[d] : linear[d], to_linear ? linear[d] : memory[d]});
  add_permute_step(context, row, from, 0, to, 0, axes);
}

void lower_reshape(LoweringContext& context, NodeId id, uint32_t row) {
  const auto& node = context.graph.nodes[id];
  const auto& from_shape = context.graph.tensors[node.inputs[0]].shape;
  const auto& to_shape = context.graph.tensors[node.output].shape;
  const auto in = context.view(node.inputs[0]), out = context.view(node.output);
  if (is_linear(to_shape)) return add_linearize_step(context, row, in, out, from_shape, true);
  if (is_linear(from_shape)) return add_linearize_step(context, row, in, out, to_shape, false);
  auto between = in;
  between.storage = add_ddr_scratch(context, in.bytes(), node.name + ":linear");
  add_linearize_step(context, row, in, between, from_shape, true);
  add_linearize_step(context, row, between, out, to_shape, false);
}

void require_plane_padding(const LoweringContext& context, NodeId id, const Pad& op) {
  for (size_t axis = 0; axis < op.before.size(); ++axis) {
    const bool plane = op.before.size() == 4 && axis >= 2;
    if (!plane && (op.before[axis] != 0 || op.after[axis] != 0)) {
      throw UserError(context.place(id) + ": pads axis " + std::to_string(axis) +
                      "; only the height and width of a rank 4 tensor can be padded");
    }
  }
}

// The output tile is the padded input tile: one load, one store, nothing to compute.
void lower_pad(LoweringContext& context, NodeId id, uint32_t row, const Pad& op) {
  const auto& node = context.graph.nodes[id];
  const auto in = context.view(node.inputs[0]), out = context.view(node.output);
  const auto zero = context.tensor_plan(node.inputs[0]).zero_point;
  require_plane_padding(context, id, op);
  const bool channels_last = context.graph.tensors[node.output].shape.size() == 4;
  const auto pad_y = channels_last ? op.before[2] : 0, pad_x = channels_last ? op.before[3] : 0;
  const auto need = [&](const Region& region) {
    return static_cast<uint64_t>(region.elements() * out.element_size());
  };
  for (const auto& region : cut_regions(out.dims, need, context.tile_budget_bytes(id))) {
    auto& step = context.schedule.new_step(row);
    auto source = region;
    source.y0 -= pad_y, source.y1 -= pad_y, source.x0 -= pad_x, source.x1 -= pad_x;
    const auto tile = load_tile(context, step, in, source, zero);
    store_tile(context, step, out, region, tile);
  }
}

}  // namespace

void lower_movement(LoweringContext& context, NodeId id) {
  const auto& op = context.graph.nodes[id].op;
  const bool is_pad = std::holds_alternative<Pad>(op);
  const auto row = begin_layer(context, id, is_pad ? "pad" : "layout", isa::Setup::light);
  context.schedule.layers[row].dataflow = is_pad ? "dma" : "dsp";
  if (const auto* pad = std::get_if<Pad>(&op)) return lower_pad(context, id, row, *pad);
  if (const auto* transpose = std::get_if<Transpose>(&op))
    return lower_transpose(context, id, row, *transpose);
  if (const auto* slice = std::get_if<Slice>(&op)) return lower_slice(context, id, row, *slice);
  lower_reshape(context, id, row);
}

}  // namespace mmasim::runtime
