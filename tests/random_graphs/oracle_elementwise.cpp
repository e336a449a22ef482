// What the standard says of arithmetic, activations, products, normalization, Softmax and ArgMax.
#include <algorithm>
#include <cfloat>
#include <cmath>

#include "tests/random_graphs/oracle_node.h"

namespace mmasim::random_graphs {
namespace {

using Index = std::vector<int64_t>;

Real mapped(const Real& x, const std::function<double(double)>& function) {
  Real y = x;
  for (double& value : y.values) value = function(value);
  return y;
}

double clamped(double value, double low, double high) { return std::min(high, std::max(low, value)); }

Real clipped(const OracleNode& node) {
  const bool by_inputs = node.opset >= 11;
  const double low = by_inputs ? (node.has(1) ? node.in(1).values[0] : -DBL_MAX) : node.real("min", -DBL_MAX);
  const double high = by_inputs ? (node.has(2) ? node.in(2).values[0] : DBL_MAX) : node.real("max", DBL_MAX);
  return mapped(node.in(0), [=](double v) { return clamped(v, low, high); });
}

Real normalized(const OracleNode& node) {
  const double epsilon = node.real("epsilon", 1e-5f);
  const Real& x = node.in(0);
  return made(x.shape, [&](const Index& index) {
    const auto c = static_cast<size_t>(index[1]);
    const double spread = std::sqrt(node.in(4).values[c] + epsilon);
    return (x.values[place(index, x.shape)] - node.in(3).values[c]) / spread * node.in(1).values[c] +
           node.in(2).values[c];
  });
}

// Over one axis; before opset 13 over all from `axis` on.
Real softmax(const OracleNode& node) {
  const Real& x = node.in(0);
  const bool one_axis = node.opset >= 13;
  const int64_t axis = from_front(node.integer("axis", one_axis ? -1 : 1), x.shape.size());
  const auto group_of = [&](Index index) {
    for (size_t d = 0; d < index.size(); ++d) {
      if (one_axis ? static_cast<int64_t>(d) == axis : static_cast<int64_t>(d) >= axis) index[d] = 0;
    }
    return place(index, x.shape);
  };
  std::map<int64_t, double> largest, sums;
  each_index(x.shape, [&](const Index& index) {
    const auto [found, is_new] = largest.emplace(group_of(index), x.values[place(index, x.shape)]);
    if (!is_new) found->second = std::max(found->second, x.values[place(index, x.shape)]);
  });
  const auto power = [&](const Index& index) {
    return std::exp(x.values[place(index, x.shape)] - largest[group_of(index)]);
  };
  each_index(x.shape, [&](const Index& index) { sums[group_of(index)] += power(index); });
  return made(x.shape, [&](const Index& index) { return power(index) / sums[group_of(index)]; });
}

Real index_of_largest(const OracleNode& node) {
  const Real& x = node.in(0);
  const auto axis = static_cast<size_t>(from_front(node.integer("axis", 0), x.shape.size()));
  Index kept = x.shape;
  kept[axis] = 1;
  Real y = made(kept, [&](Index index) {
    int64_t best = 0;
    double most = -DBL_MAX;
    for (int64_t i = 0; i < x.shape[axis]; ++i) {
      index[axis] = i;
      const double value = x.values[place(index, x.shape)];
      if (value > most) most = value, best = i;
    }
    return static_cast<double>(best);
  });
  if (node.integer("keepdims", 1) == 0) y.shape.erase(y.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  return y;
}

// The last two axes multiplied, the others broadcast; a list of numbers counts as a row.
Real product(const Real& a, const Real& b) {
  const bool is_row = a.shape.size() == 1;
  const Index left = is_row ? Index{1, a.shape[0]} : a.shape;
  const int64_t rows = left[left.size() - 2], depth = left.back(), columns = b.shape.back();
  const Index& longer = left.size() >= b.shape.size() ? left : b.shape;
  Index shape(longer.begin(), longer.end() - 2);
  const int64_t matrices = elements(shape);
  const bool many_a = elements(left) > rows * depth, many_b = elements(b.shape) > depth * columns;
  shape.push_back(rows), shape.push_back(columns);
  Real y{shape, {}};
  for (int64_t m = 0; m < matrices; ++m) {
    for (int64_t i = 0; i < rows * columns; ++i) {
      double sum = 0;
      for (int64_t k = 0; k < depth; ++k)
        sum += a.values[((many_a ? m : 0) * rows + i / columns) * depth + k] *
               b.values[((many_b ? m : 0) * depth + k) * columns + i % columns];
      y.values.push_back(sum);
    }
  }
  if (is_row) y.shape.erase(y.shape.end() - 2);
  return y;
}

Real general_product(const OracleNode& node) {
  Real w = node.in(1);
  if (node.integer("transB", 0) != 0) {
    const Real given = w;
    w = made({given.shape[1], given.shape[0]},
             [&](const Index& index) { return given.values[index[1] * given.shape[1] + index[0]]; });
  }
  const double alpha = node.real("alpha", 1), beta = node.real("beta", 1);
  Real y = mapped(product(node.in(0), w), [=](double v) { return alpha * v; });
  if (!node.has(2)) return y;
  return broadcast(y, node.in(2), [=](double a, double c) { return a + beta * c; });
}

std::function<double(double)> function_of(const OracleNode& node) {
  const auto& op = node.proto.op_type();
  if (op == "Relu") return [](double v) { return std::max(0.0, v); };
  if (op == "Sigmoid") return [](double v) { return 1 / (1 + std::exp(-v)); };
  if (op == "HardSwish") return [](double v) { return v * clamped(v / 6 + 0.5, 0, 1); };
  if (op == "Ceil") return [](double v) { return std::ceil(v); };
  if (op == "Floor") return [](double v) { return std::floor(v); };
  if (op == "Identity" || op == "Dropout" || op == "Cast") return [](double v) { return v; };
  if (op == "LeakyRelu") {
    const double alpha = node.real("alpha", 0.01f);
    return [=](double v) { return v < 0 ? alpha * v : v; };
  }
  if (op == "HardSigmoid") {
    const double alpha = node.real("alpha", 0.2f), beta = node.real("beta", 0.5);
    return [=](double v) { return clamped(alpha * v + beta, 0, 1); };
  }
  return {};
}

}  // namespace

OracleResults oracle_elementwise(const OracleNode& node) {
  const auto& op = node.proto.op_type();
  if (const auto function = function_of(node)) return {mapped(node.in(0), function)};
  if (op == "Add") return {broadcast(node.in(0), node.in(1), [](double a, double b) { return a + b; })};
  if (op == "Sub") return {broadcast(node.in(0), node.in(1), [](double a, double b) { return a - b; })};
  if (op == "Mul") return {broadcast(node.in(0), node.in(1), [](double a, double b) { return a * b; })};
  if (op == "Div") return {broadcast(node.in(0), node.in(1), [](double a, double b) { return a / b; })};
  if (op == "PRelu")
    return {broadcast(node.in(0), node.in(1), [](double x, double s) { return x < 0 ? s * x : x; })};
  if (op == "Clip") return {clipped(node)};
  if (op == "BatchNormalization") return {normalized(node)};
  if (op == "Softmax") return {softmax(node)};
  if (op == "ArgMax") return {index_of_largest(node)};
  if (op == "MatMul") return {product(node.in(0), node.in(1))};
  if (op == "Gemm") return {general_product(node)};
  return {};
}

}  // namespace mmasim::random_graphs
