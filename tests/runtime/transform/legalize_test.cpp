// Each rule on the smallest network that calls for it, on one that must be left alone, and that the result
// computes the same.
#include <doctest/doctest.h>

#include <set>

#include "runtime/transform/legalize.h"
#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

using Names = std::vector<std::string>;

// Imports, legalizes, and checks that the function is kept and every node of the file is covered once.
Graph checked(const OnnxBuilder& network, double tolerance = 0) {
  const Graph before = imported(network);
  const Graph after = legalize(before);
  verify(after);
  CHECK(difference(before, after) <= tolerance);
  std::multiset<std::string> names_before, names_after;
  for (const Node& node : before.nodes) names_before.insert(node.covers.begin(), node.covers.end());
  for (const Node& node : after.nodes) names_after.insert(node.covers.begin(), node.covers.end());
  CHECK(names_before == names_after);
  return after;
}

const Node& find(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes) {
    if (node.name == name) return node;
  }
  FAIL("no node " << name);
  return graph.nodes[0];
}

}  // namespace

TEST_CASE("legalize: the folding vector of the specification") {
  // g=2, v=3.99, eps=.01, mu=1, beta=.5, w=.3, b=.1 -> w'=.3, b'=-.4
  OnnxBuilder network(13);
  network.input("x", {1, 1, 2, 2}).initializer("w", {1, 1, 1, 1}, {0.3f}).initializer("b", {1}, {0.1f});
  network.initializer("g", {1}, {2})
      .initializer("beta", {1}, {0.5f})
      .initializer("mu", {1}, {1})
      .initializer("v", {1}, {3.99f});
  network.add_node("Conv", {"x", "w", "b"}, {"c"}, {}, "conv");
  network
      .add_node("BatchNormalization", {"c", "g", "beta", "mu", "v"}, {"y"}, {real("epsilon", 0.01f)}, "norm")
      .output("y");
  const Graph graph = checked(network, 1e-6);
  const Node& node = only_node(graph);
  const auto& conv = std::get<Conv>(node.op);
  REQUIRE(conv.weight_scale.size() == 1);
  CHECK(double{(*conv.weights.values)[0]} * conv.weight_scale[0] == doctest::Approx(0.3).epsilon(1e-7));
  CHECK(conv.bias.at(0) == doctest::Approx(-0.4).epsilon(1e-7));
  CHECK(node.name == "conv");
  CHECK(node.covers == Names{"conv", "norm"});
}

TEST_CASE("legalize: BatchNorm folds into transposed convolutions and Gemm, and keeps weights untouched") {
  OnnxBuilder up(13);
  up.input("x", {1, 2, 3, 3})
      .initializer("w", {2, 3, 2, 2})
      .add_node("ConvTranspose", {"x", "w"}, {"c"}, {ints("strides", {2, 2})});
  up.add_batch_norm("norm", "c", "y", 3).output("y");
  const Graph graph = checked(up, 1e-6);
  CHECK(outline(graph) == "ConvTranspose");
  CHECK(*std::get<ConvTranspose>(graph.nodes[0].op).weights.values == sample_values("w", 24));
  CHECK(std::get<ConvTranspose>(graph.nodes[0].op).bias.size() == 3);
  OnnxBuilder dense(13);
  dense.input("x", {2, 5}).add_gemm("fc", "x", "c", {4, 5}).add_batch_norm("norm", "c", "y", 4).output("y");
  CHECK(outline(checked(dense, 1e-6)) == "Gemm");
}

TEST_CASE(
    "legalize: BatchNorm stays where another reads the convolution, where it comes first, or behind an "
    "activation") {
  OnnxBuilder shared(13);
  shared.input("x", {1, 3, 4, 4})
      .add_conv("conv", "x", "c", {3, 3, 1, 1})
      .add_batch_norm("norm", "c", "n", 3);
  shared.add_node("Add", {"c", "n"}, {"y"}).output("y");
  CHECK(outline(checked(shared)) == "Conv BatchNorm Add");
  OnnxBuilder first(13);
  first.input("x", {1, 3, 4, 4})
      .add_batch_norm("norm", "x", "n", 3)
      .add_conv("conv", "n", "y", {3, 3, 1, 1})
      .output("y");
  CHECK(outline(checked(first)) == "BatchNorm Conv");
  OnnxBuilder behind(13);
  behind.input("x", {1, 3, 4, 4})
      .add_conv("conv", "x", "c", {3, 3, 1, 1})
      .add_node("Relu", {"c"}, {"r"})
      .add_batch_norm("norm", "r", "y", 3)
      .output("y");
  CHECK(outline(checked(behind)) == "Conv+relu BatchNorm");
  OnnxBuilder output(13);
  output.input("x", {1, 3, 4, 4})
      .add_conv("conv", "x", "c", {3, 3, 1, 1})
      .add_batch_norm("norm", "c", "y", 3)
      .output("c")
      .output("y");
  CHECK(outline(checked(output)) == "Conv BatchNorm");
}

TEST_CASE("legalize: a chain of normalizations and constants is one BatchNorm") {
  OnnxBuilder network(13);
  network.input("x", {1, 2, 3, 3}).initializer("three", {}, {3}).initializer("scales", {2, 1, 1}, {2, -1});
  network.add_node("Add", {"x", "three"}, {"a"})
      .add_node("Mul", {"a", "scales"}, {"b"})
      .add_node("Sub", {"b", "three"}, {"y"})
      .output("y");
  const Graph graph = checked(network, 1e-6);
  const auto& norm = std::get<BatchNorm>(only_node(graph).op);
  CHECK(norm.scale == std::vector<double>{2, -1});
  CHECK(norm.shift == std::vector<double>{3, -6});  // (x + 3) * 2 - 3, (x + 3) * -1 - 3
  CHECK(graph.nodes[0].covers == Names{"Add_0", "Mul_1", "Sub_2"});
}

TEST_CASE("legalize: activations fuse into the operator before them") {
  OnnxBuilder network(13);
  network.initializer("zero", {}, {0}).initializer("six", {}, {6}).initializer("low", {}, {-1});
  network.input("x", {1, 4, 8, 8})
      .input("b", {1, 4, 1, 1})
      .add_conv("conv", "x", "c", {4, 4, 3, 3}, {ints("pads", {1, 1, 1, 1})})
      .add_node("Relu", {"c"}, {"r"});
  network.add_node("Add", {"r", "x"}, {"s"}).add_node("Clip", {"s", "zero", "six"}, {"t"});
  network.add_node("MaxPool", {"t"}, {"p"}, {ints("kernel_shape", {2, 2}), ints("strides", {2, 2})})
      .add_node("Sub", {"p", "b"}, {"u"})
      .add_node("Clip", {"u", "low", "six"}, {"q"});
  network.add_node("GlobalAveragePool", {"q"}, {"g"})
      .add_node("Relu", {"g"}, {"h"})
      .add_node("Flatten", {"h"}, {"f"});
  network.add_gemm("fc", "f", "l", {3, 4}).add_node("Relu", {"l"}, {"y"}).output("y");
  const Graph graph = checked(network);
  CHECK(outline(graph) == "Conv+relu Add+clip MaxPool Sub+clip GlobalAveragePool+relu Reshape Gemm+relu");
  CHECK(graph.nodes[0].covers == Names{"conv", "Relu_1"});
  CHECK(graph.nodes[3].activation.low == -1);
}

TEST_CASE("legalize: an activation stays where another reads its input, or the operator cannot take one") {
  OnnxBuilder shared(13);
  shared.input("x", {1, 3, 4, 4})
      .add_conv("conv", "x", "c", {3, 3, 1, 1})
      .add_node("Relu", {"c"}, {"r"})
      .add_node("Add", {"c", "r"}, {"y"})
      .output("y");
  CHECK(outline(checked(shared)) == "Conv Clip+relu Add");
  OnnxBuilder twice(13);
  twice.input("x", {1, 3, 4, 4})
      .initializer("six", {}, {6})
      .add_conv("conv", "x", "c", {3, 3, 1, 1})
      .add_node("Relu", {"c"}, {"r"});
  twice.add_node("Clip", {"r", "", "six"}, {"y"}).output("y");
  CHECK(outline(checked(twice)) == "Conv+relu Clip+clip");
  OnnxBuilder joined(13);
  joined.input("x", {1, 3, 4, 4})
      .add_node("Concat", {"x", "x"}, {"c"}, {integer("axis", 1)})
      .add_node("Relu", {"c"}, {"y"})
      .output("y");
  CHECK(outline(checked(joined)) == "Concat Clip+relu");
  OnnxBuilder pool(13);
  pool.input("x", {1, 3, 4, 4})
      .add_node("MaxPool", {"x"}, {"p"}, {ints("kernel_shape", {2, 2})})
      .add_node("Relu", {"p"}, {"y"})
      .output("y");
  CHECK(outline(checked(pool)) == "MaxPool Clip+relu");
}

TEST_CASE("legalize: what does nothing vanishes, and its name goes to a neighbour") {
  OnnxBuilder network(12);
  network.input("x", {1, 3, 4, 4})
      .add_node("Identity", {"x"}, {"i"}, {}, "first")
      .add_conv("conv", "i", "c", {3, 3, 1, 1});
  network.add_node("Dropout", {"c"}, {"d"}, {}, "drop")
      .add_node("MaxPool", {"d"}, {"p"}, {ints("kernel_shape", {1, 1})}, "pool");
  network.add_node("Transpose", {"p"}, {"t"}, {ints("perm", {0, 1, 2, 3})}, "same")
      .add_node("Relu", {"t"}, {"r"}, {}, "relu");
  network.add_node("Identity", {"r"}, {"y"}, {}, "last").output("y");
  const Graph graph = checked(network);
  CHECK(outline(graph) == "Conv+relu");
  CHECK(graph.nodes[0].covers == Names{"first", "conv", "drop", "pool", "same", "relu", "last"});
  CHECK(graph.tensors[graph.outputs[0]].name == "y");
}

TEST_CASE("legalize: an Identity stays where input and output would be one tensor") {
  OnnxBuilder through(13);
  through.input("x", {1, 3}).add_node("Identity", {"x"}, {"y"}).output("y");
  CHECK(outline(checked(through)) == "Reshape");
  OnnxBuilder both(13);
  both.input("x", {1, 3})
      .add_node("Relu", {"x"}, {"y"})
      .add_node("Identity", {"y"}, {"z"})
      .output("y")
      .output("z");
  CHECK(outline(checked(both)) == "Clip+relu Reshape");
}

TEST_CASE("legalize: a padding of nothing is a view where it cannot vanish") {
  OnnxBuilder network(13);
  network.input("x", {1, 3, 4, 4}).integers("pads", {0, 0, 0, 0, 0, 0, 0, 0});
  network.add_node("Pad", {"x", "pads"}, {"y"}).output("y");
  CHECK(outline(checked(network)) == "Reshape");
}

TEST_CASE("legalize: padding goes into the convolution, and into the average that counts it") {
  const std::vector<int64_t> pads = {0, 0, 1, 2, 0, 0, 0, 1};
  OnnxBuilder conv(13);
  conv.input("x", {1, 3, 5, 5}).integers("pads", pads).add_node("Pad", {"x", "pads"}, {"p"}, {}, "pad");
  conv.add_conv("conv", "p", "y", {2, 3, 3, 3}, {ints("pads", {1, 0, 0, 0})}).output("y");
  const Graph graph = checked(conv);
  CHECK(std::get<Conv>(only_node(graph).op).window.pad == std::array<int64_t, 4>{2, 2, 0, 1});
  CHECK(graph.nodes[0].covers == Names{"pad", "conv"});
  const auto average = [&](const std::vector<Attribute>& more) {
    OnnxBuilder network(13);
    std::vector<Attribute> attributes = {ints("kernel_shape", {3, 3})};
    attributes.insert(attributes.end(), more.begin(), more.end());
    network.input("x", {1, 3, 5, 5})
        .integers("pads", pads)
        .add_node("Pad", {"x", "pads"}, {"p"})
        .add_node("AveragePool", {"p"}, {"y"}, attributes)
        .output("y");
    return checked(network, 1e-6);
  };
  CHECK(std::get<AveragePool>(only_node(average({})).op).count_padding);
  CHECK(outline(average({ints("pads", {1, 0, 0, 0}), integer("count_include_pad", 1)})) == "AveragePool");
  CHECK(outline(average({ints("pads", {1, 0, 0, 0})})) ==
        "Pad AveragePool");  // its own padding does not count
}

TEST_CASE(
    "legalize: padding stays before a maximum, where it reaches other axes, and where another reads it") {
  OnnxBuilder pool(13);
  pool.input("x", {1, 3, 5, 5})
      .integers("pads", {0, 0, 1, 1, 0, 0, 1, 1})
      .add_node("Pad", {"x", "pads"}, {"p"});
  pool.add_node("MaxPool", {"p"}, {"y"}, {ints("kernel_shape", {3, 3})}).output("y");
  CHECK(outline(checked(pool)) == "Pad MaxPool");
  OnnxBuilder channels(13);
  channels.input("x", {1, 3, 5, 5})
      .integers("pads", {0, 0, 0, 0, 0, 1, 0, 0})
      .add_node("Pad", {"x", "pads"}, {"p"})
      .add_conv("conv", "p", "y", {2, 4, 1, 1})
      .output("y");
  CHECK(outline(checked(channels)) == "Pad Conv");
  OnnxBuilder none(13);
  none.input("x", {1, 3, 5, 5})
      .integers("pads", std::vector<int64_t>(8, 0))
      .add_node("Pad", {"x", "pads"}, {"p"});
  none.add_node("MaxPool", {"p"}, {"y"}, {ints("kernel_shape", {3, 3})}).output("y");
  CHECK(outline(checked(none)) == "MaxPool");
}

TEST_CASE("legalize: Flatten and Gemm are a convolution by the whole map") {
  OnnxBuilder network(13);
  network.input("x", {2, 3, 4, 5})
      .add_node("Flatten", {"x"}, {"f"}, {}, "flatten")
      .add_gemm("fc", "f", "g", {7, 60});
  network.add_node("Relu", {"g"}, {"r"}, {}, "relu").add_gemm("last", "r", "y", {2, 7}).output("y");
  const Graph graph = checked(network, 1e-5);
  CHECK(outline(graph) == "Conv+relu Reshape Gemm");
  const Node& node = find(graph, "fc");
  CHECK(std::get<Conv>(node.op).weights.shape == Shape{7, 3, 4, 5});
  CHECK(std::get<Conv>(node.op).from_gemm);
  CHECK(node.covers == Names{"fc", "relu"});
  CHECK(find(graph, "flatten").covers == Names{"flatten"});
  CHECK(macs(graph) == 2 * 7 * 60 + 2 * 2 * 7);
}

TEST_CASE("legalize: Flatten of single elements, or of other than whole maps, stays before its Gemm") {
  OnnxBuilder single(13);
  single.input("x", {2, 3, 1, 1})
      .add_node("Flatten", {"x"}, {"f"})
      .add_gemm("fc", "f", "y", {7, 3})
      .output("y");
  CHECK(outline(checked(single)) == "Reshape Gemm");
  OnnxBuilder mixed(13);
  mixed.input("x", {2, 4, 3, 3})
      .integers("shape", {4, 18})
      .add_node("Reshape", {"x", "shape"}, {"f"})
      .add_gemm("fc", "f", "y", {7, 18})
      .output("y");
  CHECK(outline(checked(mixed)) == "Reshape Gemm");
}

TEST_CASE("legalize: a view of a view, and a join of a join, are one") {
  OnnxBuilder views(13);
  views.input("x", {2, 3, 4})
      .integers("rows", {6, 4})
      .add_node("Reshape", {"x", "rows"}, {"r"})
      .add_node("Flatten", {"r"}, {"f"}, {integer("axis", 0)})
      .output("f");
  CHECK(outline(checked(views)) == "Reshape");
  OnnxBuilder joins(13);
  joins.input("a", {1, 1, 2, 2})
      .input("b", {1, 2, 2, 2})
      .add_node("Concat", {"a", "b"}, {"ab"}, {integer("axis", 1)});
  joins.add_node("Concat", {"b", "ab", "a"}, {"y"}, {integer("axis", 1)}).output("y");
  const Graph graph = checked(joins);
  CHECK(outline(graph) == "Concat");
  CHECK(graph.nodes[0].inputs.size() == 4);
}

TEST_CASE("legalize: HardSwish and HardSigmoid are recognised in the forms that exporters write") {
  const auto network = [] {
    OnnxBuilder made(11);
    made.input("x", {1, 2, 3, 3})
        .initializer("zero", {}, {0})
        .initializer("three", {}, {3})
        .initializer("six", {}, {6});
    made.initializer("sixth", {}, {1.0f / 6});
    return made;
  };
  const auto kind = [](const Graph& graph) { return std::get<Unary>(only_node(graph).op).kind; };
  OnnxBuilder product = network();
  product.add_node("HardSigmoid", {"x"}, {"s"}, {real("alpha", 1.0f / 6), real("beta", 0.5f)})
      .add_node("Mul", {"s", "x"}, {"y"})
      .output("y");
  CHECK(kind(checked(product, 1e-6)) == Unary::Kind::hard_swish);
  OnnxBuilder clipped = network();
  clipped.add_node("Add", {"x", "three"}, {"a"})
      .add_node("Clip", {"a", "zero", "six"}, {"c"})
      .add_node("Mul", {"x", "c"}, {"m"});
  clipped.add_node("Div", {"m", "six"}, {"y"}).output("y");
  const Graph swish = checked(clipped, 1e-6);
  CHECK(kind(swish) == Unary::Kind::hard_swish);
  CHECK(swish.nodes[0].covers == Names{"Add_0", "Clip_1", "Mul_2", "Div_3"});
  OnnxBuilder early = network();
  early.add_node("Add", {"x", "three"}, {"a"})
      .add_node("Clip", {"a", "zero", "six"}, {"c"})
      .add_node("Mul", {"c", "sixth"}, {"d"});
  early.add_node("Mul", {"x", "d"}, {"y"}).output("y");
  CHECK(kind(checked(early, 1e-6)) == Unary::Kind::hard_swish);
  OnnxBuilder sigmoid = network();
  sigmoid.add_node("Add", {"x", "three"}, {"a"})
      .add_node("Clip", {"a", "zero", "six"}, {"c"})
      .add_node("Div", {"c", "six"}, {"y"})
      .output("y");
  CHECK(kind(checked(sigmoid, 1e-6)) == Unary::Kind::hard_sigmoid);
}

TEST_CASE("legalize: what only resembles HardSwish is left as it is") {
  OnnxBuilder network(11);
  network.input("x", {1, 2, 3, 3}).input("z", {1, 2, 3, 3});
  network.add_node("HardSigmoid", {"x"}, {"s"}, {real("alpha", 1.0f / 6), real("beta", 0.5f)})
      .add_node("Mul", {"s", "z"}, {"y"})
      .output("y");
  CHECK(outline(checked(network)) == "HardSigmoid Mul");
  OnnxBuilder other(11);
  other.input("x", {1, 2, 3, 3})
      .add_node("HardSigmoid", {"x"}, {"s"})
      .add_node("Mul", {"s", "x"}, {"y"})
      .output("y");
  CHECK(outline(checked(other)) == "HardSigmoid Mul");  // alpha is 0.2
}

TEST_CASE("legalize: doing it twice changes nothing more") {
  OnnxBuilder network(13);
  network.input("x", {1, 3, 8, 8})
      .add_conv("conv", "x", "c", {4, 3, 3, 3})
      .add_batch_norm("norm", "c", "n", 4)
      .add_node("Relu", {"n"}, {"r"});
  network.add_node("Flatten", {"r"}, {"f"}).add_gemm("fc", "f", "y", {5, 144}).output("y");
  const Graph once = checked(network, 1e-5), twice = legalize(once);
  CHECK(outline(once) == "Conv+relu Conv Reshape");
  CHECK(outline(twice) == outline(once));
  CHECK(twice.tensors.size() == once.tensors.size());
}
