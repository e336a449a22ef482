// Elementwise operators on the DSP: Clip, Prelu, Unary, Add, Sub, Mul.
#include "runtime/lower/operators/tile_steps.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

TensorView flattened(TensorView view) {
  view.dims = {1, 1, view.dims.positions(), view.dims.c};
  return view;
}

// How an operand lies under the result: broadcast axes have extent 1.
TensorView aligned(const LoweringContext& context, NodeId id, TensorId tensor, size_t rank) {
  auto view = context.view(tensor);
  auto shape = context.graph.tensors[tensor].shape;
  const bool was_linear = is_linear(shape);
  while (shape.size() < rank) shape.insert(shape.begin(), 1);
  if (was_linear && !is_linear(shape)) {
    throw UserError(context.place(id) +
                    ": an operand of lower rank with several channels and positions is not supported; "
                    "reshape it to rank 4");
  }
  view.dims = dims_of(shape);
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

bool fits_under(const Dims& operand, const Dims& result) {
  const auto fits = [](int64_t a, int64_t b) { return a == b || a == 1; };
  return fits(operand.n, result.n) && fits(operand.h, result.h) && fits(operand.w, result.w) &&
         fits(operand.c, result.c);
}

struct Pair {  // the first operand has the result's own extents, the second may broadcast (graph.h)
  TensorView a, b, out;
};

Pair pair_up(const LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  const auto rank = context.graph.tensors[node.output].shape.size();
  Pair pair{aligned(context, id, node.inputs[0], rank), aligned(context, id, node.inputs[1], rank),
            context.view(node.output)};
  if (!(pair.a.dims == pair.out.dims) || !fits_under(pair.b.dims, pair.out.dims)) {
    throw UserError(context.place(id) +
                    ": this broadcast is not supported; the first operand must have the shape of the result, "
                    "the second may have extent 1 in N, C, H or W");
  }
  if (pair.b.dims == pair.a.dims)
    pair.a = flattened(pair.a), pair.b = flattened(pair.b), pair.out = flattened(pair.out);
  return pair;
}

template <class Instruction>
void set_operands(Instruction& work, StepEmitter& emit, const Pair& pair, const Tile& a, const Tile& b,
                  const Tile& out, const Region& region) {
  set_tile(work, region.rows(), region.columns(), region.channels());
  work.a = emit.address(a.buffer, a.offset);
  work.b = emit.address(b.buffer, b.offset);
  set_destination(work, emit.address(out.buffer, out.offset), out);
  work.a_type = pair.a.element, work.b_type = pair.b.element, work.dst_type = pair.out.element;
  work.a_y_stride = field(a.pitch_y, "a_y_stride"), work.a_x_stride = field(a.pitch_x, "a_x_stride");
  work.b_y_stride = field(pair.b.dims.h == 1 ? 0 : b.pitch_y, "b_y_stride");
  work.b_x_stride = field(pair.b.dims.w == 1 ? 0 : b.pitch_x, "b_x_stride");
  work.b_channels = field(pair.b.dims.c == 1 ? 1 : region.channels(), "b_channels");
}

template <class Instruction>
void add_pair_steps(LoweringContext& context, NodeId id, uint32_t row, const Instruction& prototype) {
  const auto pair = pair_up(context, id);
  const auto need = [&](const Region& region) {
    return static_cast<uint64_t>(region.elements() * (pair.a.element_size() + pair.out.element_size()) +
                                 broadcast_region(pair.b, region).elements() * pair.b.element_size());
  };
  for (const auto& region : cut_regions(pair.out.dims, need, context.tile_budget_bytes(id))) {
    auto& step = context.schedule.new_step(row);
    const auto a = load_tile(context, step, pair.a, region, 0);
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
  isa::DspAdd work;
  set_finish(work, plan.requants.at(0), context.has_values());
  if (context.has_values()) {
    work.a_multiplier = plan.multipliers.at(0), work.b_multiplier = plan.multipliers.at(1);
    work.a_zero = context.tensor_plan(node.inputs[0]).zero_point;
    work.b_zero = context.tensor_plan(node.inputs[1]).zero_point;
  }
  add_pair_steps(context, id, row, work);
}

void lower_product(LoweringContext& context, NodeId id, uint32_t row) {
  const auto& node = context.graph.nodes[id];
  const auto& plan = std::get<ProductPlan>(context.plan.nodes[id]);
  isa::DspMultiply work;
  set_finish(work, plan.requant, context.has_values());
  if (context.has_values()) {
    work.multiplier = plan.multiplier;
    work.a_zero = context.tensor_plan(node.inputs[0]).zero_point;
    work.b_zero = context.tensor_plan(node.inputs[1]).zero_point;
  }
  add_pair_steps(context, id, row, work);
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
  if (op.channels > 0)
    table = add_table(context, plan.slopes, static_cast<uint64_t>(op.channels), 8);
  else if (context.has_values())
    work.slope = plan.slopes.at(0);
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

void lower_elementwise(LoweringContext& context, NodeId id) {
  const auto& op = context.graph.nodes[id].op;
  const auto row = begin_layer(context, id, kind_of(op), isa::Setup::light);
  context.schedule.layers[row].dataflow = "dsp";
  if (const auto* prelu = std::get_if<Prelu>(&op)) return lower_prelu(context, id, row, *prelu);
  if (std::holds_alternative<Clip>(op)) return lower_clip(context, id, row);
  if (std::holds_alternative<Unary>(op)) return lower_lookup(context, id, row);
  if (std::holds_alternative<Mul>(op)) return lower_product(context, id, row);
  lower_sum(context, id, row);
}

}  // namespace mmasim::runtime
