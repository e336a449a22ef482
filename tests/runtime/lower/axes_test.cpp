// Every operator along every axis and rank, brought into place, lowered and executed, against the reference
// of the same graph; and lowering's own checks of what it takes for granted.
#include <doctest/doctest.h>

#include "runtime/transform/legalize.h"
#include "tests/kit/execution.h"
#include "tests/kit/graph_builder.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim;
using namespace mmasim::tests;
using runtime::Graph;
using runtime::Shape;

namespace {

isa::Machine tiny() {
  isa::Machine machine;
  machine.name = "tiny";
  machine.l2_bytes = 48 * 1024;
  machine.l3_bytes = 1024;
  return machine;
}

void check(const Graph& built) {
  const Graph graph = runtime::legalize(built);
  runtime::verify(graph);
  for (const auto& machine : {isa::Machine{}, tiny()}) {
    for (const std::string preset : {"tidl-np2-fixed", "per-channel"}) {
      for (const std::string precision : {"int8", "int32"}) {
        CAPTURE(machine.name);
        CAPTURE(preset);
        CAPTURE(precision);
        const auto execution = execute_and_compare(graph, preset, precision, machine);
        CHECK(execution.compared_tensors == graph.nodes.size() + graph.outputs.size());
        CHECK(execution.difference == "");
      }
    }
  }
}

const std::vector<Shape> kShapes = {{7},          {3, 5},          {2, 3, 5},         {2, 3, 4, 5},
                                    {2, 1, 4, 5}, {2, 3, 4, 2, 5}, {2, 3, 1, 4, 2, 3}};

std::string fault(const Graph& graph) {
  const auto spec = runtime::resolve_preset("tidl-np2-fixed", "int8");
  try {
    runtime::lower(graph, runtime::make_plan_structure(graph, make_recipe(graph, spec)), isa::Machine{}, {});
  } catch (const std::logic_error& thrown) {
    return thrown.what();
  }
  return "";
}

}  // namespace

TEST_CASE("lower: constants and slopes along every axis of every rank") {
  for (const Shape& shape : kShapes) {
    GraphBuilder b;
    const auto x = b.input(shape);
    std::vector<runtime::TensorId> results;
    const auto rank = static_cast<int64_t>(shape.size());
    for (int64_t first = 0; first < rank; ++first) {
      for (int64_t count = 1; first + count <= rank; ++count) {
        int64_t channels = 1;
        for (int64_t d = first; d < first + count; ++d) channels *= shape[static_cast<size_t>(d)];
        const runtime::AxisSpan along{first, count};
        const auto y =
            b.add(runtime::BatchNorm{b.values(channels), b.values(channels), channels, along}, {x}, relu());
        results.push_back(b.add(runtime::Prelu{b.values(channels), channels, along}, {y}));
      }
    }
    results.push_back(b.add(runtime::BatchNorm{{0.5}, {1}, 1, {0, 0}}, {x}));
    CAPTURE(rank);
    check(b.finish(results));
  }
}

TEST_CASE("lower: products, softmax and argmax along every axis of every rank") {
  for (const Shape& shape : kShapes) {
    GraphBuilder b;
    const auto x = b.input(shape);
    std::vector<runtime::TensorId> results{b.gemm(x, 6, relu())};
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      results.push_back(b.add(runtime::Softmax{static_cast<int64_t>(axis)}, {x}));
      Shape kept = shape, dropped = shape;
      kept[axis] = 1;
      dropped.erase(dropped.begin() + static_cast<ptrdiff_t>(axis));
      results.push_back(b.add(runtime::ArgMax{static_cast<int64_t>(axis)}, {x}, {}, kept));
      if (!dropped.empty()) {
        results.push_back(b.add(runtime::ArgMax{static_cast<int64_t>(axis)}, {x}, {}, dropped));
      }
    }
    CAPTURE(shape.size());
    check(b.finish(results));
  }
}

TEST_CASE("lower: padding and joining along every axis of every rank") {
  for (const Shape& shape : kShapes) {
    GraphBuilder b;
    const auto x = b.input(shape);
    const auto rank = shape.size();
    std::vector<runtime::TensorId> results{b.add(runtime::Pad{Shape(rank, 1), Shape(rank, 2)}, {x})};
    for (size_t axis = 0; axis < rank; ++axis) {
      runtime::Pad pad{Shape(rank, 0), Shape(rank, 0)};
      pad.before[axis] = 2, pad.after[axis] = 1;
      const auto padded = b.add(pad, {x});
      results.push_back(b.add(runtime::Concat{static_cast<int64_t>(axis)}, {x, padded, x}));
    }
    CAPTURE(rank);
    check(b.finish(results));
  }
}

TEST_CASE("lower: a network that is one Pad by nothing is a copy") {
  for (const Shape& shape : kShapes) {
    GraphBuilder b;
    const auto x = b.input(shape);
    const auto y = b.add(runtime::Pad{Shape(shape.size(), 0), Shape(shape.size(), 0)}, {x});
    CAPTURE(shape.size());
    check(b.finish({y}));
  }
}

TEST_CASE("lower: two operands of any ranks, either or both repeated") {
  const std::vector<std::pair<Shape, Shape>> pairs = {{{2, 3, 4}, {4}},
                                                      {{2, 3, 4}, {3, 1}},
                                                      {{2, 3, 4}, {2, 1, 1}},
                                                      {{2, 3, 4}, {1}},
                                                      {{4}, {2, 3, 4}},
                                                      {{2, 1, 4}, {3, 1}},
                                                      {{2, 3, 4, 5}, {3, 4, 5}},
                                                      {{2, 3, 1, 5}, {2, 3, 4, 1}},
                                                      {{2, 1, 4, 5}, {2, 3, 4, 5}},
                                                      {{2, 3, 4, 5}, {1, 5}},
                                                      {{2, 3, 4, 5, 6}, {3, 1, 1, 6}},
                                                      {{2, 3, 4, 5, 6}, {2, 1, 4, 5, 1}},
                                                      {{2, 3, 4, 5, 6, 2}, {2, 3, 1, 5, 6, 1}},
                                                      {{7}, {7}}};
  for (const auto& [left, right] : pairs) {
    GraphBuilder b;
    const auto x = b.input(left), y = b.input(right);
    std::vector<runtime::TensorId> results{b.add(runtime::Sub{}, {x, y}, relu()),
                                           b.add(runtime::Mul{}, {y, x})};
    CAPTURE(left.size());
    CAPTURE(right.size());
    check(b.finish(results));
  }
}

TEST_CASE("lower: more groups of repeated axes than four are refused with both shapes") {
  GraphBuilder b;
  const auto x = b.input({2, 3, 2, 3, 2}), y = b.input({1, 3, 1, 3, 1});
  const auto graph = b.finish({b.add(runtime::Add{}, {x, y})});
  const auto spec = runtime::resolve_preset("tidl-np2-fixed", "int8");
  CHECK(runtime::test::user_error([&] {
          runtime::lower(graph, runtime::make_plan_structure(graph, make_recipe(graph, spec)), isa::Machine{},
                         {});
        }) ==
        "node 'node0' (Add): operands of shapes [2, 3, 2, 3, 2] and [1, 3, 1, 3, 1] repeat along 5 separate "
        "groups of axes (0, 1, 2, 3, 4); at most 4 are supported");
}

TEST_CASE("lower: an operator along another axis than lowering takes is a defect that stops") {
  GraphBuilder b;
  const auto x = b.input({2, 3, 4});
  CHECK(fault(b.finish({b.add(runtime::Softmax{1}, {x})})) ==
        "node 'node0' (Softmax): works along axis 1 of an input of shape [2, 3, 4]; lowering takes axis 2");
  GraphBuilder c;
  const auto y = c.input({2, 2, 2, 2, 3});
  CHECK(
      fault(c.finish({c.add(runtime::ArgMax{4}, {y}, {}, {2, 2, 2, 2})})) ==
      "node 'node0' (ArgMax): its result of shape [2, 2, 2, 2] does not lie in the order of the positions of "
      "[2, 2, 2, 2, 3]");
}

TEST_CASE("lower: a table shorter than the channels that index it is a defect that stops") {
  GraphBuilder b;
  const auto graph = b.finish({b.batch_norm(b.input({1, 12, 3, 3}))});
  const auto spec = runtime::resolve_preset("tidl-np2-fixed", "int8");
  auto plan = runtime::make_plan_structure(graph, make_recipe(graph, spec));
  std::get<runtime::LinearPlan>(plan.nodes[0]).bias.resize(5);
  CHECK_THROWS_WITH_AS(runtime::lower(graph, plan, isa::Machine{}, {}),
                       "node 'node0' (BatchNorm): its bias has 5 entries for 12 channels", std::logic_error);
}
