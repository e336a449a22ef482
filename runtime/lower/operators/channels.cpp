// Softmax and ArgMax on the DSP: over the channels of every position.
#include "runtime/lower/operators/tile_steps.h"
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
void add_position_steps(LoweringContext& context, NodeId id, uint32_t row, const Instruction& prototype,
                        const std::optional<ConstantTable>& table, Set set) {
  const auto& node = context.graph.nodes[id];
  TileSteps steps(context.view(node.inputs[0]), context.view(node.output));
  const auto positions = steps.in.dims.positions();
  steps.in.dims = {1, 1, positions, steps.in.dims.c};
  steps.out.dims = {1, 1, positions, steps.out.dims.elements() / positions};
  steps.cut = {1, 1, positions, 1};
  const auto all_channels_of = [](const TensorView& view) {
    return [channels = view.dims.c](Region region) {
      region.c1 = channels;
      return region;
    };
  };
  steps.source = all_channels_of(steps.in), steps.target = all_channels_of(steps.out);
  steps.table = table;
  const auto src_type = steps.in.element;
  add_tile_steps(context, id, row, steps, prototype,
                 [=](Instruction& work, const Region& source, const Region&, isa::Address at) {
                   work.src_type = src_type;
                   set_tile(work, 1, source.columns(), source.channels());
                   set(work, at);
                 });
}

void lower_softmax(LoweringContext& context, NodeId id, uint32_t row) {
  const auto& node = context.graph.nodes[id];
  const auto& plan = std::get<SoftmaxPlan>(context.plan.nodes[id]);
  isa::DspSoftmax work;
  work.dst_type = context.view(node.output).element;
  work.bits = exactly<uint8_t>(context.tensor_plan(node.output).bits, "bits");
  // 64-bit exponentials, direct for 8 bits.
  const auto table =
      add_lookup_table(context, plan.table, context.tensor_plan(node.inputs[0]).bits, isa::Element::s64);
  work.fraction_bits = table.fraction_bits;
  add_position_steps(context, id, row, work, table.constants,
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
  add_position_steps(context, id, row, isa::DspArgmax{}, std::nullopt, [](isa::DspArgmax&, isa::Address) {});
}

}  // namespace mmasim::runtime
