// The steps of lowering, in order: place tensors, lower node by node, emit.
#include "runtime/lower/lower.h"

#include <algorithm>

#include "isa/kit/units.h"
#include "runtime/lower/operators/axis_checks.h"
#include "runtime/lower/operators/operators.h"
#include "runtime/lower/operators/real.h"
#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/schedule/field.h"
#include "runtime/lower/tiles/storages.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

struct NodeLowering {
  LoweringContext& context;
  NodeId id;
  void operator()(const Conv&) const { lower_linear(context, id); }
  void operator()(const ConvTranspose&) const { lower_linear(context, id); }
  void operator()(const Gemm&) const { lower_linear(context, id); }
  void operator()(const BatchNorm&) const { lower_linear(context, id); }
  void operator()(const Clip&) const { lower_elementwise(context, id); }
  void operator()(const Prelu&) const { lower_elementwise(context, id); }
  void operator()(const Unary&) const { lower_elementwise(context, id); }
  void operator()(const Add&) const { lower_elementwise(context, id); }
  void operator()(const Sub&) const { lower_elementwise(context, id); }
  void operator()(const Mul&) const { lower_elementwise(context, id); }
  void operator()(const MaxPool&) const { lower_pool(context, id); }
  void operator()(const AveragePool&) const { lower_pool(context, id); }
  void operator()(const GlobalAveragePool&) const { lower_pool(context, id); }
  void operator()(const Concat&) const { lower_concat(context, id); }
  void operator()(const Pad&) const { lower_movement(context, id); }
  void operator()(const Reshape&) const { lower_movement(context, id); }
  void operator()(const Transpose&) const { lower_movement(context, id); }
  void operator()(const Slice&) const { lower_movement(context, id); }
  void operator()(const Softmax&) const { lower_channels(context, id); }
  void operator()(const ArgMax&) const { lower_channels(context, id); }
  void operator()(const Resize&) const { lower_resize(context, id); }
};

// One try at a whole network: everything but the emission.
class Attempt {
 public:
  Attempt(const Graph& graph, const QuantPlan& plan, const isa::Machine& machine, const LowerOptions& options,
          double tile_share, const StorageChoice& choice, Constants constants)
      : context_{graph, plan, machine, options, std::move(constants)} {
    context_.tile_share = tile_share;
    add_call_layer();
    storages_ = place_storages(context_, choice);
    convert_inputs();
    lower_nodes();
    convert_outputs();
    for (const auto& step : context_.schedule.steps) ++context_.schedule.layers[step.layer].tiles;
  }

  LoweringContext& context() { return context_; }
  const Storages& storages() const { return storages_; }

 private:
  void add_call_layer() {
    isa::LayerInfo call;
    call.name = "network call", call.kind = "call", call.precision = context_.plan.precision;
    context_.schedule.layers.push_back(call);
    context_.schedule.setups.push_back(isa::Setup::call);
  }

  void convert_inputs() {
    for (size_t i = 0; i < storages_.inputs.size(); ++i) {
      const auto tensor = context_.graph.inputs[i];
      auto planes = context_.view(tensor);
      if (planes.storage == storages_.inputs[i]) continue;
      planes.storage = storages_.inputs[i];
      lower_layout(context_, context_.graph.tensors[tensor].name + ":layout", planes, context_.view(tensor),
                   true);
    }
  }

  // A Reshape that moves nothing counts with whatever made its tensor.
  void lower_nodes() {
    std::vector<uint32_t> row_of(context_.graph.tensors.size(), 0);
    for (NodeId id = 0; id < context_.graph.nodes.size(); ++id) {
      const auto& node = context_.graph.nodes[id];
      if (storages_.is_alias[id]) {
        row_of[node.output] = row_of[node.inputs[0]];
        auto& operators = context_.schedule.layers[row_of[node.output]].operators;
        operators.insert(operators.end(), node.covers.begin(), node.covers.end());
        continue;
      }
      require_axes(context_, id);
      at_place(context_.place(id), [&] { lower_node(id); });
      row_of[node.output] = static_cast<uint32_t>(context_.schedule.layers.size() - 1);
    }
  }

  void lower_node(NodeId id) {
    if (is_lowered_in_reals(context_.plan.nodes[id])) return lower_real(context_, id);
    if (std::holds_alternative<DynamicPlan>(context_.plan.nodes[id])) return lower_dynamic(context_, id);
    std::visit(NodeLowering{context_, id}, context_.graph.nodes[id].op);
  }

  void convert_outputs() {
    for (size_t i = 0; i < storages_.outputs.size(); ++i) {
      const auto tensor = context_.graph.outputs[i];
      auto planes = context_.view(tensor);
      if (planes.storage == storages_.outputs[i]) continue;
      planes.storage = storages_.outputs[i];
      lower_layout(context_, context_.graph.tensors[tensor].name + ":layout", context_.view(tensor), planes,
                   false);
    }
  }

  LoweringContext context_;
  Storages storages_;
};

// In DDR.
uint64_t end_of_tensors(const Schedule& schedule) {
  uint64_t end = 0;
  for (const auto& storage : schedule.storages)
    if (storage.space == isa::Space::ddr) end = std::max(end, storage.offset + storage.bytes);
  return end;
}

class ProgramBuilder {
 public:
  ProgramBuilder(Attempt& attempt, const Emitted& emitted)
      : context_(attempt.context()), storages_(attempt.storages()), emitted_(emitted) {}

  isa::Program build() {
    isa::Program program;
    program.machine = context_.machine;
    program.network = context_.graph.name;
    program.precision = context_.plan.precision;
    program.code = emitted_.code;
    program.instruction_count = emitted_.instruction_count;
    program.constants_bytes = context_.constants.bytes();
    program.constants = context_.constants.take();
    program.layers = context_.schedule.layers;
    program.l2_bytes_used = emitted_.l2_bytes_used;
    program.l3_bytes_used = storages_.l3_bytes_used;
    program.ddr_bytes_used = std::max(program.constants_bytes, end_of_tensors(context_.schedule));
    program.accumulator_proven = context_.accumulator_proven;
    for (size_t i = 0; i < storages_.inputs.size(); ++i)
      program.inputs.push_back(at_end(context_.graph.inputs[i], storages_.inputs[i]));
    for (size_t i = 0; i < storages_.outputs.size(); ++i)
      program.outputs.push_back(at_end(context_.graph.outputs[i], storages_.outputs[i]));
    if (context_.options.keep_intermediates) add_intermediates(program);
    return program;
  }

 private:
  isa::TensorPlacement placement(TensorId tensor, StorageId id) const {
    const auto& storage = context_.schedule.at(id);
    const auto& plan = context_.tensor_plan(tensor);
    isa::TensorPlacement p;
    p.name = context_.graph.tensors[tensor].name;
    p.element = plan.element();
    p.shape = context_.graph.tensors[tensor].shape;
    const auto offset =
        storage.is_resident() ? emitted_.resident_offsets[static_cast<size_t>(id)] : storage.offset;
    p.address = isa::Address::in(storage.space, offset);
    p.inv_step = plan.inv_step, p.zero_point = plan.zero_point;
    p.input_rounding = plan.input_rounding;
    for (const auto& written : emitted_.written[static_cast<size_t>(id)]) {
      p.ready_token = written.token;
      p.ready_count = std::max(p.ready_count, written.count);
    }
    return p;
  }

  isa::TensorPlacement at_end(TensorId tensor, StorageId id) const {  // in the network's own form
    auto p = placement(tensor, id);
    p.strides_bytes = row_major_strides_bytes(p.shape, isa::element_bytes(p.element));
    return p;
  }

  void add_intermediates(isa::Program& program) const {
    for (const auto& node : context_.graph.nodes) {
      auto p = placement(node.output, context_.view(node.output).storage);
      p.strides_bytes = strides_bytes(p.shape, isa::element_bytes(p.element));
      program.intermediates.push_back(p);
    }
  }

  LoweringContext& context_;
  const Storages& storages_;
  const Emitted& emitted_;
};

Emitted emit(LoweringContext& context, std::optional<uint32_t> weights_ahead) {
  return Emitter(context.schedule, context.machine, weights_ahead).run();
}

void require_machine(const isa::Machine& machine) {
  if (machine.tokens < 2 + kChannels || machine.dma_channels < kChannels) {
    throw UserError("the machine has " + std::to_string(machine.tokens) + " tokens and " +
                    std::to_string(machine.dma_channels) + " DMA channels; programs need at least 5 and 3");
  }
}

}  // namespace

Lowered lower(const Graph& graph, const QuantPlan& plan, const isa::Machine& machine,
              const LowerOptions& options) {
  require_machine(machine);
  struct Try {
    double tile_share;
    bool keep_in_l2;
    std::optional<uint32_t> weights_ahead;
    bool leave_planes = true;
  };
  // Large tiles may leave no room between what lies around them, small ones may not hold one panel's work:
  // the configured share first, then shares of its own.
  const double share = options.rules.tile_share;
  const auto ahead = options.rules.weights_ahead_steps;
  std::string last;
  for (const auto& attempt :
       {Try{share, true, ahead}, Try{share, true, 0}, Try{0.75 * share, true, 0}, Try{share, false, 0},
        Try{0.75 * share, false, 0}, Try{0.5 * share, false, 0}, Try{1.0, true, 0}, Try{1.0, false, 0},
        Try{0.75, false, 0}, Try{0.5, false, 0}, Try{1.0, false, {}}, Try{share, true, ahead, false},
        Try{1.0, false, 0, false}, Try{1.0, false, {}, false}}) {
    try {
      // Constants come first in DDR, and their size shows only when every layer is lowered: once to measure,
      // once for real.
      StorageChoice choice{attempt.keep_in_l2, 0, attempt.leave_planes};
      uint64_t tensor_bytes = 0;
      {
        Attempt measured(graph, plan, machine, options, attempt.tile_share, choice, Constants(false));
        choice.ddr_base = measured.context().constants.bytes();
        tensor_bytes = end_of_tensors(measured.context().schedule);
      }
      Attempt real(graph, plan, machine, options, attempt.tile_share, choice,
                   Constants(plan.has_values, choice.ddr_base + tensor_bytes));
      const auto emitted = emit(real.context(), attempt.weights_ahead);
      auto program = ProgramBuilder(real, emitted).build();
      if (program.ddr_bytes_used > machine.ddr_bytes) {
        throw UserError("the network needs " + std::to_string(program.ddr_bytes_used) +
                        " bytes of DDR; the machine has " + std::to_string(machine.ddr_bytes));
      }
      return {std::move(program), real.context().fallbacks,
              memory_map(real.context(), real.storages(), emitted), producers_of_layers(real.context())};
    } catch (const OutOfScratchpad& problem) {
      last = problem.what();
    }
  }
  throw UserError("network '" + graph.name + "' does not fit: " + last + " of " +
                  std::to_string(machine.l2_bytes) + " bytes");
}

}  // namespace mmasim::runtime
