// The ONNX project's own node cases (package libonnx-testdata): each a network of one operator with inputs
// and the outputs it must give. What is importable is imported, run in float and compared; what is not must
// be refused in one line. The numbers at the end are exact, so that a case that stops being run is noticed.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <set>

#include "runtime/import/operators/supported_operators.h"
#include "runtime/transform/legalize.h"
#include "runtime/user_error.h"
#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
namespace fs = std::filesystem;

namespace {

const fs::path kCases = "/usr/share/libonnx-testdata/data/node";

template <class Message>
Message parsed(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Message message;
  REQUIRE(message.ParseFromIstream(&file));
  return message;
}

std::vector<float> floats(const onnx::TensorProto& tensor) {
  std::vector<float> values(tensor.float_data().begin(), tensor.float_data().end());
  if (tensor.data_type() == onnx::TensorProto::INT64) {
    for (size_t i = 0; i + 8 <= tensor.raw_data().size(); i += 8) {
      int64_t value;
      std::memcpy(&value, tensor.raw_data().data() + i, 8);
      values.push_back(static_cast<float>(value));
    }
  } else if (tensor.has_raw_data()) {
    values.resize(tensor.raw_data().size() / 4);
    if (!values.empty()) std::memcpy(values.data(), tensor.raw_data().data(), values.size() * 4);
  }
  return values;
}

// In these cases weights, bounds and shapes are inputs too: all but data become initializers.
bool is_data(const onnx::NodeProto& node, int index, const onnx::TensorProto& value) {
  if (value.data_type() != onnx::TensorProto::FLOAT || value.dims_size() == 0) return false;
  static const std::set<std::string> kOfTensors = {"Add", "Sub", "Mul", "Concat"};
  return index == 0 || kOfTensors.count(node.op_type()) != 0;
}

struct Case {
  onnx::ModelProto model;
  std::vector<FloatTensor> inputs, outputs;
};

Case read_case(const fs::path& folder) {
  Case read;
  read.model = parsed<onnx::ModelProto>(folder / "model.onnx");
  onnx::GraphProto& graph = *read.model.mutable_graph();
  for (int i = 0; i < graph.input_size(); ++i) {
    auto value =
        parsed<onnx::TensorProto>(folder / "test_data_set_0" / ("input_" + std::to_string(i) + ".pb"));
    if (is_data(graph.node(0), i, value)) {
      read.inputs.push_back({{value.dims().begin(), value.dims().end()}, floats(value)});
    } else {
      value.set_name(graph.input(i).name());
      *graph.add_initializer() = value;
    }
  }
  for (int i = 0; i < graph.output_size(); ++i) {
    const auto value =
        parsed<onnx::TensorProto>(folder / "test_data_set_0" / ("output_" + std::to_string(i) + ".pb"));
    read.outputs.push_back({{value.dims().begin(), value.dims().end()}, floats(value)});
  }
  return read;
}

double largest_difference(const std::vector<FloatTensor>& seen, const std::vector<FloatTensor>& expected) {
  double largest = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (seen.at(i).shape != expected[i].shape || seen[i].values.size() != expected[i].values.size())
      return INFINITY;
    for (size_t k = 0; k < expected[i].values.size(); ++k) {
      const double wanted = expected[i].values[k];
      largest = std::max(largest, std::abs(seen[i].values[k] - wanted) / std::max(1.0, std::abs(wanted)));
    }
  }
  return largest;
}

bool is_supported(const std::string& op) {
  for (const OperatorSupport& row : supported_operators()) {
    if (row.onnx_name == op) return true;
  }
  return false;
}

// One supported operator from float to float (or ArgMax). Cast is left out: its cases are about other types.
bool is_runnable(const onnx::GraphProto& graph) {
  if (graph.node_size() != 1 || graph.input_size() == 0) return false;
  const onnx::NodeProto& node = graph.node(0);
  return node.domain().empty() && is_supported(node.op_type()) && node.op_type() != "Cast" &&
         graph.input(0).type().tensor_type().elem_type() == onnx::TensorProto::FLOAT;
}

}  // namespace

TEST_CASE("onnx node cases: what is imported computes what the ONNX project says") {
  REQUIRE_MESSAGE(fs::is_directory(kCases),
                  "install libonnx-testdata: its node cases are this test's oracle");
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(kCases)) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  const TemporaryFolder scratch("node-cases");
  int agreed = 0, refused = 0;
  for (const fs::path& folder : folders) {
    const auto model = parsed<onnx::ModelProto>(folder / "model.onnx");
    if (!is_runnable(model.graph())) continue;
    CAPTURE(folder.filename().string());
    const Case one = read_case(folder);
    const std::string path = scratch.file("net.onnx");
    std::ofstream(path, std::ios::binary) << one.model.SerializeAsString();
    Graph graph;
    try {
      graph = import_network(path).graph;
    } catch (const UserError& error) {
      ++refused;
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
      continue;
    }
    verify(graph);
    CHECK(largest_difference(run(graph, one.inputs), one.outputs) <= 1e-5);
    const Graph legal = legalize(graph);
    verify(legal);
    CHECK(largest_difference(run(legal, one.inputs), one.outputs) <= 1e-5);
    ++agreed;
  }
  CHECK(agreed == 165);
  CHECK(refused == 78);
}
