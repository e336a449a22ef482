// The full-size topologies and the trained networks that the repository holds.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "runtime/io/random_weights.h"
#include "runtime/transform/legalize.h"
#include "test_places.h"
#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

const std::string kNetworks = MMASIM_SOURCE_DIR "/tests/networks/";

struct Published {
  const char* name;
  uint64_t macs, parameters;
};

// Multiply-accumulates of convolutions and fully connected layers as published for these networks. Parameters
// of squeezenet1_1 and vgg16 are the published counts too; the others differ from those by what folding or
// keeping their BatchNormalization changes: resnet50 25,557,032 - 26,560 (one bias replaces scale and shift
// of each channel).
const Published kPublished[] = {
    {"resnet18", 1814073344, 11689512 - 4800},      {"resnet50", 4089184256, 25557032 - 26560},
    {"mobilenet_v1", 568740352, 4231976 - 10944},   {"mobilenet_v2", 300774272, 3504872 - 17056},
    {"squeezenet1_1", 349151936, 1235496},          {"vgg16", 15470264320, 138357544},
    {"inception_v3", 5713216096, 23834568 - 17216}, {"densenet121", 2834161664, 0},
    {"efficientnet_lite0", 385187552, 0},           {"regnet_x_400mf", 413812608, 0},
};

// Operators and connections, without values.
std::string structure(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) {
    text += node.name + ":" + operator_name(node.op) +
            std::to_string(static_cast<int>(node.activation.kind)) + "(";
    for (TensorId id : node.inputs) text += std::to_string(id) + " ";
    text += ")->" + std::to_string(node.output) + ";";
  }
  return text;
}

size_t covered(const Graph& graph) {
  std::set<std::string> names;
  size_t count = 0;
  for (const Node& node : graph.nodes) {
    names.insert(node.covers.begin(), node.covers.end());
    count += node.covers.size();
  }
  CHECK(names.size() == count);
  return count;
}

}  // namespace

TEST_CASE("networks: published multiply-accumulates and parameters of the ten topologies") {
  for (const Published& published : kPublished) {
    CAPTURE(published.name);
    const Graph graph = import_network(kNetworks + published.name + ".onnx").graph;
    verify(graph);
    CHECK(graph.name == published.name);
    CHECK(graph.inputs.size() == 1);
    CHECK(graph.outputs.size() == 1);
    CHECK(has_missing_weights(graph));
    CHECK(macs(graph) == published.macs);
    if (published.parameters) CHECK(graph.parameter_count == published.parameters);
    const Graph legal = legalize(graph);
    verify(legal);
    CHECK(macs(legal) == published.macs);
    CHECK(covered(legal) == covered(graph));
    CHECK(legal.operator_count == graph.operator_count);
    CHECK(legal.parameter_count == graph.parameter_count);
  }
}

TEST_CASE("networks: legalizing before or after the weights get values gives the same") {
  for (const char* name : {"densenet121", "squeezenet1_1", "mobilenet_v2"}) {
    CAPTURE(name);
    const Graph bare = import_network(kNetworks + name + ".onnx").graph;
    Graph filled = bare;
    fill_random_weights(filled, 1);
    Graph late = legalize(bare);
    CHECK(structure(legalize(filled)) == structure(late));
    fill_random_weights(late, 1);
    const Graph early = legalize(filled);
    for (size_t i = 0; i < late.nodes.size(); ++i) {
      const auto* conv = std::get_if<Conv>(&late.nodes[i].op);
      if (conv) CHECK(*conv->weights.values == *std::get<Conv>(early.nodes[i].op).weights.values);
    }
  }
}

TEST_CASE("networks: a topology's layers after legalizing") {
  // resnet18: 20 convolutions, 8 additions, 1 MaxPool, 1 GlobalAveragePool, 1 Reshape, 1 Gemm, no Relu of its
  // own.
  const Graph resnet = legalize(import_network(kNetworks + "resnet18.onnx").graph);
  CHECK(resnet.nodes.size() == 20 + 8 + 1 + 1 + 1 + 1);
  // vgg16: 13 convolutions, 5 pools, the first Gemm a convolution with its view behind, 2 Gemm; its 1x1
  // AveragePool is gone.
  const Graph vgg = legalize(import_network(kNetworks + "vgg16.onnx").graph);
  CHECK(vgg.nodes.size() == 13 + 5 + 2 + 2);
  // densenet121: each of its 62 BatchNormalization stands behind a Concat, a pool or a shared tensor, so none
  // folds.
  size_t norms = 0;
  for (const Node& node : legalize(import_network(kNetworks + "densenet121.onnx").graph).nodes) {
    norms += std::holds_alternative<BatchNorm>(node.op) ? 1 : 0;
  }
  CHECK(norms == 62);
}

TEST_CASE("networks: a batch multiplies the work") {
  ImportOptions options;
  options.batch = 4;
  for (const char* name : {"squeezenet1_1", "vgg16", "trained/fashion_mobilenetv2_mini"}) {
    const Graph one = legalize(import_network(kNetworks + name + ".onnx").graph);
    const Graph four = legalize(import_network(kNetworks + name + ".onnx", options).graph);
    CHECK(macs(four) == 4 * macs(one));
    CHECK(structure(four) == structure(one));
    CHECK(four.tensors[four.outputs[0]].shape[0] == 4);
  }
}

TEST_CASE("networks: a file that is parsed once gives several graphs, with the weights where asked") {
  const TemporaryFolder folder("parsed-once");
  const auto path = folder.file("net.onnx");
  std::filesystem::copy_file(kNetworks + "trained/fashion_lenet5.onnx", path);
  const auto imported = import_network(path);
  const ParsedNetwork parsed(path);
  std::filesystem::remove(path);  // nobody opens it again
  CHECK(parsed.sha256() == imported.sha256);
  ImportOptions three;
  three.batch = 3;
  three.keep_values = false;
  const Graph bare = parsed.build(three);
  CHECK(bare.tensors[bare.inputs[0]].shape[0] == 3);
  const Graph whole = parsed.build({});
  CHECK(structure(whole) == structure(imported.graph));
  const auto& weights = std::get<Conv>(whole.nodes[0].op).weights;
  REQUIRE(weights.values != nullptr);
  CHECK(*weights.values == *std::get<Conv>(imported.graph.nodes[0].op).weights.values);
  CHECK(std::get<Conv>(bare.nodes[0].op).weights.values == nullptr);
}

TEST_CASE("networks: the trained ones, with and without values") {
  ImportOptions bare;
  bare.keep_values = false;
  const std::pair<const char*, uint64_t> kTrained[] = {{"fashion_lenet5", 3024384},
                                                       {"fashion_resnet8", 9345920},
                                                       {"fashion_resnet8_batchnorm", 9345920},
                                                       {"fashion_mobilenetv2_mini", 3553192},
                                                       {"fashion_mobilenetv2_mini_batchnorm", 3553192}};
  for (const auto& [name, expected] : kTrained) {
    CAPTURE(name);
    const ImportedNetwork network = import_network(kNetworks + "trained/" + name + ".onnx");
    CHECK(macs(network.graph) == expected);
    CHECK_FALSE(has_missing_weights(network.graph));
    CHECK(network.sha256.size() == 64);
    const Graph legal = legalize(network.graph);
    verify(legal);
    CHECK(difference(network.graph, legal) < 1e-5);
    const Graph timing = import_network(kNetworks + "trained/" + name + ".onnx", bare).graph;
    CHECK(has_missing_weights(timing));
    CHECK(structure(legalize(timing)) == structure(legal));
  }
}

TEST_CASE("networks: folding BatchNormalization gives what the exporter's own folding gave") {
  for (const std::string name : {"fashion_resnet8", "fashion_mobilenetv2_mini"}) {
    const Graph folded_here =
        legalize(import_network(kNetworks + "trained/" + name + "_batchnorm.onnx").graph);
    const Graph folded_there = legalize(import_network(kNetworks + "trained/" + name + ".onnx").graph);
    CHECK(outline(folded_here) == outline(folded_there));
    CHECK(difference(folded_here, folded_there) < 1e-5);
  }
}
