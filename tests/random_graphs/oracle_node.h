// One node for the oracle: its operands and attributes, and what the files of operators share.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/random_graphs/oracle.h"

namespace mmasim::random_graphs {

struct OracleNode {
  const onnx::NodeProto& proto;
  int64_t opset;
  std::vector<const Real*> inputs;  // null: left out

  const onnx::AttributeProto* find(const std::string& name) const {
    for (const auto& attribute : proto.attribute()) {
      if (attribute.name() == name) return &attribute;
    }
    return nullptr;
  }
  bool has(size_t index) const { return index < inputs.size() && inputs[index] != nullptr; }
  const Real& in(size_t index) const {
    if (!has(index)) throw std::logic_error(proto.op_type() + " lacks an input");
    return *inputs[index];
  }
  int64_t integer(const std::string& name, int64_t absent) const {
    const auto* found = find(name);
    return found == nullptr ? absent : found->i();
  }
  double real(const std::string& name, double absent) const {
    const auto* found = find(name);
    return found == nullptr ? absent : static_cast<double>(found->f());
  }
  std::string text(const std::string& name, const std::string& absent) const {
    const auto* found = find(name);
    return found == nullptr ? absent : found->s();
  }
  std::vector<int64_t> integers(const std::string& name, const std::vector<int64_t>& absent = {}) const {
    const auto* found = find(name);
    return found == nullptr ? absent : std::vector<int64_t>(found->ints().begin(), found->ints().end());
  }
  // As an attribute or, in later opsets, an input.
  std::vector<int64_t> list(const std::string& name, size_t index) const {
    if (!has(index)) return integers(name);
    std::vector<int64_t> values;
    for (const double value : in(index).values) values.push_back(static_cast<int64_t>(value));
    return values;
  }
};

int64_t elements(const std::vector<int64_t>& shape);
int64_t from_front(int64_t axis, size_t rank);
// Visits every index of a shape in row-major order.
void each_index(const std::vector<int64_t>& shape,
                const std::function<void(const std::vector<int64_t>&)>& visit);
int64_t place(const std::vector<int64_t>& index, const std::vector<int64_t>& shape);
// Made element by element.
Real made(const std::vector<int64_t>& shape,
          const std::function<double(const std::vector<int64_t>&)>& element);
// NumPy's rule.
Real broadcast(const Real& a, const Real& b, const std::function<double(double, double)>& function);

using OracleResults = std::vector<Real>;
// Each gives the results of operators of its file, or nothing for others.
OracleResults oracle_elementwise(const OracleNode& node);
OracleResults oracle_movement(const OracleNode& node);
OracleResults oracle_windows(const OracleNode& node);

}  // namespace mmasim::random_graphs
