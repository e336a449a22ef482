// Small networks on which quantizers are known to fail, by executed programs, for every preset at every
// precision that it has: numbers far apart, ranges without zero, ranges of nothing. What is right follows
// from the network alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "runtime/io/npy.h"
#include "runtime/quantize/host_values.h"
#include "runtime/quantize/spec.h"
#include "runtime/user_error.h"
#include "sim/experiment/perform.h"
#include "sim/inputs/placed_tensor.h"
#include "tests/kit/onnx_builder.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim;
using namespace mmasim::sim;
using runtime::FloatTensor;
using runtime::Shape;
using tests::ints;
using tests::OnnxBuilder;

namespace {

struct Quantization {
  QuantChoice choice;
  bool is_static;
  uint32_t bits;          // that values are right to
  uint32_t average_bits;  // that averages are: fewer where 1/N is a weight of 8 bits, which 1/2^n saturates
  bool is_searched;       // thresholds by the squared error of all values together
};

// Feature maps have them; but dynamic quantization knows 8 alone, and a multiplier of few bits leaves no more
// of a value.
uint32_t right_bits(const runtime::QuantChoices& choices) {
  using Choices = runtime::QuantChoices;
  if (choices.mode == Choices::Mode::dynamic) return 8;
  if (choices.requant == Choices::Requant::shift) return choices.act_bits;
  return std::min(choices.act_bits, choices.multiplier_bits);
}

std::vector<Quantization> every_quantization() {
  std::vector<Quantization> all;
  const auto add = [&](const QuantChoice& choice) {
    const auto spec = runtime::resolve_preset(choice.preset, choice.precision);
    const bool by_weight = spec.average_pool == runtime::QuantChoices::AveragePool::dwconv;
    const uint32_t bits = right_bits(spec);
    const bool is_searched =
        std::any_of(spec.corrections.begin(), spec.corrections.end(),
                    [](const auto& correction) { return correction.kind == "threshold_search"; });
    all.push_back({choice, spec.mode == runtime::QuantChoices::Mode::fixed, bits,
                   by_weight ? std::min(bits, 8u) : bits, is_searched});
  };
  for (const auto& preset : runtime::presets()) {
    QuantChoice choice;
    choice.preset = preset.name;
    add(choice);
    for (const char* precision : {"int16", "int32"}) {
      choice.precision = precision;
      try {
        add(choice);
      } catch (const runtime::UserError&) {  // a preset whose name says its bits
      }
    }
  }
  return all;
}

using Tensors = std::map<std::string, FloatTensor>;  // by name

FloatTensor filled(const Shape& shape, float value) {
  return {shape, std::vector<float>(static_cast<size_t>(runtime::element_count(shape)), value)};
}

void save(const std::string& path, const FloatTensor& tensor) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(tensor.values.data());
  runtime::write_npy(path, "<f4", tensor.shape, {bytes, bytes + 4 * tensor.values.size()});
}

struct OutputValues : RunObserver {
  void ends(const Made& made, RunReport&) override {
    const auto& placement = made.program.outputs.at(0);
    values = runtime::dequantize_output(tensor_plan(placement), placement.shape, made.outputs.at(0)).values;
  }
  std::vector<float> values;
};

class Trial {
 public:
  Trial(const OnnxBuilder& network, const Tensors& inputs) : folder_("extremes") {
    network.save(folder_.file("net.onnx"));
    request_.network = folder_.file("net.onnx");
    request_.mode = Mode::functional_only;
    request_.verify = Verify::outputs;
    for (const auto& [name, tensor] : inputs) {
      save(folder_.file(name + ".npy"), tensor);
      request_.data.inputs.push_back(name + "=" + folder_.file(name + ".npy"));
    }
  }
  Trial& calibrated_on(const FloatTensor& samples) {
    save(folder_.file("samples.npy"), samples);
    request_.data.calibration = folder_.file("samples.npy");
    return *this;
  }

  // As floats; the reference agrees and no accumulator has overflowed.
  std::vector<float> outputs(const QuantChoice& quant) {
    request_.quant = quant;
    Progress silent(Loudness::silent);
    OutputValues seen;
    const auto outcome = perform(request_, silent, seen);
    REQUIRE(outcome.report.verify.has_value());
    CHECK(outcome.report.verify->mismatches == 0);
    if (outcome.report.accumulator) CHECK(outcome.report.accumulator->overflow_count == 0);
    return seen.values;
  }

 private:
  runtime::test::TemporaryFolder folder_;
  Request request_;
};

enum class Tried : uint8_t { all, static_averages };

// A symmetric grid of b bits over [-range, range] has steps of range * 2^(1-b), of twice that where they are
// powers of two: the right value within so many of the latter. A search for thresholds takes a cut that
// lessens the sum of the values' squared errors: of n values off by at most a, one may then be off by sqrt(n)
// a.
void expect(Trial& trial, const std::vector<double>& expected, double range, double steps,
            Tried tried = Tried::all) {
  for (const auto& quantization : every_quantization()) {
    if (tried == Tried::static_averages && !quantization.is_static) continue;
    const uint32_t bits = tried == Tried::all ? quantization.bits : quantization.average_bits;
    CAPTURE(quantization.choice.preset);
    CAPTURE(bits);
    const auto values = trial.outputs(quantization.choice);
    REQUIRE(values.size() == expected.size());
    const double spread = quantization.is_searched ? std::sqrt(static_cast<double>(expected.size())) : 1;
    const double allowed =
        range * steps * spread * std::max(std::exp2(2 - static_cast<double>(bits)), 0x1p-21);
    for (size_t i = 0; i < values.size(); ++i) {
      CAPTURE(i);
      CAPTURE(values[i]);
      CAPTURE(expected[i]);
      CHECK(std::abs(static_cast<double>(values[i]) - expected[i]) <= allowed);
    }
  }
}

OnnxBuilder pointwise(int64_t inputs, int64_t outputs, const std::vector<float>& weights,
                      const std::vector<float>& bias, bool with_relu = false) {
  OnnxBuilder network;
  network.input("x", {1, inputs, 1, 2})
      .initializer("w", {outputs, inputs, 1, 1}, weights)
      .initializer("b", {outputs}, bias)
      .add_node("Conv", {"x", "w", "b"}, {with_relu ? "sum" : "y"});
  if (with_relu) network.add_node("Relu", {"sum"}, {"y"});
  return network.output("y");
}

OnnxBuilder of_itself(const std::string& op) {
  return OnnxBuilder().input("x", {1, 1, 1, 5}).add_node(op, {"x", "x"}, {"y"}).output("y");
}

const FloatTensor kFive{{1, 1, 1, 5}, {-1, -0.5f, 0, 0.25f, 1}};

}  // namespace

TEST_CASE("extremes: weights of 1e-7 beside a large bias leave the bias") {
  Trial trial(pointwise(1, 2, {1e-7f, -5e-8f}, {1000, -500}), {{"x", {{1, 1, 1, 2}, {1, -1}}}});
  expect(trial, {1000, 1000, -500, -500}, 1000, 1);
}

TEST_CASE("extremes: a channel of zeros and one of 1e-6 beside one of 1 keep their biases") {
  Trial trial(pointwise(2, 3, {1, -1, 0, 0, 1e-6f, 1e-6f}, {0, 0.5f, -0.25f}),
              {{"x", {{1, 2, 1, 2}, {1, -1, -1, 0.5f}}}});
  expect(trial, {2, -1.5, 0.5, 0.5, -0.25, -0.25}, 2, 2);
}

TEST_CASE("extremes: calibration on blank images gives what the network says of a blank image") {
  Trial trial(pointwise(1, 2, {2, -3}, {0.5f, -0.5f}, true), {{"x", filled({1, 1, 1, 2}, 0)}});
  trial.calibrated_on(filled({4, 1, 1, 2}, 0));
  expect(trial, {0.5, 0.5, 0, 0}, 0.5, 1);
}

TEST_CASE("extremes: where calibration saw no zero the padding of a convolution is zero all the same") {
  OnnxBuilder network;
  network.input("x", {1, 1, 3, 3})
      .initializer("w", {1, 1, 3, 3}, std::vector<float>(9, 1.0f))
      .add_node("Conv", {"x", "w"}, {"y"}, {ints("pads", {1, 1, 1, 1})})
      .output("y");
  Trial trial(network, {{"x", filled({1, 1, 3, 3}, 2.5f)}});
  FloatTensor samples{{2, 1, 3, 3}, {}};
  for (const float value : {2.0f, 3.0f}) samples.values.insert(samples.values.end(), 9, value);
  trial.calibrated_on(samples);
  // corners see 4 cells, edges 6, the middle all 9; the largest sum calibrated is 27
  expect(trial, {10, 15, 10, 15, 22.5, 15, 10, 15, 10}, 27, 2);
}

TEST_CASE("extremes: where calibration saw no zero a Pad writes zero exactly") {
  OnnxBuilder network;
  network.input("x", {1, 1, 1, 2})
      .integers("pads", {0, 0, 0, 1, 0, 0, 0, 1})
      .add_node("Pad", {"x", "pads"}, {"y"})
      .output("y");
  Trial trial(network, {{"x", {{1, 1, 1, 2}, {-3, -2}}}});
  for (const auto& quantization : every_quantization()) {
    CAPTURE(quantization.choice.preset);
    const auto values = trial.outputs(quantization.choice);
    REQUIRE(values.size() == 4);
    CHECK(values[0] == 0);
    CHECK(values[3] == 0);
    CHECK(values[1] < -2);
  }
}

TEST_CASE("extremes: x + x is twice x") {
  Trial trial(of_itself("Add"), {{"x", kFive}});
  expect(trial, {-2, -1, 0, 0.5, 2}, 2, 2);
}

TEST_CASE("extremes: x - x is zero exactly") {
  Trial trial(of_itself("Sub"), {{"x", kFive}});
  expect(trial, {0, 0, 0, 0, 0}, 0, 0);
}

TEST_CASE("extremes: x * x is the square") {
  Trial trial(of_itself("Mul"), {{"x", kFive}});
  expect(trial, {1, 0.25, 0, 0.0625, 1}, 1, 2);
}

TEST_CASE("extremes: an addend of 0.01 beside one of 128 disturbs nothing") {
  OnnxBuilder network;
  network.input("a", {1, 1, 1, 4}).input("b", {1, 1, 1, 4}).add_node("Add", {"a", "b"}, {"y"}).output("y");
  Trial trial(network, {{"a", {{1, 1, 1, 4}, {-128, 0, 1, 128}}},
                        {"b", {{1, 1, 1, 4}, {0.01f, 0.01f, -0.01f, 0.005f}}}});
  expect(trial, {-127.99, 0.01, 0.99, 128.005}, 128, 1);
}

TEST_CASE("extremes: a Concat of ranges 1 and 16 and 0.01 keeps each within a step of the largest") {
  OnnxBuilder network;
  network.input("a", {1, 1, 1, 2})
      .input("b", {1, 1, 1, 2})
      .input("c", {1, 1, 1, 2})
      .add_node("Concat", {"a", "b", "c"}, {"y"}, {tests::integer("axis", 1)})
      .output("y");
  Trial trial(network, {{"a", {{1, 1, 1, 2}, {-1, 0.5f}}},
                        {"b", {{1, 1, 1, 2}, {16, -8}}},
                        {"c", {{1, 1, 1, 2}, {0.01f, -0.01f}}}});
  expect(trial, {-1, 0.5, 16, -8, 0.01, -0.01}, 16, 1);
}

TEST_CASE("extremes: the mean of 512 x 512 cells at full scale is full scale") {
  OnnxBuilder network;
  network.input("x", {1, 2, 512, 512}).add_node("GlobalAveragePool", {"x"}, {"y"}).output("y");
  auto x = filled({1, 2, 512, 512}, 1);
  std::fill(x.values.begin() + 512 * 512, x.values.end(), -1.0f);
  Trial trial(network, {{"x", x}});
  // 1.25 is the margin of pools. In float the DSP takes no map that is larger than L2.
  expect(trial, {1, -1}, 1.25, 1, Tried::static_averages);
}
