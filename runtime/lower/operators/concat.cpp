// Concat: every input is rescaled into its place in the result. Along the innermost axes the inputs' pieces
// meet in one tile and leave together; otherwise each input goes to its own stretch of the result.
#include <algorithm>
#include <type_traits>
#include <variant>

#include "runtime/lower/operators/operators.h"
#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/tiles/dsp_tile.h"

namespace mmasim::runtime {

namespace {

// Concat along an axis of the memory order is rows of pieces: `outer` rows, of each input `inner` elements.
struct Piece {
  TensorView view;                                          // dims {1, 1, outer, inner}
  std::variant<isa::DspRescale, isa::DspFunctionF32> copy;  // integers change their grid, reals do not
};

isa::DspFunctionF32 copy_of_reals(const RealPlan& plan) {
  isa::DspFunctionF32 copy;
  copy.low = plan.low, copy.high = plan.high;
  return copy;
}

isa::DspRescale rescale_of(const LoweringContext& context, NodeId id, size_t input) {
  const auto& plan = std::get<SumPlan>(context.plan.nodes[id]);
  isa::DspRescale rescale;
  set_finish(rescale, plan.requants.at(input), context.has_values());
  if (context.has_values()) {
    rescale.multiplier = plan.multipliers.at(input);
    rescale.src_zero = context.tensor_plan(context.graph.nodes[id].inputs[input]).zero_point;
  }
  return rescale;
}

void issue_copy(StepEmitter& emit, const Piece& piece, const TensorView& out_view, int64_t columns,
                int64_t channels, const Tile& source, const Tile& out, uint64_t out_offset) {
  std::visit(
      [&](auto work) {
        if constexpr (std::is_same_v<decltype(work), isa::DspRescale>)
          work.src_type = piece.view.element, work.dst_type = out_view.element;
        set_tile(work, 1, columns, channels);
        set_source(work, emit.address(source.buffer, source.offset), source);
        set_destination(work, emit.address(out.buffer, out_offset), out);
        emit.issue(work);
      },
      piece.copy);
}

int64_t inner_elements(const Shape& shape, int64_t axis) {
  const auto at = static_cast<size_t>(axis);
  return memory_strides(shape)[at] * shape[at];
}

std::vector<Piece> pieces_of(const LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  const auto* real = std::get_if<RealPlan>(&context.plan.nodes[id]);
  const auto axis = std::get<Concat>(node.op).axis;
  std::vector<Piece> pieces;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    Piece piece{context.view(node.inputs[i]), {}};
    const auto inner = inner_elements(context.graph.tensors[node.inputs[i]].shape, axis);
    piece.view.dims = {1, 1, piece.view.dims.elements() / inner, inner};
    if (real != nullptr)
      piece.copy = copy_of_reals(*real);
    else
      piece.copy = rescale_of(context, id, i);
    pieces.push_back(piece);
  }
  return pieces;
}

int64_t channels_of(const std::vector<Piece>& pieces) {
  int64_t sum = 0;
  for (const auto& piece : pieces) sum += piece.view.dims.c;
  return sum;
}

// Several inputs' pieces of some rows, side by side in one output tile.
void add_joint_step(LoweringContext& context, uint32_t row, const std::vector<Piece>& pieces,
                    const TensorView& out_view, const Region& region) {
  auto& step = context.schedule.new_step(row);
  std::vector<Tile> sources;
  for (const auto& piece : pieces) {
    auto part = region;
    part.c0 = 0, part.c1 = piece.view.dims.c;
    sources.push_back(load_tile(context, step, piece.view, part, 0));
  }
  const auto out = output_tile(context, step, out_view, region);
  step.compute = [pieces, sources, out, out_view, region](StepEmitter& emit) {
    uint64_t at = out.offset;
    for (size_t i = 0; i < pieces.size(); ++i) {
      issue_copy(emit, pieces[i], out_view, region.columns(), pieces[i].view.dims.c, sources[i], out, at);
      at += static_cast<uint64_t>(pieces[i].view.dims.c * out_view.element_size());
    }
  };
  store_tile(context, step, out_view, region, out);
}

// One input's stretch of one row, in as many steps as it takes.
void add_stretch_steps(LoweringContext& context, uint32_t row, const Piece& piece, const TensorView& out_view,
                       int64_t channel, uint64_t budget) {
  const auto size = piece.view.element_size() + out_view.element_size();
  const auto need = [&](const Region& region) { return static_cast<uint64_t>(region.elements() * size); };
  for (const auto& region : cut_regions(piece.view.dims, need, budget)) {
    auto& step = context.schedule.new_step(row);
    auto target = region;
    target.c0 += channel, target.c1 += channel;
    const auto src = load_tile(context, step, piece.view, region, 0);
    const auto out = output_tile(context, step, out_view, target);
    step.compute = [piece, src, out, out_view, region](StepEmitter& emit) {
      issue_copy(emit, piece, out_view, region.columns(), region.channels(), src, out, out.offset);
    };
    store_tile(context, step, out_view, target, out);
  }
}

// Loads of a step and of the one before it must fit into a DMA queue.
constexpr size_t kPiecesTogether = 6;

void add_group(LoweringContext& context, uint32_t row, const std::vector<Piece>& group, const TensorView& out,
               int64_t channel, uint64_t budget) {
  const auto inner = channels_of(group);
  const auto size = group[0].view.element_size() + out.element_size();
  const auto need = [&](const Region& region) {
    return static_cast<uint64_t>(region.columns() * inner * size);
  };
  if (2 * need({0, 1, 0, 1, 0, 1, 0, inner}) <= budget) {
    const Dims rows{1, 1, out.dims.w, inner};
    for (auto region : cut_regions(rows, need, budget)) {
      region.c0 = channel, region.c1 = channel + inner;
      add_joint_step(context, row, group, out, region);
    }
    return;
  }
  for (const auto& piece : group) {
    add_stretch_steps(context, row, piece, out, channel, budget);
    channel += piece.view.dims.c;
  }
}

}  // namespace

void lower_concat(LoweringContext& context, NodeId id) {
  const auto row = begin_layer(context, id, "concat", isa::Setup::light);
  context.schedule.layers[row].dataflow = "dsp";
  const auto pieces = pieces_of(context, id);
  auto out = context.view(context.graph.nodes[id].output);
  const auto inner = channels_of(pieces);
  out.dims = {1, 1, out.dims.elements() / inner, inner};
  const auto budget = context.tile_budget_bytes(id);
  int64_t channel = 0;
  for (size_t first = 0; first < pieces.size(); first += kPiecesTogether) {
    const auto end = std::min(first + kPiecesTogether, pieces.size());
    const std::vector<Piece> group(pieces.begin() + static_cast<ptrdiff_t>(first),
                                   pieces.begin() + static_cast<ptrdiff_t>(end));
    add_group(context, row, group, out, channel, budget);
    channel += channels_of(group);
  }
}

}  // namespace mmasim::runtime
