#include "tests/random_graphs/oracle.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/random_graphs/oracle_node.h"

namespace mmasim::random_graphs {
namespace {

Real decoded(const onnx::TensorProto& tensor) {
  Real real{{tensor.dims().begin(), tensor.dims().end()}, {}};
  if (tensor.data_type() == onnx::TensorProto::FLOAT) {
    real.values.assign(tensor.float_data().begin(), tensor.float_data().end());
  } else {
    real.values.assign(tensor.int64_data().begin(), tensor.int64_data().end());
  }
  if (static_cast<int64_t>(real.values.size()) != elements(real.shape))
    throw std::logic_error("a constant of the random network has other values than its shape says");
  return real;
}

void disturb(Real& real, double noise) {
  double most = 0;
  for (const double value : real.values) most = std::max(most, std::fabs(value));
  uint32_t state = 12345;
  for (double& value : real.values) {
    state = state * 1664525u + 1013904223u;
    value += most * noise * (static_cast<double>(state >> 8) / (1 << 23) - 1);
  }
}

OracleResults results_of(const OracleNode& node) {
  for (const auto operators : {oracle_elementwise, oracle_movement, oracle_windows}) {
    auto results = operators(node);
    if (!results.empty()) return results;
  }
  if (node.proto.op_type() == "Constant") return {decoded(node.find("value")->t())};
  throw std::logic_error("the oracle does not know " + node.proto.op_type());
}

}  // namespace

int64_t elements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

int64_t from_front(int64_t axis, size_t rank) { return axis < 0 ? axis + static_cast<int64_t>(rank) : axis; }

void each_index(const std::vector<int64_t>& shape,
                const std::function<void(const std::vector<int64_t>&)>& visit) {
  std::vector<int64_t> index(shape.size(), 0);
  for (int64_t count = elements(shape); count > 0; --count) {
    visit(index);
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d]) break;
      index[d] = 0;
    }
  }
}

int64_t place(const std::vector<int64_t>& index, const std::vector<int64_t>& shape) {
  int64_t at = 0;
  for (size_t d = 0; d < shape.size(); ++d) at = at * shape[d] + index[d];
  return at;
}

Real made(const std::vector<int64_t>& shape,
          const std::function<double(const std::vector<int64_t>&)>& element) {
  Real real{shape, {}};
  each_index(shape, [&](const std::vector<int64_t>& index) { real.values.push_back(element(index)); });
  return real;
}

Real broadcast(const Real& a, const Real& b, const std::function<double(double, double)>& function) {
  std::vector<int64_t> shape(std::max(a.shape.size(), b.shape.size()));
  const auto size = [&](const Real& x, size_t d) {
    const size_t lead = shape.size() - x.shape.size();
    return d < lead ? 1 : x.shape[d - lead];
  };
  for (size_t d = 0; d < shape.size(); ++d) shape[d] = std::max(size(a, d), size(b, d));
  const auto at = [&](const Real& x, const std::vector<int64_t>& index) {
    int64_t found = 0;
    for (size_t d = 0; d < shape.size(); ++d) found = found * size(x, d) + (size(x, d) == 1 ? 0 : index[d]);
    return x.values[found];
  };
  return made(shape, [&](const std::vector<int64_t>& index) { return function(at(a, index), at(b, index)); });
}

Reals evaluate(const onnx::ModelProto& model, const Reals& inputs, double noise) {
  Reals all = inputs;
  for (const auto& tensor : model.graph().initializer()) all[tensor.name()] = decoded(tensor);
  std::map<std::string, bool> is_constant;
  for (const auto& tensor : model.graph().initializer()) is_constant[tensor.name()] = true;
  for (const auto& proto : model.graph().node()) {
    OracleNode node{proto, model.opset_import(0).version(), {}};
    bool constant = true;
    for (const auto& name : proto.input()) {
      node.inputs.push_back(name.empty() ? nullptr : &all.at(name));
      constant = constant && (name.empty() || is_constant.count(name) != 0);
    }
    constant = constant || proto.op_type() == "Shape" || proto.op_type() == "ArgMax";
    auto results = results_of(node);
    for (int i = 0; i < proto.output_size(); ++i) {
      auto& result = results.at(static_cast<size_t>(i));
      if (constant) {
        is_constant[proto.output(i)] = true;
      } else if (noise > 0) {
        disturb(result, noise);
      }
      all[proto.output(i)] = std::move(result);
    }
  }
  return all;
}

}  // namespace mmasim::random_graphs
