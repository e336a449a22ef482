// Pools whose windows L2 does not hold: cut into pieces, with the integers of the reference. L2 has 8 KB.
#include <doctest/doctest.h>

#include "tests/kit/execution.h"
#include "tests/kit/graph_builder.h"

using namespace mmasim;
using namespace mmasim::tests;
using runtime::Graph;

namespace {

void check(const Graph& graph) {
  for (const std::string preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"}) {
    for (const std::string precision : {"int8", "int16", "int32"}) {
      CAPTURE(preset);
      CAPTURE(precision);
      isa::Machine machine;
      machine.l2_bytes = 8192;
      machine.multiplier_bits = preset == "per-channel" ? 31 : 0;
      const auto execution = execute_and_compare(graph, preset, precision, machine);
      CHECK(execution.compared_tensors == graph.nodes.size() + graph.outputs.size());
      CHECK(execution.difference == "");
      CHECK(execution.any_order_agrees);
    }
  }
}

runtime::Window dilated(int64_t kernel, int64_t stride, int64_t pad, int64_t dilation) {
  runtime::Window w;
  w.kernel = {kernel, kernel}, w.stride = {stride, stride}, w.pad = {pad, pad, pad, pad};
  w.dilation = {dilation, dilation};
  return w;
}

}  // namespace

TEST_CASE("pool pieces: the average of a map of 10 to 40 KB in an L2 of 8 KB") {
  GraphBuilder b;
  check(b.finish({b.add(runtime::GlobalAveragePool{}, {b.input({2, 3, 57, 59})})}));
}

TEST_CASE("pool pieces: of many channels some at a time, each in whole runs of memory") {
  GraphBuilder b;
  check(b.finish({b.add(runtime::GlobalAveragePool{}, {b.input({1, 200, 9, 7})})}));
}

TEST_CASE("pool pieces: padding counts or does not, with a table of reciprocals larger than L2") {
  for (const bool count_padding : {false, true}) {  // 37 * 37 reciprocals of 8 bytes
    GraphBuilder b;
    runtime::AveragePool pool;
    pool.window = window(37, 19, 18);
    pool.count_padding = count_padding;
    check(b.finish({b.add(pool, {b.input({1, 2, 40, 45})})}));
  }
}

TEST_CASE("pool pieces: the largest of a dilated window, whose lines are longer than L2") {
  GraphBuilder b;
  check(b.finish({b.add(runtime::MaxPool{dilated(23, 11, 12, 3)}, {b.input({1, 5, 61, 90})})}));
}
