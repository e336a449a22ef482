// Elementwise operators on the DSP: Clip, Prelu, Unary, Add, Sub, Mul.
#include <iterator>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "runtime/graph/shape_text.h"
#include "runtime/lower/operators/axis_checks.h"
#include "runtime/lower/operators/operators.h"
#include "runtime/lower/operators/real.h"
#include "runtime/lower/operators/tile_steps.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

TensorView flattened(TensorView view) {
  view.dims = {1, 1, view.dims.positions(), view.dims.c};
  return view;
}

// The part of an operand that a region of the result needs.
Region broadcast_region(const TensorView& operand, Region region) {
  if (operand.dims.n == 1) region.n0 = 0, region.n1 = 1;
  if (operand.dims.h == 1) region.y0 = 0, region.y1 = 1;
  if (operand.dims.w == 1) region.x0 = 0, region.x1 = 1;
  if (operand.dims.c == 1) region.c0 = 0, region.c1 = 1;
  return region;
}

// Both operands have the result's extents or 1 in each. Only the second may repeat along the channels.
struct Pair {
  TensorView a, b, out;
  size_t first = 0;  // which of the node's inputs a is
  size_t second() const { return 1 - first; }
};

// Extents of the three as n, h, w, c.
struct PairDims {
  Dims a, b, out;
};

constexpr int64_t Dims::*kInnermostFirst[] = {&Dims::c, &Dims::w, &Dims::h, &Dims::n};

using AxisGroups = std::vector<std::vector<size_t>>;

// Axes that follow each other in memory are taken as one where each operand repeats along all or along none.
AxisGroups groups_of_pair(const Shape& a, const Shape& b, const Shape& out) {
  return axis_groups(out, [&](size_t outside, size_t inside) {
    return (a[outside] == 1) == (a[inside] == 1) && (b[outside] == 1) == (b[inside] == 1);
  });
}

PairDims merged_dims(const Shape& a, const Shape& b, const Shape& out, const AxisGroups& groups) {
  PairDims dims;
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto extent = kInnermostFirst[groups.size() - 1 - i];
    for (const auto axis : groups[i]) {
      dims.a.*extent *= a[axis], dims.b.*extent *= b[axis], dims.out.*extent *= out[axis];
    }
  }
  return dims;
}

// "0, 1 to 2, 4"
std::string text(const AxisGroups& groups) {
  std::string found;
  for (const auto& group : groups) {
    found += (found.empty() ? "" : ", ") + std::to_string(group.front());
    if (group.size() > 1) found += " to " + std::to_string(group.back());
  }
  return found;
}

PairDims pair_dims(const LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  const auto shape = [&](TensorId tensor) -> const Shape& { return context.graph.tensors[tensor].shape; };
  const Shape &a = shape(node.inputs[0]), &b = shape(node.inputs[1]), &out = shape(node.output);
  if (a.size() != out.size() || b.size() != out.size()) {
    throw std::logic_error(context.place(id) + ": operands of shapes " + shape_text(a) + " and " +
                           shape_text(b) + " do not have the rank of the result " + shape_text(out));
  }
  if (out.size() == 2 || out.size() == 4) return {dims_of(a), dims_of(b), dims_of(out)};
  const auto groups = groups_of_pair(a, b, out);
  constexpr auto kMostGroups = std::size(kInnermostFirst);
  if (groups.size() > kMostGroups) {
    throw UserError(context.place(id) + ": operands of shapes " + shape_text(a) + " and " + shape_text(b) +
                    " repeat along " + std::to_string(groups.size()) + " separate groups of axes (" +
                    text(groups) + "); at most " + std::to_string(kMostGroups) + " are supported");
  }
  return merged_dims(a, b, out, groups);
}

Pair pair_up(const LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  Pair pair{context.view(node.inputs[0]), context.view(node.inputs[1]), context.view(node.output)};
  if (node.inputs[0] == node.inputs[1] ||
      context.graph.tensors[node.inputs[0]].shape == context.graph.tensors[node.inputs[1]].shape) {
    pair.a = flattened(pair.a), pair.b = flattened(pair.b), pair.out = flattened(pair.out);
    return pair;
  }
  const auto dims = pair_dims(context, id);
  pair.a.dims = dims.a, pair.b.dims = dims.b, pair.out.dims = dims.out;
  if (pair.a.dims.c != pair.out.dims.c) std::swap(pair.a, pair.b), pair.first = 1;
  return pair;
}

// Between rows or positions of an operand: none where it repeats.
int64_t stride_of(int64_t operand_extent, int64_t result_extent, int64_t pitch) {
  return operand_extent == 1 && result_extent > 1 ? 0 : pitch;
}

template <class Instruction>
void set_operands(Instruction& work, StepEmitter& emit, const Pair& pair, const Tile& a, const Tile& b,
                  const Tile& out, const Region& region) {
  set_tile(work, region.rows(), region.columns(), region.channels());
  work.a = emit.address(a.buffer, a.offset);
  work.b = emit.address(b.buffer, b.offset);
  set_destination(work, emit.address(out.buffer, out.offset), out);
  if constexpr (!std::is_same_v<Instruction, isa::DspCombineF32>)
    work.a_type = pair.a.element, work.b_type = pair.b.element, work.dst_type = pair.out.element;
  work.a_y_stride = field(stride_of(pair.a.dims.h, pair.out.dims.h, a.pitch_y), "a_y_stride");
  work.a_x_stride = field(stride_of(pair.a.dims.w, pair.out.dims.w, a.pitch_x), "a_x_stride");
  work.b_y_stride = field(pair.b.dims.h == 1 ? 0 : b.pitch_y, "b_y_stride");
  work.b_x_stride = field(pair.b.dims.w == 1 ? 0 : b.pitch_x, "b_x_stride");
  work.b_channels = field(pair.b.dims.c == 1 ? 1 : region.channels(), "b_channels");
}

template <class Instruction>
void add_pair_steps(LoweringContext& context, NodeId id, uint32_t row, const Pair& pair,
                    const Instruction& prototype) {
  const auto bytes_of = [](const TensorView& operand, const Region& region) {
    return broadcast_region(operand, region).elements() * operand.element_size();
  };
  const auto need = [&](const Region& region) {
    return static_cast<uint64_t>(bytes_of(pair.a, region) + bytes_of(pair.b, region) +
                                 region.elements() * pair.out.element_size());
  };
  for (const auto& region : cut_regions(pair.out.dims, need, context.tile_budget_bytes(id))) {
    auto& step = context.schedule.new_step(row);
    const auto a = load_tile(context, step, pair.a, broadcast_region(pair.a, region), 0);
    const auto b = load_tile(context, step, pair.b, broadcast_region(pair.b, region), 0);
    const auto out = output_tile(context, step, pair.out, region);
    step.compute = [pair, a, b, out, region, prototype](StepEmitter& emit) {
      auto work = prototype;
      set_operands(work, emit, pair, a, b, out, region);
      emit.issue(work);
    };
    store_tile(context, step, pair.out, region, out);
  }
}

void lower_sum(LoweringContext& context, NodeId id, uint32_t row) {
  const auto& node = context.graph.nodes[id];
  const auto& plan = std::get<SumPlan>(context.plan.nodes[id]);
  const auto pair = pair_up(context, id);
  isa::DspAdd work;
  set_finish(work, plan.requants.at(0), context.has_values());
  if (context.has_values()) {
    work.a_multiplier = plan.multipliers.at(pair.first),
    work.b_multiplier = plan.multipliers.at(pair.second());
    work.a_zero = context.tensor_plan(node.inputs[pair.first]).zero_point;
    work.b_zero = context.tensor_plan(node.inputs[pair.second()]).zero_point;
  }
  add_pair_steps(context, id, row, pair, work);
}

void lower_product(LoweringContext& context, NodeId id, uint32_t row) {
  const auto& node = context.graph.nodes[id];
  const auto& plan = std::get<ProductPlan>(context.plan.nodes[id]);
  const auto pair = pair_up(context, id);
  isa::DspMultiply work;
  set_finish(work, plan.requant, context.has_values());
  if (context.has_values()) {
    work.multiplier = plan.multiplier;
    work.a_zero = context.tensor_plan(node.inputs[pair.first]).zero_point;
    work.b_zero = context.tensor_plan(node.inputs[pair.second()]).zero_point;
  }
  add_pair_steps(context, id, row, pair, work);
}

// One operand, with a table of constants (or none) beside it.
template <class Instruction, class Set>
void add_single_steps(LoweringContext& context, NodeId id, uint32_t row, const Instruction& prototype,
                      const std::optional<ConstantTable>& table, Set set) {
  const auto& node = context.graph.nodes[id];
  TileSteps steps(flattened(context.view(node.inputs[0])), flattened(context.view(node.output)));
  steps.table = table;
  const auto src_type = steps.in.element, dst_type = steps.out.element;
  add_tile_steps(context, id, row, steps, prototype,
                 [=](Instruction& work, const Region&, const Region& target, isa::Address at) {
                   work.src_type = src_type, work.dst_type = dst_type;
                   set_tile(work, target.rows(), target.columns(), target.channels());
                   set(work, at, target);
                 });
}

void lower_clip(LoweringContext& context, NodeId id, uint32_t row) {
  const auto& plan = std::get<SumPlan>(context.plan.nodes[id]);
  isa::DspRescale work;
  set_finish(work, plan.requants.at(0), context.has_values());
  if (context.has_values()) {
    work.multiplier = plan.multipliers.at(0);
    work.src_zero = context.tensor_plan(context.graph.nodes[id].inputs[0]).zero_point;
  }
  add_single_steps(context, id, row, work, std::nullopt,
                   [](isa::DspRescale&, isa::Address, const Region&) {});
}

void lower_prelu(LoweringContext& context, NodeId id, uint32_t row, const Prelu& op) {
  const auto& plan = std::get<PreluPlan>(context.plan.nodes[id]);
  isa::DspPrelu work;
  set_finish(work, plan.requant, context.has_values());
  if (context.has_values()) {
    work.positive = plan.positive;
    work.src_zero = context.tensor_plan(context.graph.nodes[id].inputs[0]).zero_point;
  }
  std::optional<ConstantTable> table;
  if (op.channels > 0) {
    const auto channels = context.view(context.graph.nodes[id].output).dims.c;
    require_table(context, id, "its slopes", plan.slopes.size(), channels);
    table = add_table(context, plan.slopes, static_cast<uint64_t>(channels), 8);
  } else if (context.has_values()) {
    work.slope = plan.slopes.at(0);
  }
  add_single_steps(context, id, row, work, table,
                   [](isa::DspPrelu& prelu, isa::Address slopes, const Region& region) {
                     prelu.slopes = slopes;
                     prelu.lane = field(region.c0, "lane");
                   });
}

void lower_lookup(LoweringContext& context, NodeId id, uint32_t row) {
  const auto& plan = std::get<LookupPlan>(context.plan.nodes[id]);
  isa::DspLookup work;
  const auto bits = context.tensor_plan(context.graph.nodes[id].inputs[0]).bits;
  const auto table =
      add_lookup_table(context, plan.table, bits, context.view(context.graph.nodes[id].output).element);
  work.fraction_bits = table.fraction_bits;
  add_single_steps(context, id, row, work, table.constants,
                   [](isa::DspLookup& lookup, isa::Address at, const Region&) { lookup.table = at; });
}

const char* kind_of(const Operator& op) {
  if (std::holds_alternative<Mul>(op)) return "mul";
  if (std::holds_alternative<Add>(op) || std::holds_alternative<Sub>(op)) return "add";
  return "activation";
}

}  // namespace

void lower_real_pair(LoweringContext& context, NodeId id, const RealPlan& plan) {
  const auto& op = context.graph.nodes[id].op;
  const auto row = begin_layer(context, id, kind_of(op), isa::Setup::light);
  context.schedule.layers[row].dataflow = "dsp";
  const auto pair = pair_up(context, id);
  isa::DspCombineF32 work;
  work.low = plan.low, work.high = plan.high;
  if (std::holds_alternative<Mul>(op)) work.operation = isa::FloatOperation::multiply;
  if (std::holds_alternative<Sub>(op))
    work.operation = pair.first == 0 ? isa::FloatOperation::subtract : isa::FloatOperation::subtract_from;
  add_pair_steps(context, id, row, pair, work);
}

void lower_elementwise(LoweringContext& context, NodeId id) {
  const auto& op = context.graph.nodes[id].op;
  const auto row = begin_layer(context, id, kind_of(op), isa::Setup::light);
  context.schedule.layers[row].dataflow = "dsp";
  if (std::holds_alternative<LookupPlan>(context.plan.nodes[id])) return lower_lookup(context, id, row);
  if (const auto* prelu = std::get_if<Prelu>(&op)) return lower_prelu(context, id, row, *prelu);
  if (std::holds_alternative<Clip>(op)) return lower_clip(context, id, row);
  if (std::holds_alternative<Mul>(op)) return lower_product(context, id, row);
  lower_sum(context, id, row);
}

}  // namespace mmasim::runtime
