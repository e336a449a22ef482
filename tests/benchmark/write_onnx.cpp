// Makes the networks that the ratio table compares: a topology with weights of N(0, 2/fan_in), in float32, or
// as u8s8 QDQ with fixed scales (speed does not depend on them); with an input of another height and width,
// where the network takes any. A tool of scripts/benchmark; not a quantizer.
//   write_onnx TOPOLOGY.onnx OUT.onnx [--qdq] [--size PIXELS]
#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr float kActivationStep = 0.05f, kWeightStep = 0.01f;

onnx::ModelProto read_model(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  onnx::ModelProto model;
  if (!model.ParseFromIstream(&file)) throw std::runtime_error(path + ": not an ONNX file");
  return model;
}

bool has_value(const onnx::GraphProto& graph, const std::string& name) {
  for (const auto& tensor : graph.initializer())
    if (tensor.name() == name) return true;
  return false;
}

std::string packed(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<float> floats_of(const onnx::TensorProto& tensor) {
  if (!tensor.has_raw_data()) return {tensor.float_data().begin(), tensor.float_data().end()};
  std::vector<float> values(tensor.raw_data().size() / sizeof(float));
  std::memcpy(values.data(), tensor.raw_data().data(), tensor.raw_data().size());
  return values;
}

// Every input but the first is a weight without values.
void give_weights(onnx::GraphProto& graph) {
  std::mt19937 generator(1);
  for (int i = 1; i < graph.input_size(); ++i) {
    const auto& input = graph.input(i);
    if (has_value(graph, input.name())) continue;
    auto& tensor = *graph.add_initializer();
    tensor.set_name(input.name());
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    int64_t count = 1;
    for (const auto& dimension : input.type().tensor_type().shape().dim()) {
      tensor.add_dims(dimension.dim_value());
      count *= dimension.dim_value();
    }
    const double fan_in = static_cast<double>(count) / static_cast<double>(tensor.dims(0));
    std::normal_distribution<float> normal(0, static_cast<float>(std::sqrt(2 / fan_in)));
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) value = normal(generator);
    tensor.set_raw_data(packed(values));
  }
  graph.mutable_input()->DeleteSubrange(1, graph.input_size() - 1);
}

// Of N, C, H, W; shapes further on follow.
void resize_input(onnx::GraphProto& graph, int64_t size) {
  auto& shape = *graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  if (shape.dim_size() != 4) throw std::runtime_error("--size: the first input is no image");
  for (const int axis : {2, 3}) shape.mutable_dim(axis)->set_dim_value(size);
  graph.clear_value_info();
}

// Puts QuantizeLinear and DequantizeLinear around every operator: uint8 activations, int8 weights per tensor.
class QdqWriter {
 public:
  explicit QdqWriter(onnx::GraphProto& graph) : graph_(graph) {
    for (const auto& tensor : graph.initializer()) initializers_[tensor.name()] = &tensor;
    for (const auto& node : graph.node())
      for (const auto& input : node.input()) consumers_[input].push_back(&node);
  }

  void write() {
    add_scalar("activation_scale", kActivationStep);
    add_scalar("weight_scale", kWeightStep);
    add_scalar("bias_scale", kActivationStep * kWeightStep);
    add_zero("u8_zero", onnx::TensorProto::UINT8, std::string(1, '\0'));
    add_zero("u8_middle", onnx::TensorProto::UINT8, std::string(1, '\x80'));
    add_zero("s8_zero", onnx::TensorProto::INT8, std::string(1, '\0'));
    add_zero("s32_zero", onnx::TensorProto::INT32, std::string(4, '\0'));
    quantize_activation(graph_.input(0).name(), "u8_middle");
    for (const auto& node : graph_.node()) take(node);
    graph_.mutable_node()->Clear();
    for (const auto& node : nodes_) *graph_.add_node() = node;
    for (const auto& tensor : added_) *graph_.add_initializer() = tensor;
    drop_replaced();
  }

 private:
  using Node = onnx::NodeProto;

  static bool is_activation(const Node& node) { return node.op_type() == "Relu" || node.op_type() == "Clip"; }

  void take(const Node& node) {
    Node copy = node;
    const bool is_linear = node.op_type() == "Conv" || node.op_type() == "Gemm";
    for (int i = 0; i < copy.input_size(); ++i) {
      const std::string& name = node.input(i);
      if (quantized_.count(name) != 0) {
        copy.set_input(i, quantized_[name]);
      } else if (is_linear && i > 0) {
        copy.set_input(i, i == 1 ? quantize_weights(name) : quantize_bias(name));
      }
    }
    nodes_.push_back(copy);
    if (node.op_type() == "Constant") return;
    const std::string& output = node.output(0);
    const auto& readers = consumers_[output];
    const bool is_fused = readers.size() == 1 && is_activation(*readers[0]) && !is_activation(node);
    if (!is_fused && output != graph_.output(0).name())
      quantize_activation(output, is_activation(node) ? "u8_zero" : "u8_middle");
  }

  Node& add(const std::string& op, const std::string& of, const std::string& scale, const std::string& zero,
            const std::string& output) {
    Node node;
    node.set_op_type(op);
    node.set_name(output);
    for (const auto& input : {of, scale, zero}) node.add_input(input);
    node.add_output(output);
    nodes_.push_back(node);
    return nodes_.back();
  }

  void quantize_activation(const std::string& name, const std::string& zero) {
    add("QuantizeLinear", name, "activation_scale", zero, name + "_q");
    add("DequantizeLinear", name + "_q", "activation_scale", zero, name + "_dq");
    quantized_[name] = name + "_dq";
  }

  template <class Integer>
  std::string quantize_constant(const std::string& name, int type, float step, const char* scale,
                                const char* zero, float limit) {
    const auto& from = *initializers_.at(name);
    onnx::TensorProto tensor;
    tensor.set_name(name + "_q");
    tensor.set_data_type(type);
    *tensor.mutable_dims() = from.dims();
    std::string bytes;
    for (const float value : floats_of(from)) {
      const auto integer =
          static_cast<Integer>(std::fmax(-limit, std::fmin(limit, std::nearbyint(value / step))));
      bytes.append(reinterpret_cast<const char*>(&integer), sizeof integer);
    }
    tensor.set_raw_data(bytes);
    added_.push_back(tensor);
    replaced_.insert(name);
    add("DequantizeLinear", name + "_q", scale, zero, name + "_dq");
    return name + "_dq";
  }
  std::string quantize_weights(const std::string& name) {
    return quantize_constant<int8_t>(name, onnx::TensorProto::INT8, kWeightStep, "weight_scale", "s8_zero",
                                     127);
  }
  std::string quantize_bias(const std::string& name) {
    return quantize_constant<int32_t>(name, onnx::TensorProto::INT32, kActivationStep * kWeightStep,
                                      "bias_scale", "s32_zero", 1e9f);
  }

  void add_scalar(const std::string& name, float value) {
    onnx::TensorProto tensor;
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.set_raw_data(packed({value}));
    added_.push_back(tensor);
  }
  void add_zero(const std::string& name, int type, const std::string& bytes) {
    onnx::TensorProto tensor;
    tensor.set_name(name);
    tensor.set_data_type(type);
    tensor.set_raw_data(bytes);
    added_.push_back(tensor);
  }
  void drop_replaced() {
    auto& tensors = *graph_.mutable_initializer();
    for (int i = tensors.size(); i-- > 0;)
      if (replaced_.count(tensors[i].name()) != 0) tensors.DeleteSubrange(i, 1);
  }

  onnx::GraphProto& graph_;
  std::map<std::string, const onnx::TensorProto*> initializers_;
  std::map<std::string, std::vector<const Node*>> consumers_;
  std::map<std::string, std::string> quantized_;  // tensor -> its dequantized form
  std::set<std::string> replaced_;
  std::vector<Node> nodes_;
  std::vector<onnx::TensorProto> added_;
};

}  // namespace

int main(int argc, char** argv) try {
  bool as_qdq = false;
  int64_t size = 0;
  for (int i = 3; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--qdq") {
      as_qdq = true;
    } else if (option == "--size" && i + 1 < argc) {
      size = std::stoll(argv[++i]);
    } else {
      argc = 0;
    }
  }
  if (argc < 3) throw std::runtime_error("usage: write_onnx TOPOLOGY.onnx OUT.onnx [--qdq] [--size PIXELS]");
  auto model = read_model(argv[1]);
  if (size > 0) resize_input(*model.mutable_graph(), size);
  give_weights(*model.mutable_graph());
  if (as_qdq) QdqWriter(*model.mutable_graph()).write();
  std::ofstream out(argv[2], std::ios::binary);
  if (!model.SerializeToOstream(&out)) throw std::runtime_error(std::string(argv[2]) + ": cannot be written");
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "write_onnx: %s\n", error.what());
  return 2;
}
