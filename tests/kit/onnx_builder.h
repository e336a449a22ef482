// Writes small ONNX networks in C++, for tests: say inputs, operators and outputs, then save.
//
//   OnnxBuilder(13).input("x", {1, 3, 8, 8}).add_conv("conv", "x", "y", {4, 3, 3, 3}, {ints("pads", {1, 1, 1,
//   1})})
//       .add_node("Relu", {"y"}, {"z"}).output("z").save(path);
//
// Weights that are not given are small multiples of 1/64, the same for the same name. Checks nothing: tests
// of faults need wrong files, and model() lets them do worse.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace mmasim::tests {

using Attribute = onnx::AttributeProto;

inline Attribute integer(const std::string& name, int64_t value) {
  Attribute attribute;
  attribute.set_name(name);
  attribute.set_type(Attribute::INT);
  attribute.set_i(value);
  return attribute;
}

inline Attribute ints(const std::string& name, const std::vector<int64_t>& values) {
  Attribute attribute;
  attribute.set_name(name);
  attribute.set_type(Attribute::INTS);
  for (int64_t value : values) attribute.add_ints(value);
  return attribute;
}

inline Attribute real(const std::string& name, float value) {
  Attribute attribute;
  attribute.set_name(name);
  attribute.set_type(Attribute::FLOAT);
  attribute.set_f(value);
  return attribute;
}

inline Attribute reals(const std::string& name, const std::vector<float>& values) {
  Attribute attribute;
  attribute.set_name(name);
  attribute.set_type(Attribute::FLOATS);
  for (float value : values) attribute.add_floats(value);
  return attribute;
}

inline Attribute text(const std::string& name, const std::string& value) {
  Attribute attribute;
  attribute.set_name(name);
  attribute.set_type(Attribute::STRING);
  attribute.set_s(value);
  return attribute;
}

inline onnx::TensorProto float_tensor(const std::vector<int64_t>& shape, const std::vector<float>& values) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (int64_t dimension : shape) tensor.add_dims(dimension);
  for (float value : values) tensor.add_float_data(value);
  return tensor;
}

inline onnx::TensorProto integer_tensor(const std::vector<int64_t>& shape,
                                        const std::vector<int64_t>& values) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::INT64);
  for (int64_t dimension : shape) tensor.add_dims(dimension);
  for (int64_t value : values) tensor.add_int64_data(value);
  return tensor;
}

inline Attribute tensor(const std::string& name, const onnx::TensorProto& value) {
  Attribute attribute;
  attribute.set_name(name);
  attribute.set_type(Attribute::TENSOR);
  *attribute.mutable_t() = value;
  return attribute;
}

// Multiples of 1/64 in [-1, 1), from a linear congruential generator: exact in binary32, and so are small
// sums of them.
inline std::vector<float> sample_values(const std::string& name, int64_t count) {
  uint32_t state = 2166136261u;
  for (unsigned char letter : name) state = (state ^ letter) * 16777619u;
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    values.push_back(static_cast<float>(static_cast<int32_t>(state >> 25) - 64) / 64.0f);
  }
  return values;
}

class OnnxBuilder {
 public:
  using Shape = std::vector<int64_t>;
  using Names = std::vector<std::string>;
  using Attributes = std::vector<Attribute>;

  static constexpr int64_t kOpen = -1;  // a dimension that the network leaves open

  explicit OnnxBuilder(int64_t opset = 13) {
    model_.set_ir_version(7);
    auto* set = model_.add_opset_import();
    set->set_domain("");
    set->set_version(opset);
    graph().set_name("test");
  }

  onnx::ModelProto& model() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  const onnx::GraphProto& graph() const { return model_.graph(); }
  onnx::NodeProto& last_node() { return *graph().mutable_node(graph().node_size() - 1); }

  OnnxBuilder& input(const std::string& name, const Shape& shape) {
    declare(graph().add_input(), name)->mutable_shape();
    auto* type = graph().mutable_input(graph().input_size() - 1)->mutable_type()->mutable_tensor_type();
    for (int64_t dimension : shape) {
      auto* added = type->mutable_shape()->add_dim();
      if (dimension == kOpen) {
        added->set_dim_param("N");
      } else {
        added->set_dim_value(dimension);
      }
    }
    return *this;
  }

  OnnxBuilder& output(const std::string& name) {
    declare(graph().add_output(), name);
    return *this;
  }

  OnnxBuilder& initializer(const std::string& name, onnx::TensorProto value) {
    value.set_name(name);
    *graph().add_initializer() = std::move(value);
    return *this;
  }
  OnnxBuilder& initializer(const std::string& name, const Shape& shape, const std::vector<float>& values) {
    return initializer(name, float_tensor(shape, values));
  }
  OnnxBuilder& initializer(const std::string& name, const Shape& shape) {  // sample values
    int64_t count = 1;
    for (int64_t dimension : shape) count *= dimension;
    return initializer(name, shape, sample_values(name, count));
  }
  OnnxBuilder& integers(const std::string& name, const std::vector<int64_t>& values) {  // a list of int64
    return initializer(name, integer_tensor({static_cast<int64_t>(values.size())}, values));
  }

  // Without a name a node is called as its operator and its number: Relu_1.
  OnnxBuilder& add_node(const std::string& op, const Names& inputs, const Names& outputs,
                        const Attributes& attributes = {}, const std::string& name = "") {
    auto* node = graph().add_node();
    node->set_op_type(op);
    node->set_name(name.empty() ? op + "_" + std::to_string(graph().node_size() - 1) : name);
    for (const std::string& one : inputs) node->add_input(one);
    for (const std::string& one : outputs) node->add_output(one);
    for (const Attribute& one : attributes) *node->add_attribute() = one;
    return *this;
  }

  // Weights NAME.weight of shape O, I/groups, kh, kw and bias NAME.bias.
  OnnxBuilder& add_conv(const std::string& name, const std::string& from, const std::string& to,
                        const Shape& weights, const Attributes& attributes = {}) {
    initializer(name + ".weight", weights).initializer(name + ".bias", {weights[0]});
    return add_node("Conv", {from, name + ".weight", name + ".bias"}, {to}, attributes, name);
  }
  // y = x * NAME.weight^T + NAME.bias, weights of shape N, K.
  OnnxBuilder& add_gemm(const std::string& name, const std::string& from, const std::string& to,
                        const Shape& weights) {
    initializer(name + ".weight", weights).initializer(name + ".bias", {weights[0]});
    return add_node("Gemm", {from, name + ".weight", name + ".bias"}, {to}, {integer("transB", 1)}, name);
  }
  OnnxBuilder& add_batch_norm(const std::string& name, const std::string& from, const std::string& to,
                              int64_t channels) {
    initializer(name + ".scale", {channels})
        .initializer(name + ".shift", {channels})
        .initializer(name + ".mean", {channels});
    std::vector<float> variance = sample_values(name + ".variance", channels);
    for (float& value : variance) value = value * value + 0.5f;
    initializer(name + ".variance", {channels}, variance);
    return add_node("BatchNormalization",
                    {from, name + ".scale", name + ".shift", name + ".mean", name + ".variance"}, {to}, {},
                    name);
  }

  std::string bytes() const { return model_.SerializeAsString(); }
  void save(const std::string& path) const {
    std::ofstream file(path, std::ios::binary);
    file << bytes();
  }

 private:
  static onnx::TypeProto::Tensor* declare(onnx::ValueInfoProto* value, const std::string& name) {
    value->set_name(name);
    auto* type = value->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    return type;
  }

  onnx::ModelProto model_;
};

}  // namespace mmasim::tests
