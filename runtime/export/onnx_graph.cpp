#include "runtime/export/onnx_graph.h"

#include <cstring>
#include <ostream>

#include "runtime/user_error.h"

namespace mmasim::runtime::exporting {

namespace {

void set_shape(onnx::ValueInfoProto& value, const Shape& shape, int type) {
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  auto& dimensions = *tensor.mutable_shape();
  for (const int64_t extent : shape) dimensions.add_dim()->set_dim_value(extent);
}

template <class Value>
std::string bytes_of(const std::vector<Value>& values) {  // the host is little endian
  std::string bytes(values.size() * sizeof(Value), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

onnx::AttributeProto& attribute(onnx::NodeProto& node, const std::string& name,
                                onnx::AttributeProto::AttributeType type) {
  auto& added = *node.add_attribute();
  added.set_name(name);
  added.set_type(type);
  return added;
}

}  // namespace

OnnxGraph::OnnxGraph(const std::string& name) : graph_(*model_.mutable_graph()) {
  graph_.set_name(name.empty() ? "network" : name);
  model_.set_producer_name("mmasim");
}

std::string OnnxGraph::raw(const std::string& name, int type, const Shape& shape, std::string bytes) {
  auto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const int64_t extent : shape) tensor.add_dims(extent);
  tensor.set_raw_data(std::move(bytes));
  return name;
}

std::string OnnxGraph::floats(const std::string& name, const Shape& shape, const std::vector<float>& values) {
  return raw(name, onnx::TensorProto::FLOAT, shape, bytes_of(values));
}

std::string OnnxGraph::integers(const std::string& name, const std::vector<int64_t>& values) {
  return raw(name, onnx::TensorProto::INT64, {static_cast<int64_t>(values.size())}, bytes_of(values));
}

onnx::NodeProto& OnnxGraph::node(const std::string& type, const std::vector<std::string>& inputs,
                                 const std::string& output) {
  auto& added = *graph_.add_node();
  added.set_op_type(type);
  added.set_name(output + "/" + type);
  for (const auto& input : inputs) added.add_input(input);
  added.add_output(output);
  return added;
}

void OnnxGraph::input(const std::string& name, const Shape& shape) {
  auto& added = *graph_.add_input();
  added.set_name(name);
  set_shape(added, shape, onnx::TensorProto::FLOAT);
}

void OnnxGraph::output(const std::string& name, const Shape& shape, int type) {
  auto& added = *graph_.add_output();
  added.set_name(name);
  set_shape(added, shape, type);
}

void OnnxGraph::write(std::ostream& file, int64_t opset) {
  model_.set_ir_version(opset >= 21 ? 10 : 8);
  model_.add_opset_import()->set_version(opset);
  if (!model_.SerializeToOstream(&file)) file.setstate(std::ios::failbit);
}

void set_attribute(onnx::NodeProto& node, const std::string& name, int64_t value) {
  attribute(node, name, onnx::AttributeProto::INT).set_i(value);
}
void set_attribute(onnx::NodeProto& node, const std::string& name, double value) {
  attribute(node, name, onnx::AttributeProto::FLOAT).set_f(static_cast<float>(value));
}
void set_attribute(onnx::NodeProto& node, const std::string& name, const std::string& value) {
  attribute(node, name, onnx::AttributeProto::STRING).set_s(value);
}
void set_attribute(onnx::NodeProto& node, const std::string& name, const std::vector<int64_t>& values) {
  auto& added = attribute(node, name, onnx::AttributeProto::INTS);
  for (const int64_t value : values) added.add_ints(value);
}

}  // namespace mmasim::runtime::exporting
