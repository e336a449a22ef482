#include "sim/report/memory_facts.h"

#include "sim/inputs/placed_tensor.h"

namespace mmasim::sim {
namespace {

const char* kind_name(runtime::BlockKind kind) {
  constexpr const char* kNames[] = {"input", "output", "activation", "constant"};
  return kNames[static_cast<size_t>(kind)];
}

const char* space_name(isa::Space space) {
  return space == isa::Space::l2 ? "l2" : space == isa::Space::l3 ? "l3" : "ddr";
}

uint64_t steps_of(const isa::Program& program) {
  uint64_t steps = 0;
  for (const auto& layer : program.layers) steps += layer.tiles;
  return steps;
}

}  // namespace

std::vector<MemoryFacts> memory_facts(const std::vector<runtime::MemoryBlock>& blocks) {
  std::vector<MemoryFacts> rows;
  for (const auto& block : blocks) {
    rows.push_back({block.tensor, kind_name(block.kind), space_name(block.space), block.address, block.bytes,
                    block.first_layer, block.last_layer, block.first_step, block.last_step, block.times,
                    block.step_period, block.views});
  }
  return rows;
}

std::vector<MemoryFacts> memory_facts(const isa::Program& program) {
  const uint64_t steps = steps_of(program), last_step = steps > 0 ? steps - 1 : 0;
  const uint64_t last_layer = program.layers.empty() ? 0 : program.layers.size() - 1;
  std::vector<MemoryFacts> rows;
  if (program.constants_bytes > 0)
    rows.push_back(
        {"constants", "constant", "ddr", 0, program.constants_bytes, 0, last_layer, 0, last_step, 1, 0, {}});
  const auto add = [&](const isa::TensorPlacement& placement, const char* kind) {
    rows.push_back({placement.name,
                    kind,
                    space_name(placement.address.space()),
                    placement.address.offset(),
                    packed_bytes(placement),
                    0,
                    last_layer,
                    0,
                    last_step,
                    1,
                    0,
                    {}});
  };
  for (const auto& input : program.inputs) add(input, "input");
  for (const auto& output : program.outputs) add(output, "output");
  return rows;
}

std::vector<EdgeFacts> edge_facts(const std::vector<std::vector<uint32_t>>& producers) {
  std::vector<EdgeFacts> edges;
  for (size_t to = 0; to < producers.size(); ++to) {
    for (const auto from : producers[to]) edges.push_back({from, to});
  }
  return edges;
}

const Keys<EdgeFacts>& edge_keys() {
  using Row = EdgeFacts;
  static const Keys<Row> keys{
      key(&Row::from, "from", "", "row of `layers`, counted from 0"),
      key(&Row::to, "to", "", "row of `layers` that reads its results"),
  };
  return keys;
}

const Keys<MemoryFacts>& memory_keys() {
  using Row = MemoryFacts;
  static const Keys<Row> keys{
      key(&Row::tensor, "tensor", "",
          "name of the network's tensor; NODE:weights, NODE:bias and NODE:table of constants, NODE:sums of a "
          "layer's own room"),
      key_of_words(&Row::kind, "kind", {"input", "output", "activation", "constant"},
                   "what it is; a tile in L2 is what its tensor is"),
      key_of_words(&Row::space, "space", {"l2", "l3", "ddr"}, "memory"),
      key(&Row::address, "address", "", "of its first byte in that memory"),
      key(&Row::bytes, "bytes", "bytes", "from there on"),
      key(&Row::first_layer, "first_layer", "",
          "row of `layers` from which it lies there, counted from 0; 0, the call, for what is there before"),
      key(&Row::last_layer, "last_layer", "", "row of `layers` up to which it does, itself included"),
      key(&Row::first_step, "first_step", "",
          "first step that it lies there: a layer has a step per tile, and steps are counted through all "
          "layers; "
          "blocks that share bytes in a layer never do in a step"),
      key(&Row::last_step, "last_step", "", "last step that it does, the first time"),
      key(&Row::times, "times", "",
          "1; of tiles of a layer that follow each other in one place: how many there are"),
      key(&Row::step_period, "step_period", "steps",
          "from the first step of one such tile to that of the next"),
      key(&Row::views, "views", "", "tensors that are the same bytes in another shape"),
  };
  return keys;
}

}  // namespace mmasim::sim
