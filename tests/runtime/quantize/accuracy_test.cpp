// The plan, executed by the reference, against the float network: a wrong step, sign, shift or zero point
// shows here as noise far above that of rounding, whatever operator made it.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "runtime/calibrate/calibrate.h"
#include "runtime/float_network/run_float.h"
#include "runtime/quantize/host_values.h"
#include "runtime/reference/reference.h"
#include "tests/runtime/quantize/every_operator.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

FloatTensor wave(const Shape& shape) {
  FloatTensor x{shape, {}};
  for (int64_t i = 0; i < element_count(shape); ++i) {
    x.values.push_back(static_cast<float>(std::sin(static_cast<double>(i * i % 97) * 1.7)));
  }
  return x;
}

IntegerTensor integers_of(const TensorPlan& plan, const FloatTensor& x) {
  const std::vector<uint8_t> bytes = quantize_input(plan, x);
  IntegerTensor result{x.shape, {}};
  const FloatTensor values = dequantize_output(plan, x.shape, bytes);
  for (const float v : values.values) {
    result.values.push_back(std::llround(static_cast<double>(v) * plan.inv_step) + plan.zero_point);
  }
  return result;
}

double signal_to_noise_db(const std::vector<float>& expected, const IntegerTensor& q,
                          const TensorPlan& plan) {
  double signal = 1e-30, noise = 1e-30;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double value = static_cast<double>(q.values[i] - plan.zero_point) / plan.inv_step;
    signal += static_cast<double>(expected[i]) * expected[i];
    noise += (value - expected[i]) * (value - expected[i]);
  }
  return 10 * std::log10(signal / noise);
}

// The least of all tensors.
double worst_signal_to_noise_db(const std::string& preset, const std::string& precision, double least) {
  // ReLU8 stands for ReLU6 where steps are powers of two: a change of the network, not noise.
  const QuantSpec spec = resolve_preset(preset, precision);
  const GraphBuilder b = every_operator(spec.relu6 == QuantSpec::Relu6::relu8 ? 8 : 6);
  const FloatTensor x = wave(b.graph.tensors[0].shape);
  const Ranges ranges = calibrate(b.graph, {x});
  const QuantPlan plan = make_plan(b.graph, make_recipe(b.graph, spec), ranges);
  const auto expected = run_float(b.graph, {x});
  const auto actual = run_reference(b.graph, plan, {integers_of(plan.tensors[0], x)});
  double worst = 1e9;
  for (size_t id = 0; id < expected.size(); ++id) {
    const double db = signal_to_noise_db(expected[id].values, actual[id], plan.tensors[id]);
    INFO(preset << " " << precision << " " << b.graph.tensors[id].name);
    CHECK(db > least);
    worst = std::min(worst, db);
  }
  return worst;
}

}  // namespace

TEST_CASE(
    "accuracy: every tensor of a network with every operator follows the float network, better with more "
    "bits") {
  for (const char* preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel", "tidl-dw-channel",
                             "static-acc32", "tidl-np2-strict"}) {
    // A signal that fills b bits has 6 b dB over rounding noise; tables of 1024 segments stop at about 120
    // dB.
    const double int8 = worst_signal_to_noise_db(preset, "int8", 25);
    const double int16 = worst_signal_to_noise_db(preset, "int16", 70);
    CHECK(int16 > int8 + 40);
    worst_signal_to_noise_db(preset, "int32", 110);
  }
}
