// Compares what a program computed with the independent reference, bit for bit: outputs, or every tensor that
// the program names. Runs the reference; does not run the program.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "isa/program.h"
#include "isa/semantics/memory.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"
#include "sim/host/progress.h"
#include "sim/report/run_report.h"

namespace mmasim::sim {

class Verification {
 public:
  // inputs: the integers of each graph input, as the program gets them. Runs the reference.
  Verification(const runtime::Graph& graph, const runtime::QuantPlan& plan, const isa::Program& program,
               const std::vector<std::vector<uint8_t>>& inputs, const std::string& mode, Progress& progress);

  // To be called at every token count: compares the intermediates that have just become whole.
  void watch(const isa::MemoryView& memory, uint16_t token, uint32_t count);

  // After the run. A tensor that never became whole counts as different in all its values.
  VerifyResult finish(const std::vector<std::vector<uint8_t>>& outputs);

 private:
  void compare(const isa::TensorPlacement& placement, const std::vector<uint8_t>& bytes);

  const isa::Program& program_;
  std::map<std::string, runtime::IntegerTensor> expected_;
  std::map<std::pair<uint16_t, uint32_t>, std::vector<size_t>> awaited_;  // intermediates, by token and count
  VerifyResult result_;
};

}  // namespace mmasim::sim
