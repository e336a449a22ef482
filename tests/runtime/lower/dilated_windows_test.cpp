// Convolutions whose dilated windows, or whose weights, are larger than L2: the lines of each tap row apart,
// weights in parts, with the integers of the reference.
#include <doctest/doctest.h>

#include <algorithm>

#include "runtime/lower/array/window_tile.h"
#include "tests/kit/execution.h"
#include "tests/kit/graph_builder.h"

using namespace mmasim;
using namespace mmasim::tests;
using runtime::Graph;

namespace {

void check(const Graph& graph, uint64_t l2_bytes) {
  for (const std::string preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"}) {
    for (const std::string precision : {"int8", "int16", "int32"}) {
      CAPTURE(preset);
      CAPTURE(precision);
      isa::Machine machine;
      machine.l2_bytes = l2_bytes;
      machine.multiplier_bits = preset == "per-channel" ? 31 : 0;
      const auto execution = execute_and_compare(graph, preset, precision, machine);
      CHECK(execution.compared_tensors == graph.nodes.size() + graph.outputs.size());
      CHECK(execution.difference == "");
      CHECK(execution.any_order_agrees);
    }
  }
}

runtime::Window dilated(int64_t kernel, int64_t stride, int64_t dilation) {
  runtime::Window w;
  const auto pad = (kernel - 1) * dilation / 2;
  w.kernel = {kernel, kernel}, w.stride = {stride, stride}, w.dilation = {dilation, dilation};
  w.pad = {pad, pad, pad, pad};
  return w;
}

Graph convolution(runtime::Shape shape, int64_t out_channels, const runtime::Window& w, int64_t groups) {
  GraphBuilder b;
  return b.finish({b.conv(b.input(std::move(shape)), out_channels, w, groups)});
}

}  // namespace

TEST_CASE("dilated windows: lines of tap rows are held apart where lines between them are not read") {
  runtime::LinearLayer layer;
  layer.in.dims = {1, 33, 33, 8}, layer.out.dims = {1, 33, 33, 8};
  layer.kernel_y = layer.kernel_x = 3, layer.dilation_y = layer.dilation_x = 12;
  layer.pad_top = layer.pad_left = 12;
  // 4 lines of 33 results: 3 groups of 4 lines, where the whole window has 4 + 24; 33 columns are more than
  // 12, so their windows overlap: 33 + 24 columns.
  const runtime::Region output{0, 1, 0, 4, 0, 33, 0, 8};
  auto held = runtime::held_windows(layer, output, layer.input_region(output));
  CHECK(held.y.groups == 3);
  CHECK(held.y.lines == 4);
  CHECK(held.y.dilation == 4);
  CHECK(held.x.groups == 1);
  CHECK(held.x.dilation == 12);
  CHECK(held.elements == 12 * 57 * 8);
  // 12 lines leave none out: 12 + 24 lines.
  const runtime::Region tall{0, 1, 0, 12, 0, 33, 0, 8};
  held = runtime::held_windows(layer, tall, layer.input_region(tall));
  CHECK(held.y.groups == 1);
  CHECK(held.y.dilation == 12);
  CHECK(held.elements == 36 * 57 * 8);
  // Every second of 5 columns: 9 columns each, apart.
  layer.stride_x = 2;
  const runtime::Region narrow{0, 1, 0, 1, 0, 5, 0, 8};
  held = runtime::held_windows(layer, narrow, layer.input_region(narrow));
  CHECK(held.x.groups == 3);
  CHECK(held.x.lines == 9);
  CHECK(held.x.dilation == 9);
  CHECK(held.elements == 3 * 27 * 8);
}

TEST_CASE("dilated windows: dense convolutions on the array") {
  for (const int64_t dilation : {5, 9, 14}) {
    CAPTURE(dilation);
    check(convolution({1, 24, 13, 17}, 20, dilated(3, 1, dilation), 1), 48 << 10);
  }
  check(convolution({2, 24, 17, 13}, 20, dilated(3, 2, 7), 1), 48 << 10);
}

TEST_CASE("dilated windows: depthwise convolutions") {
  for (const int64_t dilation : {6, 12, 20}) {
    CAPTURE(dilation);
    check(convolution({1, 96, 14, 15}, 96, dilated(3, 1, dilation), 96), 64 << 10);
  }
  check(convolution({2, 96, 15, 14}, 96, dilated(3, 2, 5), 96), 64 << 10);
}

TEST_CASE("dilated windows: depthwise weights larger than L2 come with their channels") {
  check(convolution({1, 130, 7, 6}, 130, dilated(13, 1, 1), 130), 32 << 10);  // 22 KB to 88 KB
}

TEST_CASE("dilated windows: where not even one line of windows fits, taps come one after another") {
  // 3 lines of 78 columns of 150 channels and more, in 16 KB; two groups, so that units begin at other
  // channels.
  const auto graph = convolution({1, 150, 9, 70}, 20, dilated(3, 1, 4), 1);
  isa::Machine machine;
  machine.l2_bytes = 16 << 10;
  const auto execution = execute_and_compare(graph, "tidl-np2-fixed", "int8", machine);
  const auto& layers = execution.program.layers;
  CHECK(std::any_of(layers.begin(), layers.end(),
                    [](const auto& row) { return row.dataflow == "taps-split"; }));
  check(graph, 16 << 10);
  check(convolution({1, 160, 9, 31}, 20, dilated(3, 2, 5), 2), 16 << 10);
}
