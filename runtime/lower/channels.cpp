// Softmax and ArgMax on the DSP: over the channels of every position.
#include "runtime/lower/dsp_tile.h"
#include "runtime/lower/emitter.h"
#include "runtime/lower/tables.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

void require_channel_axis(const LoweringContext& context, NodeId id, int64_t axis) {
  const auto& shape = context.graph.tensors[context.graph.nodes[id].inputs[0]].shape;
  const auto channel_axis = shape.size() == 4 ? 1 : static_cast<int64_t>(shape.size()) - 1;
  if (axis == channel_axis) return;
  throw UserError(context.place(id) + ": axis " + std::to_string(axis) +
                  " is not supported; only the channel axis is (1 for rank 4, else the last: here " +
                  std::to_string(channel_axis) + ")");
}

template <class Instruction, class Set>
void add_position_steps(LoweringContext& context, NodeId id, uint32_t row, TensorView in, TensorView out,
                        const Instruction& prototype, const std::optional<ConstantTable>& table, Set set) {
  const auto positions = in.dims.positions();
  in.dims = {1, 1, positions, in.dims.c};
  out.dims = {1, 1, positions, out.dims.elements() / positions};
  const auto position_bytes = in.dims.c * in.element_size() + out.dims.c * out.element_size();
  const auto need = [&](const Region& region) {
    return static_cast<uint64_t>(region.columns() * position_bytes);
  };
  const auto reserved = table ? table->bytes + 1024 : 0;
  const auto budget = context.tile_budget_bytes(id);
  std::optional<BufferId> table_buffer;
  for (const auto& region :
       cut_regions({1, 1, positions, 1}, need, budget > reserved ? budget - reserved : 0)) {
    auto& step = context.schedule.new_step(row);
    if (table && !table_buffer) table_buffer = load_constants(context, step, table->offset, table->bytes);
    if (table_buffer) step.uses.push_back(*table_buffer);
    auto source = region, target = region;
    source.c1 = in.dims.c, target.c1 = out.dims.c;
    const auto src = load_tile(context, step, in, source, 0);
    const auto dst = output_tile(context, step, out, target);
    step.compute = [=](StepEmitter& emit) {
      auto work = prototype;
      work.src_type = in.element;
      set_tile(work, 1, region.columns(), in.dims.c);
      set_source(work, emit.address(src.buffer, src.offset), src);
      set_destination(work, emit.address(dst.buffer, dst.offset), dst);
      set(work, table_buffer ? emit.address(*table_buffer) : isa::Address{});
      emit.issue(work);
    };
    store_tile(context, step, out, target, dst);
  }
}

void lower_softmax(LoweringContext& context, NodeId id, uint32_t row) {
  const auto& node = context.graph.nodes[id];
  const auto& plan = std::get<SoftmaxPlan>(context.plan.nodes[id]);
  const auto in = context.view(node.inputs[0]), out = context.view(node.output);
  isa::DspSoftmax work;
  work.dst_type = out.element;
  work.bits = static_cast<uint8_t>(context.tensor_plan(node.output).bits);
  // 64-bit exponentials, direct for 8 bits.
  const auto table =
      add_lookup_table(context, plan.table, context.tensor_plan(node.inputs[0]).bits, isa::Element::s64);
  work.fraction_bits = table.fraction_bits;
  add_position_steps(context, id, row, in, out, work, table.constants,
                     [](isa::DspSoftmax& softmax, isa::Address at) { softmax.table = at; });
}

}  // namespace

void lower_channels(LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  if (const auto* softmax = std::get_if<Softmax>(&node.op)) {
    require_channel_axis(context, id, softmax->axis);
    const auto row = begin_layer(context, id, "softmax", isa::Setup::light);
    context.schedule.layers[row].dataflow = "dsp";
    return lower_softmax(context, id, row);
  }
  require_channel_axis(context, id, std::get<ArgMax>(node.op).axis);
  const auto row = begin_layer(context, id, "argmax", isa::Setup::light);
  context.schedule.layers[row].dataflow = "dsp";
  add_position_steps(context, id, row, context.view(node.inputs[0]), context.view(node.output),
                     isa::DspArgmax{}, std::nullopt, [](isa::DspArgmax&, isa::Address) {});
}

}  // namespace mmasim::runtime
