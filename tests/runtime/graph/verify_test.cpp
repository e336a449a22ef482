// Each fault is a small good graph with one thing wrong.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "runtime/graph/graph.h"
#include "runtime/transform/legalize.h"

using namespace mmasim::runtime;

namespace {

// x -> Clip+relu -> y -> Add(y, x) -> z
Graph good_graph() {
  Graph graph;
  graph.tensors = {{"x", {1, 2, 3, 3}}, {"y", {1, 2, 3, 3}}, {"z", {1, 2, 3, 3}}};
  graph.inputs = {0};
  graph.outputs = {2};
  graph.nodes = {{"relu", {"relu"}, Clip{}, {Activation::Kind::relu, 0, 0}, {0}, 1},
                 {"add", {"add"}, Add{}, {}, {1, 0}, 2}};
  return graph;
}

std::string fault(const Graph& graph) {
  try {
    verify(graph);
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "(no fault)";
}

}  // namespace

TEST_CASE("verify: a good graph passes") { CHECK(fault(good_graph()) == "(no fault)"); }

TEST_CASE("verify: nodes must stand behind what they read") {
  Graph graph = good_graph();
  std::swap(graph.nodes[0], graph.nodes[1]);
  CHECK(fault(graph) == "verify: node 'add' (Add): reads 'y' before it is produced");
}

TEST_CASE("verify: a tensor has one producer") {
  Graph graph = good_graph();
  graph.nodes[1].output = 1;
  CHECK(fault(graph) == "verify: node 'add' (Add): tensor 'y' is produced twice");
}

TEST_CASE("verify: shapes must be those the operator gives") {
  Graph graph = good_graph();
  graph.tensors[2].shape = {1, 2, 3, 4};
  CHECK(fault(graph) == "verify: node 'add' (Add): gives [1, 2, 3, 3] but its output has shape [1, 2, 3, 4]");
  graph = good_graph();
  graph.tensors[1].shape = {1, 2, 5, 3};
  CHECK(fault(graph) ==
        "verify: node 'relu' (Clip): gives [1, 2, 3, 3] but its output has shape [1, 2, 5, 3]");
}

TEST_CASE("verify: operands that do not fit are named") {
  Graph graph = good_graph();
  graph.tensors.push_back({"w", {1, 2, 4, 3}});
  graph.inputs.push_back(3);
  graph.nodes[1].inputs = {1, 3};
  CHECK(fault(graph) ==
        "verify: node 'add' (Add): operands of shapes [1, 2, 3, 3] and [1, 2, 4, 3] do not broadcast: axis 2 "
        "is 3 and 4");
}

TEST_CASE("verify: every tensor is produced and used") {
  Graph graph = good_graph();
  graph.tensors.push_back({"lost", {1}});
  CHECK(fault(graph) == "verify: tensor 'lost': never produced");
  graph.inputs.push_back(3);
  CHECK(fault(graph) == "verify: tensor 'lost': never used");
  graph = good_graph();
  graph.outputs = {9};
  CHECK(fault(graph) == "verify: the graph's outputs: tensor 9 of 3");
}

TEST_CASE("verify: names are unique, of tensors and of what nodes cover") {
  Graph graph = good_graph();
  graph.tensors[1].name = "x";
  CHECK(fault(graph) == "verify: tensor 'x': another has the same name");
  graph = good_graph();
  graph.nodes[1].covers = {"add", "relu"};
  CHECK(fault(graph) == "verify: node 'add' (Add): covers 'relu', which another node covers too");
}

TEST_CASE("verify: a Clip has an activation, and bounds in order") {
  Graph graph = good_graph();
  graph.nodes[0].activation = {};
  CHECK(fault(graph) == "verify: node 'relu' (Clip): has no activation");
  graph.nodes[0].activation = {Activation::Kind::clip, 6, 0};
  CHECK(fault(graph) == "verify: node 'relu' (Clip): clips to 6.000000..0.000000");
}

TEST_CASE("verify: what legalize gives has passed") {
  Graph graph = good_graph();
  graph.tensors[2].shape = {1, 2, 3, 4};
  CHECK_THROWS_WITH_AS(legalize(graph),
                       "verify: node 'add' (Add): gives [1, 2, 3, 3] but its output has shape [1, 2, 3, 4]",
                       std::logic_error);
}
