// One node of the file while it is imported: its attributes and inputs, read with checks, and its results,
// written to the graph. Operators are in operators_*.cpp; all of their refusals are sentences that gain file
// and node here.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/import/file/constant.h"
#include "runtime/import/file/file_structure.h"
#include "runtime/import/file/import_options.h"

namespace mmasim::runtime::importing {

// What a name of the file stands for: a constant, or a tensor that the network computes.
struct Value {
  ConstantPtr constant;  // null: computed
  TensorId tensor = 0;
};

// The import so far.
struct ImportState {
  std::string path;
  ImportOptions options;
  int64_t opset = 0;
  FileStructure structure;
  Graph graph;
  std::unordered_map<const onnx::TensorProto*, TensorBytes> raw_data;  // of initializers, left in the file
  std::unordered_map<std::string, Value> values;
  std::unordered_set<std::string> tensor_names;
  // So that weights used twice are turned once. The key holds its constant, lest another come to lie there.
  std::map<ConstantPtr, ConstantPtr> transposed;
  std::set<std::string> counted_parameters;
  uint64_t derived_elements = 0, parameter_elements = 0, external_elements = 0;

  const Value& value(const std::string& name);  // decodes an initializer at its first use
  TensorId add_tensor(const std::string& name, Shape shape);
  void charge(uint64_t elements);  // of constants made while importing
};

class NodeImport {
 public:
  NodeImport(ImportState& state, const onnx::NodeProto& proto, std::string name)
      : state_(state), proto_(proto), name_(std::move(name)) {}

  const std::string& op() const { return proto_.op_type(); }
  int64_t opset() const { return state_.opset; }
  int64_t batch() const { return state_.options.batch; }

  bool has(const char* attribute) const { return find(attribute) != nullptr; }
  int64_t integer(const char* attribute, int64_t absent) const;
  double real(const char* attribute, double absent) const;
  std::string text(const char* attribute, const std::string& absent) const;
  std::vector<int64_t> integers(const char* attribute) const;  // empty if absent
  std::vector<float> reals(const char* attribute) const;
  const onnx::TensorProto* tensor_attribute(const char* attribute) const;

  size_t input_count() const { return proto_.input_size(); }
  bool has_input(size_t index) const;
  bool is_constant(size_t index) const { return value(index).constant != nullptr; }
  bool all_constant() const;
  TensorId tensor(size_t index) const;  // refuses constants
  const Shape& shape(size_t index) const;
  const Shape& tensor_shape(TensorId tensor) const { return state_.graph.tensors[tensor].shape; }
  ConstantPtr constant(size_t index, const char* role) const;  // refuses what the network computes
  std::vector<int64_t> integer_list(size_t index, const char* role) const;
  double real_scalar(size_t index, const char* role) const;
  // Parameters of a layer: finite floats, counted once a name.
  ConstantPtr parameter(size_t index, const char* role) const;
  Weights weights(const ConstantPtr& constant) const;
  ConstantPtr transposed(const ConstantPtr& matrix) const;  // [K, N] to [N, K]

  size_t output_count() const { return proto_.output_size(); }
  bool output_used(size_t index) const;
  const std::string& output_name(size_t index) const { return proto_.output(index); }
  void require_first_output_only() const;

  // Input `index` as if its first dimension stood at `axis` of `rank` dimensions, ones behind it: how
  // operators before opset 7 said what they repeat.
  void align_input(size_t index, size_t axis, size_t rank);

  TensorId emit(Operator op, std::vector<TensorId> inputs, const Shape& declared = {},
                Activation activation = {}, size_t output = 0);
  // A step before the node's own result; `what` names the tensor between.
  TensorId emit_before(const char* what, Operator op, std::vector<TensorId> inputs,
                       const Shape& declared = {});
  void emit_constant(ConstantPtr constant);
  void charge(uint64_t elements) const { state_.charge(elements); }
  ConstantPtr decode(const onnx::TensorProto& tensor, const std::string& name) const;

 private:
  const onnx::AttributeProto* find(const char* attribute) const;
  const Value& value(size_t index) const;
  TensorId append(Operator op, std::vector<TensorId> inputs, const Shape& declared, Activation activation,
                  const std::string& result);

  ImportState& state_;
  const onnx::NodeProto& proto_;
  std::string name_;
  std::map<size_t, Value> aligned_;  // inputs that are not as the file has them
  bool covered_ = false;             // the first graph node made of it covers it
};

}  // namespace mmasim::runtime::importing
