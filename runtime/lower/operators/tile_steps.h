// Steps of a DSP operator with one operand and perhaps a table of constants: a tile in, one instruction, a
// tile out. Where the operand and the result are cut is the operator's.
#pragma once

#include <functional>
#include <optional>

#include "runtime/lower/operators/tables.h"
#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/tiles/dsp_tile.h"

namespace mmasim::runtime {

struct TileSteps {
  TileSteps(const TensorView& operand, const TensorView& result)
      : in(operand), out(result), cut(result.dims) {}

  TensorView in, out;
  Dims cut;  // what is cut into regions: the result's extents, or what the two have in common
  std::function<Region(const Region&)> source = [](const Region& region) {
    return region;
  };  // of a region cut
  std::function<Region(const Region&)> target = [](const Region& region) { return region; };
  int64_t pad_value = 0;
  std::optional<ConstantTable> table;  // fetched once, for all tiles
};

// set(instruction, source region, target region, address of the table) finishes each instruction, and
// issue(emitter, instruction) puts it into the step, as one or as several.
template <class Instruction, class Set, class Issue>
void add_tile_steps(LoweringContext& context, NodeId id, uint32_t row, const TileSteps& steps,
                    const Instruction& prototype, Set set, Issue issue) {
  const auto need = [&](const Region& region) {
    return static_cast<uint64_t>(steps.source(region).elements() * steps.in.element_size() +
                                 steps.target(region).elements() * steps.out.element_size());
  };
  const auto reserved = steps.table ? steps.table->bytes + 1024 : 0;
  const auto budget = context.tile_budget_bytes(id);
  std::optional<BufferId> table;
  for (const auto& region : cut_regions(steps.cut, need, budget > reserved ? budget - reserved : 0)) {
    auto& step = context.schedule.new_step(row);
    if (steps.table && !table) table = load_constants(context, step, steps.table->offset, steps.table->bytes);
    if (table) step.uses.push_back(*table);
    const auto source = steps.source(region), target = steps.target(region);
    const auto src = load_tile(context, step, steps.in, source, steps.pad_value);
    const auto dst = output_tile(context, step, steps.out, target);
    step.compute = [=](StepEmitter& emit) {
      auto work = prototype;
      set_source(work, emit.address(src.buffer, src.offset), src);
      set_destination(work, emit.address(dst.buffer, dst.offset), dst);
      set(work, source, target, table ? emit.address(*table) : isa::Address{});
      issue(emit, work);
    };
    store_tile(context, step, steps.out, target, dst);
  }
}

template <class Instruction, class Set>
void add_tile_steps(LoweringContext& context, NodeId id, uint32_t row, const TileSteps& steps,
                    const Instruction& prototype, Set set) {
  add_tile_steps(context, id, row, steps, prototype, set,
                 [](StepEmitter& emit, const Instruction& work) { emit.issue(work); });
}

}  // namespace mmasim::runtime
