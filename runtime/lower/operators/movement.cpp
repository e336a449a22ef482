// Operators that compute nothing: Pad, Reshape, Transpose, Slice, and copies between layouts.
#include <stdexcept>

#include "runtime/lower/operators/operators.h"
#include "runtime/lower/operators/permute.h"
#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/tiles/dsp_tile.h"
#include "runtime/lower/tiles/storages.h"

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
  return {shape, in, out, strides_bytes(context.graph.tensors[node.inputs[0]].shape, in.element_size()),
          strides_bytes(shape, out.element_size())};
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
  const auto memory = strides_bytes(shape, from.element_size());
  const auto linear = row_major_strides_bytes(shape, from.element_size());
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

// How a padded tensor is cut: y and x are the padded axes.
struct PaddedView {
  TensorView in, out;
  int64_t pad_y = 0, pad_x = 0;  // before the first row and column
};

// The planes of a rank 4 tensor as they are; else the one padded axis as x, or two that follow each other in
// memory as y and x, with all outside of them and all inside as one.
PaddedView padded_view(const LoweringContext& context, NodeId id, const Pad& op) {
  const auto& node = context.graph.nodes[id];
  const Shape &from = context.graph.tensors[node.inputs[0]].shape,
              &to = context.graph.tensors[node.output].shape;
  PaddedView view{context.view(node.inputs[0]), context.view(node.output)};
  const auto axes = padded_axes(op, to);
  if (!axes) throw std::logic_error(context.place(id) + ": pads axes that are not padded in one step");
  if (axes->planes) {
    view.pad_y = op.before[2], view.pad_x = op.before[3];
    return view;
  }
  const auto inside = memory_strides(to)[axes->x];
  const auto rows = axes->y ? to[*axes->y] : int64_t{1};
  const auto outside = element_count(to) / (inside * to[axes->x] * rows);
  if (axes->y) {
    view.in.dims = {outside, from[*axes->y], from[axes->x], inside};
    view.out.dims = {outside, rows, to[axes->x], inside};
    view.pad_y = op.before[*axes->y];
  } else {
    view.in.dims = {1, outside, from[axes->x], inside};
    view.out.dims = {1, outside, to[axes->x], inside};
  }
  view.pad_x = op.before[axes->x];
  return view;
}

// The output tile is the padded input tile: one load, one store, nothing to compute.
void lower_pad(LoweringContext& context, NodeId id, uint32_t row, const Pad& op) {
  const auto view = padded_view(context, id, op);
  const auto zero = context.tensor_plan(context.graph.nodes[id].inputs[0]).zero_point;
  const auto need = [&](const Region& region) {
    return static_cast<uint64_t>(region.elements() * view.out.element_size());
  };
  for (const auto& region : cut_regions(view.out.dims, need, context.tile_budget_bytes(id))) {
    auto& step = context.schedule.new_step(row);
    auto source = region;
    source.y0 -= view.pad_y, source.y1 -= view.pad_y, source.x0 -= view.pad_x, source.x1 -= view.pad_x;
    const auto tile = load_tile(context, step, view.in, source, zero);
    store_tile(context, step, view.out, region, tile);
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
