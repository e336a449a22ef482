// Windows, strides and dilations that 16 bits do not hold: split exactly, or refused with the node's name.
#include <doctest/doctest.h>

#include "runtime/lower/tiles/windows.h"
#include "runtime/user_error.h"
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
      machine.l2_bytes = 1 << 20;
      machine.multiplier_bits = preset == "per-channel" ? 31 : 0;
      const auto execution = execute_and_compare(graph, preset, precision, machine);
      CHECK(execution.compared_tensors == graph.nodes.size() + graph.outputs.size());
      CHECK(execution.difference == "");
      CHECK(execution.any_order_agrees);
    }
  }
}

std::string refusal(const Graph& graph) {
  try {
    execute_and_compare(graph, "tidl-np2-fixed", "int8", isa::Machine{});
  } catch (const runtime::UserError& error) {
    return error.what();
  }
  return "";
}

runtime::Window line(int64_t kernel, int64_t stride = 1, int64_t dilation = 1) {
  runtime::Window w;
  w.kernel = {1, kernel}, w.stride = {1, stride}, w.dilation = {1, dilation};
  return w;
}
runtime::Window turned(runtime::Window w) {
  std::swap(w.kernel[0], w.kernel[1]), std::swap(w.stride[0], w.stride[1]);
  std::swap(w.dilation[0], w.dilation[1]);
  return w;
}

Graph global_average(runtime::Shape shape) {
  GraphBuilder b;
  return b.finish({b.add(runtime::GlobalAveragePool{}, {b.input(std::move(shape))})});
}
Graph max_pool(runtime::Shape shape, const runtime::Window& w) {
  GraphBuilder b;
  return b.finish({b.add(runtime::MaxPool{w}, {b.input(std::move(shape))})});
}
Graph average_pool(runtime::Shape shape, const runtime::Window& w) {
  GraphBuilder b;
  runtime::AveragePool pool;
  pool.window = w;
  return b.finish({b.add(pool, {b.input(std::move(shape))})});
}
Graph convolution(runtime::Shape shape, int64_t out_channels, const runtime::Window& w, int64_t groups) {
  GraphBuilder b;
  return b.finish({b.conv(b.input(std::move(shape)), out_channels, w, groups)});
}

}  // namespace

TEST_CASE("windows: a line of cells as lines of cells, each once") {
  CHECK(runtime::lines_of_cells(65536)->lines == 2);
  CHECK(runtime::lines_of_cells(65536)->cells == 32768);
  CHECK(runtime::lines_of_cells(70000)->cells == 35000);
  CHECK(runtime::lines_of_cells(3 * 65521)->lines == 3);  // 65521 is prime
  CHECK_FALSE(runtime::lines_of_cells(65537));            // prime
  CHECK_FALSE(runtime::lines_of_cells(131074));           // 2 * 65537
  CHECK(runtime::next_count_of_lines(65537) == 65538);    // 2 * 32769
  CHECK(runtime::next_count_of_lines(65536) == 65536);
}

TEST_CASE("windows: a line of cells as overlapping lines ends where it ends") {
  for (const int64_t count : {65536, 65537, 131071, 16777216, 1073741789}) {
    CAPTURE(count);
    const auto lines = runtime::overlapping_lines(count);
    CHECK(lines.cells <= 65535);
    CHECK(lines.lines <= 65535);
    CHECK(lines.step <= lines.cells);  // no cell between two lines
    CHECK((lines.lines - 1) * lines.step + lines.cells == count);
  }
}

TEST_CASE("lower: the mean of a map beyond 65,535 rows or columns, of a prime count of cells too") {
  check(global_average({1, 1, 65536, 1}));
  check(global_average({1, 2, 1, 70000}));
  check(global_average({2, 1, 1, 65537}));
  check(average_pool({1, 1, 1, 65537}, line(65537)));
}

TEST_CASE("lower: the largest of a map, and of windows, beyond 65,535") {
  check(max_pool({1, 2, 65537, 1}, turned(line(65537))));
  check(max_pool({1, 1, 1, 65541}, line(65537)));
  check(max_pool({1, 1, 65541, 1}, turned(line(65537, 2))));
  runtime::Window both = line(65536);
  both.kernel[0] = 2;
  check(max_pool({1, 1, 2, 65536}, both));  // the whole map
}

TEST_CASE("lower: means of windows beyond 65,535 that are lines of cells") {
  check(average_pool({1, 1, 1, 140000}, line(70000, 70000)));
  check(average_pool({1, 1, 70002, 1}, turned(line(70000, 2))));
}

TEST_CASE("lower: strides and dilations beyond 65,535") {
  check(max_pool({1, 3, 1, 65540}, line(2, 65537)));
  check(max_pool({1, 3, 1, 65540}, line(2, 1, 65537)));
  check(max_pool({1, 1, 65540, 2}, turned(line(2, 1, 65537))));
  check(average_pool({1, 1, 1, 65540}, line(2, 65537)));
  check(convolution({1, 2, 1, 65540}, 2, line(2, 1, 65537), 2));  // depthwise
  check(convolution({1, 2, 65540, 1}, 2, turned(line(2, 65537)), 2));
  check(convolution({1, 1, 1, 65540}, 3, line(2, 1, 65537), 1));  // on the array
  check(convolution({1, 1, 1, 65540}, 3, line(1, 65537), 1));
}

TEST_CASE("lower: a stride that its one step never takes") {
  check(max_pool({1, 3, 4, 5}, line(5, 1 << 20)));
  check(max_pool({1, 3, 4, 5}, line(1, 1, 1 << 20)));
  check(convolution({1, 64, 4, 5}, 3, line(1, int64_t{1} << 24, int64_t{1} << 24), 1));
}

TEST_CASE("lower: padding counts in windows that stride beyond 65,535") {
  runtime::Window w = line(3, 65537);
  w.pad = {0, 1, 0, 1};
  check(average_pool({1, 1, 1, 65540}, w));
  check(max_pool({1, 1, 1, 65540}, w));
}

TEST_CASE("lower: what cannot be split is refused with its node, the field and what it holds") {
  CHECK(refusal(average_pool({1, 1, 1, 65538}, line(65537))) ==
        "layer 'node0': kernel_x is 65537; an instruction holds 0..65535");
  GraphBuilder b;
  runtime::Resize up;
  up.mode = runtime::Resize::Mode::bilinear, up.factor_y = 1, up.factor_x = 65536;
  CHECK(refusal(b.finish({b.add(up, {b.input({1, 1, 1, 2})})})) ==
        "node 'node0' (Resize): factor_x is 65536; an instruction holds 0..65535");
}
