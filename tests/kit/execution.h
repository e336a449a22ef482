// Runs a graph both ways, as a program on the untimed machine and through the reference, and tells where they
// differ.
#pragma once

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "isa/executor/untimed.h"
#include "isa/program/program_file.h"
#include "isa/verify/dataflow.h"
#include "runtime/calibrate/calibrate.h"
#include "runtime/io/synthetic.h"
#include "runtime/lower/lower.h"
#include "runtime/quantize/domains.h"
#include "runtime/quantize/host_values.h"
#include "runtime/quantize/quantize.h"
#include "runtime/quantize/widen.h"
#include "runtime/reference/reference.h"
#include "tests/kit/random_order.h"

namespace mmasim::tests {

inline int64_t read_element(const uint8_t* bytes, isa::Element element) {
  int64_t value = 0;
  const auto size = isa::element_bytes(element);
  if (size > sizeof value) throw std::logic_error("a test reads elements of at most 64 bits");
  std::memcpy(&value, bytes, size);
  const auto unused = 64 - 8 * size;
  return isa::element_is_signed(element) && unused > 0
             ? static_cast<int64_t>(static_cast<uint64_t>(value) << unused) >> unused
             : value;
}

inline std::vector<int64_t> read_tensor(const isa::TensorPlacement& placement,
                                        const isa::MemoryView& memory) {
  std::vector<int64_t> values(static_cast<size_t>(runtime::element_count(placement.shape)));
  for (size_t i = 0; i < values.size(); ++i) {
    auto rest = static_cast<int64_t>(i);
    int64_t offset = 0;
    for (size_t axis = placement.shape.size(); axis-- > 0;) {
      offset += rest % placement.shape[axis] * placement.strides_bytes[axis];
      rest /= placement.shape[axis];
    }
    values[i] = read_element(memory.at(placement.address) + offset, placement.element);
  }
  return values;
}

struct Execution {
  isa::Program program;
  std::vector<runtime::Fallback> fallbacks;
  size_t compared_tensors = 0;
  std::string difference;        // of the first tensor that differs; empty if none does
  bool any_order_agrees = true;  // outputs of runs in other orders that tokens allow
};

// Every intermediate tensor, looked at the moment it is whole, and every output, against the reference.
inline Execution execute_and_compare(runtime::Graph graph, const runtime::QuantSpec& spec,
                                     const isa::Machine& machine,
                                     const runtime::LowerOptions& base_options = {}) {
  std::vector<runtime::FloatTensor> floats;
  for (const auto tensor : graph.inputs)
    floats.push_back(runtime::synthetic_input(graph.tensors[tensor].shape, 7, graph.tensors[tensor].name));
  auto recipe = runtime::make_recipe(graph, spec);
  auto ranges = runtime::calibrate(graph, floats);
  if (runtime::needs_conversions(graph, recipe)) runtime::insert_conversions(graph, recipe, &ranges);
  if (runtime::needs_widening(graph, recipe)) runtime::insert_widening(graph, recipe, &ranges);
  const auto plan = runtime::make_plan(graph, recipe, ranges);
  auto options = base_options;
  options.keep_intermediates = true;
  auto lowered = runtime::lower(graph, plan, machine, options);
  Execution result{std::move(lowered.program), std::move(lowered.fallbacks), 0, ""};
  isa::verify_program(result.program);
  isa::verify_dataflow(result.program, isa::MadeBy::lowering);

  isa::OwnedMemory owned(machine, result.program.ddr_bytes_used);
  const auto memory = owned.view();
  const isa::Address constants = isa::Address::in(isa::Space::ddr, 0);
  if (!result.program.constants.empty())
    std::memcpy(memory.at(constants), result.program.constants.data(), result.program.constants.size());
  std::vector<runtime::IntegerTensor> integers;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const auto bytes = runtime::quantize_input(plan.tensors[graph.inputs[i]], floats[i]);
    std::memcpy(memory.at(result.program.inputs[i].address), bytes.data(), bytes.size());
    integers.push_back({floats[i].shape, read_tensor(result.program.inputs[i], memory)});
  }
  std::vector<std::vector<int64_t>> seen(result.program.intermediates.size());
  for (size_t i = 0; i < seen.size(); ++i) {  // no token announces a view of a network input
    const auto& placement = result.program.intermediates[i];
    if (placement.ready_count == 0) seen[i] = read_tensor(placement, memory);
  }
  isa::UntimedMachine untimed(result.program);
  untimed.run(memory, [&](uint16_t token, uint32_t count) {
    for (size_t i = 0; i < seen.size(); ++i) {
      const auto& placement = result.program.intermediates[i];
      if (placement.ready_token == token && placement.ready_count == count)
        seen[i] = read_tensor(placement, memory);
    }
  });

  const auto expected = runtime::run_reference(graph, plan, integers);
  const auto compare = [&](const std::vector<int64_t>& got, runtime::TensorId tensor) {
    ++result.compared_tensors;
    const auto& want = expected[tensor].values;
    if (!result.difference.empty() || got == want) return;
    result.difference = "tensor '" + graph.tensors[tensor].name + "': " + std::to_string(got.size()) +
                        " values for " + std::to_string(want.size());
    for (size_t i = 0; i < want.size() && i < got.size(); ++i) {
      if (got[i] == want[i]) continue;
      result.difference += "; first at " + std::to_string(i) + ": " + std::to_string(got[i]) + ", expected " +
                           std::to_string(want[i]);
      return;
    }
  };
  for (uint32_t seed = 1; seed <= 2; ++seed) {
    std::vector<std::vector<int64_t>> first;
    for (const auto& output : result.program.outputs) first.push_back(read_tensor(output, memory));
    run_in_random_order(result.program, memory, seed);
    for (size_t i = 0; i < first.size(); ++i)
      result.any_order_agrees &= first[i] == read_tensor(result.program.outputs[i], memory);
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) compare(seen[i], graph.nodes[i].output);
  for (size_t i = 0; i < graph.outputs.size(); ++i)
    compare(read_tensor(result.program.outputs[i], memory), graph.outputs[i]);
  return result;
}

inline Execution execute_and_compare(const runtime::Graph& graph, const std::string& preset,
                                     const std::string& precision, const isa::Machine& machine,
                                     const runtime::LowerOptions& options = {}) {
  return execute_and_compare(graph, runtime::resolve_preset(preset, precision), machine, options);
}

}  // namespace mmasim::tests
