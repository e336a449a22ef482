// Softmax and ArgMax on the DSP: over the channels of every position. Channels are the innermost axis in
// memory (require_axes).
#include "runtime/lower/operators/operators.h"
#include "runtime/lower/operators/tile_steps.h"

namespace mmasim::runtime {

namespace {

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
  if (std::holds_alternative<Softmax>(node.op)) {
    const auto row = begin_layer(context, id, "softmax", isa::Setup::light);
    context.schedule.layers[row].dataflow = "dsp";
    return lower_softmax(context, id, row);
  }
  const auto row = begin_layer(context, id, "argmax", isa::Setup::light);
  context.schedule.layers[row].dataflow = "dsp";
  add_position_steps(context, id, row, isa::DspArgmax{}, std::nullopt, [](isa::DspArgmax&, isa::Address) {});
}

}  // namespace mmasim::runtime
