// A network file without its weights: protobuf must see the same network, and the parts must hold the rest.
#include "runtime/import/file/file_skeleton.h"

#include <doctest/doctest.h>

#include <cstring>

#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::importing;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

onnx::TensorProto raw_tensor(const std::vector<int64_t>& shape, float first) {
  onnx::TensorProto tensor = float_tensor(shape, {});
  std::vector<float> values(static_cast<size_t>(element_count(shape)));
  for (float& value : values) value = first++;
  tensor.set_raw_data(std::string(reinterpret_cast<const char*>(values.data()), values.size() * 4));
  return tensor;
}

// Two convolutions: 1,152 weights (4,608 bytes) of raw data, and 8 of them.
OnnxBuilder two_convolutions() {
  return OnnxBuilder(13)
      .input("x", {1, 128, 2, 2})
      .initializer("many", raw_tensor({1, 128, 3, 3}, 1))
      .initializer("few", raw_tensor({8, 1, 1, 1}, 0.5f))
      .add_node("Conv", {"x", "many"}, {"y"}, {ints("pads", {1, 1, 1, 1})}, "first")
      .add_node("Conv", {"y", "few"}, {"z"}, {}, "second")
      .output("z");
}

FileSkeleton skeleton_of(const std::string& bytes) {
  const TemporaryFolder folder("skeleton");
  folder.write("net.onnx", bytes);
  return read_skeleton(RegularFile(folder.file("net.onnx")));
}

bool is_whole(const std::string& bytes) {
  const FileSkeleton skeleton = skeleton_of(bytes);
  return skeleton.bytes == bytes && skeleton.raw_data.empty();
}

}  // namespace

TEST_CASE("file skeleton: long raw data stays in the file, and put back it makes the network whole") {
  const std::string bytes = two_convolutions().bytes();
  const FileSkeleton skeleton = skeleton_of(bytes);
  REQUIRE(skeleton.raw_data.size() == 2);
  CHECK(skeleton.raw_data[0].bytes == 4608);
  CHECK(skeleton.raw_data[1].bytes == 0);  // short: in the message
  CHECK(skeleton.bytes.size() < bytes.size() - 4608);
  onnx::ModelProto whole, model;
  REQUIRE(whole.ParseFromString(bytes));
  REQUIRE(model.ParseFromString(skeleton.bytes));
  auto& first = *model.mutable_graph()->mutable_initializer(0);
  CHECK(first.has_raw_data());
  CHECK(first.raw_data().empty());
  first.set_raw_data(bytes.substr(skeleton.raw_data[0].offset_bytes, 4608));
  CHECK(model.SerializeAsString() == whole.SerializeAsString());
}

TEST_CASE("file skeleton: the importer decodes the parts") {
  const Graph graph = imported(two_convolutions());
  REQUIRE(graph.nodes.size() == 2);
  const auto& many = *std::get<Conv>(graph.nodes[0].op).weights.values;
  REQUIRE(many.size() == 1152);
  CHECK(many.front() == 1.0f);
  CHECK(many.back() == 1152.0f);
  CHECK(*std::get<Conv>(graph.nodes[1].op).weights.values ==
        std::vector<float>{0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f, 6.5f, 7.5f});
}

TEST_CASE("file skeleton: what protobuf would merge, and what is damaged, comes back whole") {
  const std::string bytes = two_convolutions().bytes();
  CHECK(is_whole(bytes + bytes));                                       // the graph twice
  CHECK(is_whole(bytes.substr(0, bytes.size() / 2)));                   // cut off within the weights
  CHECK(is_whole("\x0b"));                                              // a group, which ONNX has none of
  CHECK(is_whole(std::string(11, '\xff')));                             // a number of more than 64 bits
  CHECK(is_whole(std::string("\x3a\x06\x2a\x04\x4a\x00\x4a\x00", 8)));  // raw_data twice in one tensor
  CHECK_FALSE(is_whole(std::string("\x3a\x04\x2a\x02\x4a\x00", 6)));    // once
}

TEST_CASE("file skeleton: a file that is cut short meanwhile is an error") {
  const TemporaryFolder folder("skeleton");
  folder.write("net.onnx", "12345678");
  const RegularFile file(folder.file("net.onnx"));
  folder.write("net.onnx", "1234");
  char bytes[8];
  CHECK_THROWS_WITH_AS(file.read(0, 8, bytes), "cannot be read", std::invalid_argument);
}
