// Thresholds by the error of the outputs, by hand (quantization.md 4.9).
#include "runtime/emulation/threshold_search.h"

#include <doctest/doctest.h>

#include "runtime/float_network/run_float.h"
#include "runtime/reference/reference.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

SearchedThresholds searched(const GraphBuilder& b, const FloatTensor& samples,
                            const ChoiceValues& values = {}) {
  const Samples all(b.graph, {&samples});
  const auto make = [](const Graph& graph, const Ranges& ranges) {
    return make_plan(graph, make_recipe(graph, resolve_preset("tqt-static", "int8")), ranges);
  };
  return search_thresholds(b.graph, b.ranges, all, 1, {"threshold_search", values}, make);
}

double weight_inv_step(const Graph& graph, const Ranges& ranges) {
  const auto plan = make_plan(graph, make_recipe(graph, resolve_preset("tqt-static", "int8")), ranges);
  return std::get<LinearPlan>(plan.nodes[0]).weight_inv_step.at(0);
}

}  // namespace

TEST_CASE("threshold search: a weight that meets nothing but zeros gives its threshold up (hand vector)") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 1}, {-0.75, 0.75});
  b.node(pointwise(1, 2, {0.0205078125f, 4}), {x}, {1, 1, 1, 1}, {-0.015380859375, 0.015380859375});
  // Threshold 4: a step of 2^-5, so 0.0205078125 (21 / 1024) is one step, 0.03125. 0.0205078125 is a whole
  // number of steps from 2^-10 on, a threshold of 1/8 or 4 * 2^-5.
  const FloatTensor samples{{2, 2, 1, 1}, {0.75f, 0, -0.75f, 0}};
  const auto found = searched(b, samples);
  CHECK(weight_inv_step(b.graph, b.ranges) == 32);
  CHECK(weight_inv_step(found.graph, found.ranges) == 1024);
  const auto& weights = *std::get<Conv>(found.graph.nodes[0].op).weights.values;
  CHECK(weights == std::vector<float>{0.0205078125f, 0.125f});
  // No range of a tensor is better than the one that was seen.
  CHECK(found.ranges[0].high == 0.75);
  CHECK(found.ranges[1].high == 0.015380859375);
  CHECK(found.note.find("1 thresholds of weights and 0 of 2 tensors cut") != std::string::npos);
}

TEST_CASE("threshold search: a layer's own result may gain where the outputs gain nothing (hand vector)") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 1}, {-0.75, 0.75});
  const Range range{-0.015380859375, 0.015380859375};
  const TensorId y = b.node(pointwise(1, 2, {0.0205078125f, 4}), {x}, {1, 1, 1, 1}, range);
  b.node(pointwise(1, 1, {0}), {y}, {1, 1, 1, 1}, {0, 0});  // whatever comes in, 0 comes out
  const FloatTensor samples{{2, 2, 1, 1}, {0.75f, 0, -0.75f, 0}};
  const auto of_outputs = searched(b, samples), of_layers = searched(b, samples, {{"own", 1}});
  CHECK(weight_inv_step(of_outputs.graph, of_outputs.ranges) == 32);
  CHECK(weight_inv_step(of_layers.graph, of_layers.ranges) == 1024);  // as above
}

TEST_CASE("threshold search: few exponents go less far; a range is cut where an outlier does not count") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 1}, {-0.75, 0.75});
  b.node(pointwise(1, 2, {0.0205078125f, 4}), {x}, {1, 1, 1, 1}, {-0.015380859375, 0.015380859375});
  const FloatTensor samples{{1, 2, 1, 1}, {0.75f, 0}};
  const auto found = searched(b, samples, {{"exponents", 1}});
  CHECK(weight_inv_step(found.graph, found.ranges) == 32);

  GraphBuilder wide;  // calibration saw 64 in the input; these samples know nothing of it
  const TensorId input = wide.input({1, 1, 1, 1}, {-64, 64});
  wide.node(pointwise(1, 1, {0.5f}), {input}, {1, 1, 1, 1}, {-0.375, 0.375});
  const auto cut = searched(wide, FloatTensor{{1, 1, 1, 1}, {0.71875f}});
  // 0.71875 is 23 / 32: exact at a step of 2^-5, a threshold of 4. A finer one is no better.
  CHECK(cut.ranges[0].high == 4);
  CHECK(cut.ranges[0].low == -4);
}
