#include "runtime/import/operators/node_import.h"

#include <algorithm>
#include <utility>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"

namespace mmasim::runtime::importing {

const Value& ImportState::value(const std::string& name) {
  const auto known = values.find(name);
  if (known != values.end()) return known->second;
  const auto initializer = structure.initializers.find(name);
  if (initializer == structure.initializers.end()) refuse("input '" + name + "' has no value");
  const onnx::TensorProto& tensor = *initializer->second;
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
    const Shape shape(tensor.dims().begin(), tensor.dims().end());
    external_elements += checked_elements(shape, "tensor '" + name + "'", Emptiness::allowed);
    if (external_elements > kMostParameters) {
      refuse("external data has more than " + std::to_string(kMostParameters) + " elements");
    }
  }
  const auto raw = raw_data.find(&tensor);
  return values[name] = {
             decode_tensor(tensor, name, ExternalData(path), raw == raw_data.end() ? nullptr : &raw->second),
             0};
}

TensorId ImportState::add_tensor(const std::string& name, Shape shape) {
  checked_elements(shape, "tensor '" + name + "'");
  std::string unique = name;
  for (int copy = 2; !tensor_names.insert(unique).second; ++copy) unique = name + "#" + std::to_string(copy);
  graph.tensors.push_back({unique, std::move(shape)});
  return static_cast<TensorId>(graph.tensors.size() - 1);
}

void ImportState::charge(uint64_t elements) {
  derived_elements += elements;
  if (derived_elements > kMostDerivedElements) {
    refuse("constants made from constants have more than " + std::to_string(kMostDerivedElements) +
           " elements in all");
  }
}

// Attributes. Their names and types have been checked against the operator's schema.

const onnx::AttributeProto* NodeImport::find(const char* attribute) const {
  for (const auto& candidate : proto_.attribute()) {
    if (candidate.name() == attribute) return &candidate;
  }
  return nullptr;
}

int64_t NodeImport::integer(const char* attribute, int64_t absent) const {
  const auto* found = find(attribute);
  return found ? found->i() : absent;
}

double NodeImport::real(const char* attribute, double absent) const {
  const auto* found = find(attribute);
  return found ? found->f() : absent;
}

std::string NodeImport::text(const char* attribute, const std::string& absent) const {
  const auto* found = find(attribute);
  return found ? found->s() : absent;
}

std::vector<int64_t> NodeImport::integers(const char* attribute) const {
  const auto* found = find(attribute);
  return found ? std::vector<int64_t>(found->ints().begin(), found->ints().end()) : std::vector<int64_t>();
}

std::vector<float> NodeImport::reals(const char* attribute) const {
  const auto* found = find(attribute);
  return found ? std::vector<float>(found->floats().begin(), found->floats().end()) : std::vector<float>();
}

const onnx::TensorProto* NodeImport::tensor_attribute(const char* attribute) const {
  const auto* found = find(attribute);
  return found ? &found->t() : nullptr;
}

// Inputs.

bool NodeImport::has_input(size_t index) const {
  return index < input_count() && !proto_.input(index).empty();
}

const Value& NodeImport::value(size_t index) const {
  if (!has_input(index)) refuse("input " + std::to_string(index) + " is missing");
  const auto aligned = aligned_.find(index);
  if (aligned != aligned_.end()) return aligned->second;
  return state_.value(proto_.input(index));
}

bool NodeImport::all_constant() const {
  for (size_t i = 0; i < input_count(); ++i) {
    if (has_input(i) && !is_constant(i)) return false;
  }
  return true;
}

TensorId NodeImport::tensor(size_t index) const {
  const Value& found = value(index);
  if (found.constant) {
    refuse("input '" + proto_.input(index) + "' is a constant; expected a tensor that the network computes");
  }
  return found.tensor;
}

const Shape& NodeImport::shape(size_t index) const {
  const Value& found = value(index);
  return found.constant ? found.constant->shape : state_.graph.tensors[found.tensor].shape;
}

ConstantPtr NodeImport::constant(size_t index, const char* role) const {
  const Value& found = value(index);
  if (!found.constant) {
    refuse(std::string(role) + " '" + proto_.input(index) +
           "' is computed by the network; expected a constant");
  }
  return found.constant;
}

std::vector<int64_t> NodeImport::integer_list(size_t index, const char* role) const {
  const ConstantPtr found = constant(index, role);
  if (found->kind != Constant::Kind::integer || found->shape.size() > 1) {
    refuse(std::string(role) + " '" + proto_.input(index) + "' is " + found->element_type + " of shape " +
           shape_text(found->shape) + "; expected a list of integers");
  }
  return *found->integers;
}

double NodeImport::real_scalar(size_t index, const char* role) const {
  const ConstantPtr found = constant(index, role);
  const bool single = found->kind == Constant::Kind::real && found->reals &&
                      checked_elements(found->shape, role, Emptiness::allowed) == 1;
  if (!single) {
    refuse(std::string(role) + " '" + proto_.input(index) + "' is " + found->element_type + " of shape " +
           shape_text(found->shape) + "; expected one float value");
  }
  return found->reals->front();
}

ConstantPtr NodeImport::parameter(size_t index, const char* role) const {
  const ConstantPtr found = constant(index, role);
  if (found->kind != Constant::Kind::real) {
    refuse(std::string(role) + " '" + proto_.input(index) + "' has element type " + found->element_type +
           "; expected FLOAT, FLOAT16, BFLOAT16 or DOUBLE");
  }
  const uint64_t elements =
      checked_elements(found->shape, std::string(role) + " '" + proto_.input(index) + "'");
  if (state_.options.keep_values) require_finite(*found);
  if (state_.counted_parameters.insert(proto_.input(index)).second) {
    state_.graph.parameter_count += elements;
    state_.parameter_elements += elements;
    if (state_.parameter_elements > kMostParameters) {
      refuse("the network has more than " + std::to_string(kMostParameters) + " parameters");
    }
  }
  return found;
}

Weights NodeImport::weights(const ConstantPtr& constant) const {
  return {constant->name, constant->shape, state_.options.keep_values ? constant->reals.get() : nullptr};
}

ConstantPtr NodeImport::transposed(const ConstantPtr& matrix) const {
  ConstantPtr& cached = state_.transposed[matrix];
  if (cached) return cached;
  const int64_t k = matrix->shape[0], n = matrix->shape[1];
  const Shape turned{n, k};
  if (!matrix->reals || !state_.options.keep_values) return cached = declare_reals(matrix->name, turned);
  charge(static_cast<uint64_t>(k) * n);
  std::vector<float> values(static_cast<size_t>(k) * n);
  for (int64_t row = 0; row < k; ++row) {
    for (int64_t column = 0; column < n; ++column)
      values[column * k + row] = (*matrix->reals)[row * n + column];
  }
  return cached = make_reals(matrix->name, turned, std::move(values));
}

void NodeImport::align_input(size_t index, size_t axis, size_t rank) {
  Shape wanted = shape(index);
  if (axis + wanted.size() > rank) {
    refuse("input '" + proto_.input(index) + "' of shape " + shape_text(wanted) + " does not go from axis " +
           std::to_string(axis) + " of " + std::to_string(rank) + " dimensions on");
  }
  wanted.resize(rank - axis, 1);
  const Value& found = value(index);
  if (!found.constant) {
    aligned_[index] = {nullptr, emit_before("operand", Reshape{}, {found.tensor}, wanted)};
    return;
  }
  auto copy = std::make_shared<Constant>(*found.constant);
  copy->shape = std::move(wanted);
  aligned_[index] = {std::move(copy), 0};
}

// Results.

bool NodeImport::output_used(size_t index) const {
  return index < output_count() && state_.structure.uses.count(proto_.output(index)) != 0;
}

void NodeImport::require_first_output_only() const {
  for (size_t i = 1; i < output_count(); ++i) {
    if (output_used(i))
      refuse("output '" + proto_.output(i) + "' is used; only the first output is supported");
  }
}

TensorId NodeImport::append(Operator op, std::vector<TensorId> inputs, const Shape& declared,
                            Activation activation, const std::string& result) {
  std::vector<Shape> shapes;
  for (TensorId input : inputs) shapes.push_back(state_.graph.tensors[input].shape);
  if (!declared.empty()) checked_elements(declared, "output '" + result + "'");
  const Shape shape = infer_shape(op, shapes, declared);
  Node node;
  node.name = name_;
  if (!std::exchange(covered_, true)) node.covers = {name_};
  node.op = std::move(op);
  node.activation = activation;
  node.inputs = std::move(inputs);
  node.output = state_.add_tensor(result, shape);
  state_.graph.nodes.push_back(std::move(node));
  return state_.graph.nodes.back().output;
}

TensorId NodeImport::emit(Operator op, std::vector<TensorId> inputs, const Shape& declared,
                          Activation activation, size_t output) {
  const std::string& result = output_name(output);
  const TensorId tensor = append(std::move(op), std::move(inputs), declared, activation, result);
  state_.values[result] = {nullptr, tensor};
  return tensor;
}

TensorId NodeImport::emit_before(const char* what, Operator op, std::vector<TensorId> inputs,
                                 const Shape& declared) {
  return append(std::move(op), std::move(inputs), declared, {}, output_name(0) + ":" + what);
}

void NodeImport::emit_constant(ConstantPtr constant) {
  state_.values[output_name(0)] = {std::move(constant), 0};
}

ConstantPtr NodeImport::decode(const onnx::TensorProto& tensor, const std::string& name) const {
  return decode_tensor(tensor, name, ExternalData(state_.path));
}

}  // namespace mmasim::runtime::importing
