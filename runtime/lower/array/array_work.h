// The array's share of a step: the loop nest of panels, rows and depth, written out as instructions.
#pragma once

#include <memory>
#include <optional>

#include "runtime/lower/array/tiling.h"
#include "runtime/lower/schedule/emitter.h"

namespace mmasim::runtime {

// Of a layer whose input is quantized at run time: the sums become reals, by tables of one entry per output
// channel.
struct DynamicLayer {
  TensorView real_in;                           // the input as it lies in memory
  BufferId grid{};                              // what dsp.range made of the whole input
  BufferId tables{};                            // steps, sums and biases, one behind the other
  uint64_t tables_offset = 0, table_bytes = 0;  // in DDR; of each
  RealBounds bounds;
};

// What all steps of a linear layer share.
struct ArrayLayer {
  LinearLayer layer;
  std::vector<PanelUnit> units;
  LaneTables tables;
  BufferId table_buffer{};
  OutputPath path = OutputPath::stage;
  isa::Machine machine;
  bool has_values = true;
  std::optional<DynamicLayer> dynamic{};
};

// Weights of consecutive units in one buffer.
struct WeightBuffer {
  BufferId buffer{};
  size_t first_unit = 0, end_unit = 0;
  uint64_t offset = 0;  // of the first unit's panels within the layer's
};

// Where `features` says pieces, the tile too holds only these channels of the one tap that they belong to.
struct DepthPiece {
  enum class Features : uint8_t { whole, pieces };
  int64_t begin = 0, end = 0;
  Features features = Features::whole;
};

// One tile times some units.
struct ArrayWork {
  std::shared_ptr<const ArrayLayer> shared;
  Tile in, out;
  int64_t dilation_y = 1, dilation_x = 1;  // of the taps within `in`
  Region region;                           // of the output
  WeightBuffer weights;
  std::optional<DepthPiece> piece{};  // of one unit; none: units in their whole depth
  BufferId scratch{};                 // of OutputPath::raw

  void run_units(StepEmitter& emit) const;

 private:
  struct Block {  // a box of output positions, relative to the tile
    int64_t frames, y0, rows, x0, columns;
    int64_t positions() const { return frames * rows * columns; }
  };
  void configure(StepEmitter& emit) const;
  void set_patterns(StepEmitter& emit, const PanelUnit& unit, const Block& block) const;
  std::vector<Block> lines_of(const Block& box) const;
  void multiply(StepEmitter& emit, size_t unit_index, const Block& block, uint64_t scratch_offset) const;
  void multiply_rows(StepEmitter& emit, const PanelUnit& unit, const Block& block, int64_t first_row,
                     uint8_t c_bank, uint64_t scratch_offset) const;
  void multiply_raw(StepEmitter& emit, size_t unit_index, const Block& box) const;
  void finish_raw(StepEmitter& emit, const PanelUnit& unit, const Block& box) const;
  void requantize(StepEmitter& emit, const PanelUnit& unit, const Block& block) const;
  // The sum of inputs, times the weights' zero point, goes off.
  void subtract_sums(StepEmitter& emit, const PanelUnit& unit, const Block& box) const;
  // To 16 bits, then with the bias to the output.
  void round_twice(StepEmitter& emit, const PanelUnit& unit, const Block& box) const;
  // Times the multipliers, then with the bias to the output.
  void multiply_then_add(StepEmitter& emit, const PanelUnit& unit, const Block& box) const;
  isa::DspAdd raw_add(const Block& box) const;
  template <class Instruction>
  Instruction from_scratch(StepEmitter& emit, const PanelUnit& unit, const Block& block) const;
  void dequantize(StepEmitter& emit, const PanelUnit& unit, const Block& block) const;
  void clip_in_place(StepEmitter& emit) const;
  isa::Address output_address(StepEmitter& emit, int64_t channel, const Block& block) const;
  DepthPiece depth_of(const PanelUnit& unit) const {
    return piece.value_or(DepthPiece{0, unit.depth(shared->layer), DepthPiece::Features::whole});
  }
  bool has_tap_alone() const { return piece && piece->features == DepthPiece::Features::pieces; }
  bool ends_depth(const PanelUnit& unit) const { return depth_of(unit).end == unit.depth(shared->layer); }
  int64_t panel() const { return shared->machine.panel(shared->layer.operand_bytes); }
  int64_t raw_position_bytes() const {
    return panel() * isa::element_bytes(isa::accumulator_element(shared->layer.operand_bytes));
  }
  bool is_raw() const { return shared->path == OutputPath::raw; }
};

// The output stage as the plan wants it, for either unit. Lane tables lie at `tables`.
isa::StageSet make_stage(const LinearLayer& layer, const LaneTables& tables, isa::Address at, isa::Unit unit,
                         bool has_values);

}  // namespace mmasim::runtime
