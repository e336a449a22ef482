#include "sim/experiment/float_comparison.h"

#include <stdexcept>

#include "runtime/float_network/run_float.h"
#include "sim/inputs/placed_tensor.h"

namespace mmasim::sim {

FloatComparison::FloatComparison(const runtime::Graph& graph, const runtime::QuantPlan& plan,
                                 const isa::Program& program, const std::vector<runtime::FloatTensor>& inputs,
                                 unsigned threads)
    : graph_(graph), plan_(plan), program_(program), exact_(runtime::run_float(graph, inputs, threads)) {
  sensitivities_ = runtime::sensitivities(graph, plan, exact_, threads);
  for (runtime::TensorId id = 0; id < graph.tensors.size(); ++id) ids_[graph.tensors[id].name] = id;
  for (size_t i = 0; i < program.intermediates.size(); ++i) {
    const auto& placement = program.intermediates[i];
    awaited_[{placement.ready_token, placement.ready_count}].push_back(i);
  }
}

void FloatComparison::watch(const isa::MemoryView& memory, uint16_t token, uint32_t count) {
  const auto ready = awaited_.find({token, count});
  if (ready == awaited_.end()) return;
  for (const auto index : ready->second)
    compare(program_.intermediates[index], read_tensor(memory, program_.intermediates[index]));
  awaited_.erase(ready);
}

void FloatComparison::finish(const std::vector<std::vector<uint8_t>>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) compare(program_.outputs[i], outputs[i]);
}

void FloatComparison::compare(const isa::TensorPlacement& placement, const std::vector<uint8_t>& bytes) {
  const auto found = ids_.find(placement.name);
  if (found == ids_.end())
    throw std::logic_error("the program's tensor " + placement.name + " is not in the network");
  const auto id = found->second;
  runtime::TensorError error;  // an output may have been an intermediate, too: the last word counts
  error.add(plan_.tensors[id], exact_[id], unpack(bytes, placement.element, placement.shape));
  errors_[id] = error;
}

void FloatComparison::fill(std::vector<LayerStats>& layers) const {
  runtime::NodeId next = 0;  // layers come in the order of the nodes; some nodes have none, and some layers
  for (auto& layer : layers) {
    auto id = next;
    while (id < graph_.nodes.size() && graph_.nodes[id].name != layer.name) ++id;
    if (id == graph_.nodes.size()) continue;
    next = id + 1;
    const auto error = errors_.find(graph_.nodes[id].output);
    if (error == errors_.end()) continue;
    const auto& e = error->second;
    layer.error = LayerError{e.sqnr_db(),
                             e.max_abs(),
                             e.mean_abs(),
                             e.bias(),
                             e.saturated_share(),
                             e.grid_used(),
                             sensitivities_[id].sqnr_db};
  }
}

}  // namespace mmasim::sim
