// Compares what a program computed with the float network on the same inputs, layer by layer, as the tensors
// become whole in the simulated memory. Runs the float network; does not run the program.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "isa/program.h"
#include "isa/semantics/memory.h"
#include "runtime/emulation/sensitivity.h"
#include "runtime/emulation/tensor_error.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"
#include "sim/report/layer_error.h"
#include "sim/report/layer_stats.h"

namespace mmasim::sim {

class FloatComparison {
 public:
  // inputs: floats of each graph input. Runs the float network once, and a part of it for every layer. The
  // plan has its weights; the program names its intermediates.
  FloatComparison(const runtime::Graph& graph, const runtime::QuantPlan& plan, const isa::Program& program,
                  const std::vector<runtime::FloatTensor>& inputs, unsigned threads);

  // To be called at every token count: takes the intermediates that have just become whole.
  void watch(const isa::MemoryView& memory, uint16_t token, uint32_t count);
  void finish(const std::vector<std::vector<uint8_t>>& outputs);

  // Rows of the program's layers, in its order: each node's error goes to the layer that is named like it.
  void fill(std::vector<LayerStats>& layers) const;

 private:
  void compare(const isa::TensorPlacement& placement, const std::vector<uint8_t>& bytes);

  const runtime::Graph& graph_;
  const runtime::QuantPlan& plan_;
  const isa::Program& program_;
  std::vector<runtime::FloatTensor> exact_;  // by tensor
  std::vector<runtime::Sensitivity> sensitivities_;
  std::map<std::string, runtime::TensorId> ids_;
  std::map<runtime::TensorId, runtime::TensorError> errors_;
  std::map<std::pair<uint16_t, uint32_t>, std::vector<size_t>> awaited_;  // intermediates, by token and count
};

}  // namespace mmasim::sim
