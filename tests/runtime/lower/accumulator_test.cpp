// What becomes of a sum that leaves its accumulator: programs do what the plan says, as the reference does,
// through the array's output stage, the DSP's, and its depthwise convolution.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "isa/executor/untimed.h"
#include "runtime/lower/lower.h"
#include "runtime/reference/reference.h"
#include "tests/kit/execution.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

struct Result {
  std::vector<int64_t> program, reference;
  uint64_t program_overflows = 0, reference_overflows = 0;
  std::string dataflow;  // of the node's layer
};

Result run(const GraphBuilder& b, const QuantSpec& spec, const isa::Machine& machine,
           const IntegerTensor& x) {
  const QuantPlan plan = make_plan(b.graph, make_recipe(b.graph, spec), b.ranges);
  const isa::Program program = lower(b.graph, plan, machine, LowerOptions{}).program;
  isa::OwnedMemory owned(machine, program.ddr_bytes_used);
  const auto memory = owned.view();
  std::memcpy(memory.at(isa::Address::in(isa::Space::ddr, 0)), program.constants.data(),
              program.constants.size());
  const auto bytes = isa::element_bytes(program.inputs[0].element);
  for (size_t i = 0; i < x.values.size(); ++i)
    std::memcpy(memory.at(program.inputs[0].address) + i * bytes, &x.values[i], bytes);
  isa::UntimedMachine untimed(program);
  untimed.run(memory);
  Result result;
  for (const auto& layer : program.layers)
    if (layer.operators == b.graph.nodes[0].covers) result.dataflow = layer.dataflow;
  result.program = tests::read_tensor(program.outputs[0], memory);
  result.program_overflows = untimed.overflow_count();
  result.reference = run_reference(b.graph, plan, {x}, &result.reference_overflows).back().values;
  return result;
}

isa::Machine with_full_stage() {
  isa::Machine machine;
  machine.multiplier_bits = 31;
  machine.per_lane_shift = machine.has_output_zero_point = machine.has_output_clip = 1;
  machine.half_up_only = 0;
  return machine;
}

// Two channels of weights 1 over `inputs` channels, the bias of the first just below what the accumulator
// holds.
GraphBuilder overflowing(double bias, int64_t inputs = 3) {
  GraphBuilder b;
  const TensorId x = b.input({1, inputs, 1, 1}, {0, 1});
  b.node(pointwise(2, inputs, std::vector<float>(static_cast<size_t>(2 * inputs), 1.0f), {bias, 0}), {x},
         {1, 2, 1, 1}, {0, bias + 3});
  return b;
}

void check(const GraphBuilder& b, const std::string& preset, const std::string& precision, int64_t level,
           int64_t wrapped, int64_t saturated, bool on_dsp = false) {
  QuantSpec spec = resolve_preset(preset, precision);
  const auto& shape = b.graph.tensors[b.graph.inputs[0]].shape;
  const IntegerTensor x{shape, std::vector<int64_t>(static_cast<size_t>(element_count(shape)), level)};
  for (const auto& machine : {isa::Machine{}, with_full_stage()}) {
    for (const auto policy : {isa::Overflow::wrap, isa::Overflow::saturate}) {
      CAPTURE(preset);
      CAPTURE(precision);
      CAPTURE(static_cast<int>(policy));
      spec.overflow = policy;
      const Result result = run(b, spec, machine, x);
      CHECK(result.program == result.reference);
      CHECK((result.dataflow == "dsp") == on_dsp);
      CHECK(result.program[0] == (policy == isa::Overflow::wrap ? wrapped : saturated));
      CHECK(result.program_overflows == 1);
      CHECK(result.reference_overflows == 1);
    }
  }
}

}  // namespace

TEST_CASE("accumulator: a program saturates or wraps as its plan says, as the reference does") {
  // 8 bits, inv_acc 2^8 * 2^7: bias 65535 * 2^15 = 2^31 - 2^15, and 3 * 255 * 127 = 97155 more leave 32 bits.
  // 65538 * 2^15 / 2^7 -> 25 bits: (2^31 - 1 + 2^24) >> 25 = 64; wrapped to -2^31 + 64387: -64
  check(overflowing(65535), "tidl-np2-fixed", "int8", 255, -64, 64);
  check(overflowing(65535), "tidl-p2-dynamic", "int8", 255, -64, 64);
  // 16 bits, inv_acc 2^16 * 2^15: bias 2^63 - 2^10, and 3 * 65535 * 32767 more leave 64 bits.
  // 2^32 * 2^31 / 2^15 -> 49 bits: (2^63 - 1 + 2^48) >> 49 = 2^14
  check(overflowing(std::ldexp(1.0, 32) - std::ldexp(1.0, -21)), "tidl-np2-fixed", "int16", 65535, -16384,
        16384);
}

TEST_CASE("accumulator: with multipliers too, whether the array or the DSP requantizes") {
  // inv_acc 255 * 127 = 32385: bias 66310 * 32385 = 2147449350, and 97155 more leave 32 bits. The grid is
  // 0..66313 in 255 steps: saturated, 2^31 - 1 is 66311.1 or level 255; wrapped, it is below 0
  check(overflowing(66310), "per-channel", "int8", 255, 0, 255);
}

namespace {

// One output of `taps` products of -32 and 31 at a step of 2^-10; the output's step is 1.
void check_16_bits(const GraphBuilder& b, int64_t wrapped, int64_t saturated, uint64_t overflows) {
  const auto& shape = b.graph.tensors[b.graph.inputs[0]].shape;
  const IntegerTensor x{shape, std::vector<int64_t>(static_cast<size_t>(element_count(shape)), 31)};
  for (const auto& machine : {isa::Machine{}, with_full_stage()}) {
    for (const auto policy : {isa::Overflow::wrap, isa::Overflow::saturate}) {
      QuantSpec spec = resolve_preset("static-acc16", "preset", {"weight.range=full"});
      spec.overflow = policy;
      const Result result = run(b, spec, machine, x);
      CHECK(result.reference == std::vector<int64_t>{policy == isa::Overflow::wrap ? wrapped : saturated});
      CHECK(result.program == result.reference);
      CHECK(result.program_overflows == overflows);
      CHECK(result.reference_overflows == overflows);
    }
  }
}

GraphBuilder products_of_32_and_31(int64_t inputs) {
  GraphBuilder b;
  const TensorId x = b.input({1, inputs, 1, 1}, {-1, 1});
  b.node(pointwise(1, inputs, std::vector<float>(static_cast<size_t>(inputs), -1.0f)), {x}, {1, 1, 1, 1},
         {-32, 32});
  return b;
}

}  // namespace

TEST_CASE("accumulator: of 16 bits, as the array's output stage and the DSP's hold sums to it") {
  check_16_bits(products_of_32_and_31(33), -32, -32, 0);  // -32736 / 1024 = -31.97
  check_16_bits(products_of_32_and_31(34), 31, -32, 1);   // -33728: 31808 / 1024 = 31.06, or -32768 / 1024
}

TEST_CASE("accumulator: of 16 bits, in the DSP's depthwise convolution") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 6, 6}, {-1, 1});
  Conv conv;
  conv.groups = 1;
  conv.window.kernel = {6, 6};
  conv.weights = weights_of("w", {1, 1, 6, 6}, std::vector<float>(36, -1.0f));
  b.node(conv, {x}, {1, 1, 1, 1}, {-32, 32});
  check_16_bits(b, 29, -32, 1);  // -35712: 29824 / 1024 = 29.1
}

TEST_CASE("accumulator: in the DSP's depthwise convolution") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 2, 2}, {0, 1});
  Conv conv;
  conv.groups = 2;
  conv.window.kernel = {2, 2};
  conv.weights = weights_of("w", {2, 1, 2, 2}, std::vector<float>(8, 1.0f));
  conv.bias = {65535, 0};
  b.node(conv, {x}, {1, 2, 1, 1}, {0, 65538});
  check(b, "tidl-np2-fixed", "int8", 255, -64, 64, true);  // as above, with 4 * 255 * 127
}
