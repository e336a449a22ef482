#include "sim/experiment/verification.h"

#include <algorithm>
#include <stdexcept>

#include "runtime/reference/reference.h"
#include "sim/inputs/placed_tensor.h"

namespace mmasim::sim {
namespace {

std::string index_text(size_t flat, const std::vector<int64_t>& shape) {
  std::string text;
  for (size_t d = shape.size(); d-- > 0;) {
    const auto size = static_cast<size_t>(shape[d]);
    text = std::to_string(flat % size) + (text.empty() ? "" : ", " + text);
    flat /= size;
  }
  return "[" + text + "]";
}

bool is_output(const isa::Program& program, const std::string& name) {
  const auto& outputs = program.outputs;
  return std::any_of(outputs.begin(), outputs.end(), [&](const auto& output) { return output.name == name; });
}

}  // namespace

Verification::Verification(const runtime::Graph& graph, const runtime::QuantPlan& plan,
                           const isa::Program& program, const std::vector<std::vector<uint8_t>>& inputs,
                           const std::string& mode, Progress& progress)
    : program_(program) {
  result_.mode = mode;
  std::vector<runtime::IntegerTensor> integers;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto id = graph.inputs[i];
    integers.push_back(unpack(inputs[i], plan.tensors[id].element(), graph.tensors[id].shape));
  }
  ProgressCount nodes(progress, "reference: operator", graph.nodes.size());
  auto tensors =
      runtime::run_reference(graph, plan, integers, nullptr, [&](runtime::NodeId) { nodes.one_more(); });
  for (size_t id = 0; id < tensors.size(); ++id) expected_[graph.tensors[id].name] = std::move(tensors[id]);
  if (mode != "layers") return;
  for (size_t i = 0; i < program.intermediates.size(); ++i) {
    const auto& placement = program.intermediates[i];
    if (is_output(program, placement.name)) continue;  // compared at the end
    awaited_[{placement.ready_token, placement.ready_count}].push_back(i);
  }
}

void Verification::watch(const isa::MemoryView& memory, uint16_t token, uint32_t count) {
  const auto ready = awaited_.find({token, count});
  if (ready == awaited_.end()) return;
  for (const auto index : ready->second) {
    compare(program_.intermediates[index], read_tensor(memory, program_.intermediates[index]));
  }
  awaited_.erase(ready);
}

VerifyResult Verification::finish(const std::vector<std::vector<uint8_t>>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) compare(program_.outputs[i], outputs[i]);
  for (const auto& [ready, indices] : awaited_) {
    for (const auto index : indices) {
      const auto& placement = program_.intermediates[index];
      const auto values = static_cast<uint64_t>(runtime::element_count(placement.shape));
      ++result_.compared_tensors;
      result_.compared_values += values;
      result_.mismatches += values;
      result_.differences.push_back("tensor " + placement.name + " never became whole: token " +
                                    std::to_string(ready.first) + " did not reach " +
                                    std::to_string(ready.second));
    }
  }
  return result_;
}

void Verification::compare(const isa::TensorPlacement& placement, const std::vector<uint8_t>& bytes) {
  const auto found = expected_.find(placement.name);
  if (found == expected_.end())
    throw std::logic_error("the program's tensor " + placement.name + " is not in the network");
  const auto seen = unpack(bytes, placement.element, placement.shape);
  const auto& expected = found->second;
  if (seen.values.size() != expected.values.size()) {
    throw std::logic_error("tensor " + placement.name + " has " + std::to_string(seen.values.size()) +
                           " values, the reference " + std::to_string(expected.values.size()));
  }
  uint64_t differing = 0;
  size_t first = 0;
  for (size_t i = seen.values.size(); i-- > 0;) {
    if (seen.values[i] == expected.values[i]) continue;
    ++differing;
    first = i;
  }
  ++result_.compared_tensors;
  result_.compared_values += seen.values.size();
  result_.mismatches += differing;
  if (differing == 0) return;
  result_.differences.push_back(
      "tensor " + placement.name + ": " + std::to_string(differing) + " of " +
      std::to_string(seen.values.size()) + " values differ, first at " + index_text(first, placement.shape) +
      ": " + std::to_string(seen.values[first]) + ", reference " + std::to_string(expected.values[first]));
}

}  // namespace mmasim::sim
