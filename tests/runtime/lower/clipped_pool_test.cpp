// Means of what is never negative, clipped to bounds below zero, as programs and by the reference.
#include <doctest/doctest.h>

#include "tests/kit/execution.h"
#include "tests/kit/graph_builder.h"

using namespace mmasim;
using namespace mmasim::tests;
using runtime::Activation;

namespace {

runtime::Graph clipped_mean(runtime::Operator mean, double low, double high) {
  GraphBuilder b;
  const auto rectified = b.add(runtime::Clip{}, {b.input({1, 3, 4, 4})}, {Activation::Kind::relu, 0, 0});
  return b.finish({b.add(std::move(mean), {rectified}, {Activation::Kind::clip, low, high})});
}

}  // namespace

TEST_CASE("lower: a mean that is clipped below zero keeps its sign in the program") {
  runtime::AveragePool window;
  window.window.kernel = {2, 2}, window.window.stride = {2, 2};
  for (const runtime::Operator& mean :
       {runtime::Operator{window}, runtime::Operator{runtime::GlobalAveragePool{}}}) {
    for (const std::string preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"}) {
      for (const std::string precision : {"int8", "int16", "int32"}) {
        CAPTURE(preset);
        CAPTURE(precision);
        isa::Machine machine;
        machine.multiplier_bits = preset == "per-channel" ? 31 : 0;
        const auto execution =
            execute_and_compare(clipped_mean(mean, -0.25, -0.25), preset, precision, machine);
        CHECK(execution.difference == "");
        const auto element = execution.program.outputs.front().element;
        CHECK(isa::element_is_signed(element) == (preset != "per-channel"));  // a zero point takes the place
      }
    }
  }
}
