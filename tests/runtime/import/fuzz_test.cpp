// Damaged files: whatever the bytes, the importer works or throws UserError, and what it gives is sound.
#include <doctest/doctest.h>

#include <random>

#include "runtime/transform/legalize.h"
#include "runtime/user_error.h"
#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

// A little of everything.
std::string seed_network() {
  OnnxBuilder network(13);
  network.input("x", {OnnxBuilder::kOpen, 2, 6, 6})
      .add_conv("conv", "x", "c", {4, 2, 3, 3}, {ints("pads", {1, 1, 1, 1}), ints("strides", {1, 1})});
  network.add_batch_norm("norm", "c", "n", 4)
      .add_node("Relu", {"n"}, {"r"})
      .initializer("zero", {}, {0})
      .initializer("six", {}, {6});
  network.add_node("MaxPool", {"r"}, {"p"},
                   {ints("kernel_shape", {2, 2}), ints("strides", {2, 2}), integer("ceil_mode", 1)});
  network.add_node("Clip", {"p", "zero", "six"}, {"k"})
      .integers("sizes", {1, 3})
      .add_node("Split", {"k", "sizes"}, {"s", "t"}, {integer("axis", 1)});
  network.add_node("Concat", {"t", "s"}, {"j"}, {integer("axis", 1)})
      .add_node("Shape", {"j"}, {"shape"})
      .integers("first", {0});
  network.add_node("Gather", {"shape", "first"}, {"batch"})
      .integers("rest", {-1})
      .add_node("Concat", {"batch", "rest"}, {"rows"}, {integer("axis", 0)});
  network.add_node("Reshape", {"j", "rows"}, {"f"})
      .add_gemm("fc", "f", "g", {5, 36})
      .add_node("Softmax", {"g"}, {"y"})
      .output("y");
  return network.bytes();
}

std::string damaged(const std::string& whole, std::mt19937& random) {
  std::string bytes = whole;
  const int changes = 1 + static_cast<int>(random() % 4);
  for (int i = 0; i < changes; ++i) {
    const size_t place = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes[place] = static_cast<char>(random());
        break;
      case 1:
        bytes[place] = static_cast<char>(bytes[place] ^ 1 << random() % 8);
        break;
      case 2:
        bytes.erase(place, 1 + random() % 3);
        break;
      default:
        bytes.insert(place, 1, static_cast<char>(random()));
        break;
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("fuzz: 2000 damaged files are imported soundly or refused in one line") {
  const std::string whole = seed_network();
  const TemporaryFolder folder("fuzz");
  std::mt19937 random(20240501);  // the standard fixes its numbers
  int good = 0, refused = 0;
  for (int round = 0; round < 2000; ++round) {
    CAPTURE(round);
    folder.write("net.onnx", damaged(whole, random));
    try {
      const Graph graph = import_network(folder.file("net.onnx")).graph;
      verify(graph);
      verify(legalize(graph));
      ++good;
    } catch (const UserError& error) {
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
      ++refused;
    }
  }
  CHECK(good + refused == 2000);
  CHECK(good > 100);  // both outcomes were met
  CHECK(refused > 100);
}
