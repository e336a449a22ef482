// What the standard says of views, selections and shapes.
#include <algorithm>
#include <numeric>

#include "tests/random_graphs/oracle_node.h"

namespace mmasim::random_graphs {
namespace {

using Index = std::vector<int64_t>;

Real reshaped(const OracleNode& node) {
  const Real& x = node.in(0);
  Index shape = node.list("shape", 1);
  int64_t known = 1;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0) shape[d] = x.shape[d];
    if (shape[d] > 0) known *= shape[d];
  }
  for (auto& size : shape) {
    if (size < 0) size = elements(x.shape) / known;
  }
  return {shape, x.values};
}

Real flattened(const OracleNode& node) {
  const Real& x = node.in(0);
  const int64_t axis = from_front(node.integer("axis", 1), x.shape.size());
  const int64_t rows =
      std::accumulate(x.shape.begin(), x.shape.begin() + axis, int64_t{1}, std::multiplies<>());
  return {{rows, elements(x.shape) / rows}, x.values};
}

Real squeezed(const OracleNode& node) {
  const Real& x = node.in(0);
  const auto axes = node.list("axes", 1);
  Index shape;
  for (size_t d = 0; d < x.shape.size(); ++d) {
    const bool named = std::any_of(axes.begin(), axes.end(), [&](int64_t axis) {
      return from_front(axis, x.shape.size()) == static_cast<int64_t>(d);
    });
    if (axes.empty() ? x.shape[d] != 1 : !named) shape.push_back(x.shape[d]);
  }
  return {shape, x.values};
}

Real unsqueezed(const OracleNode& node) {
  const Real& x = node.in(0);
  auto axes = node.list("axes", 1);
  const size_t rank = x.shape.size() + axes.size();
  for (auto& axis : axes) axis = from_front(axis, rank);
  std::sort(axes.begin(), axes.end());
  Index shape = x.shape;
  for (const auto axis : axes) shape.insert(shape.begin() + axis, 1);
  return {shape, x.values};
}

Real transposed(const OracleNode& node) {
  const Real& x = node.in(0);
  Index permutation(x.shape.size());
  std::iota(permutation.rbegin(), permutation.rend(), 0);
  permutation = node.integers("perm", permutation);
  Index shape;
  for (const auto axis : permutation) shape.push_back(x.shape[axis]);
  return made(shape, [&](const Index& index) {
    Index from(index.size());
    for (size_t d = 0; d < index.size(); ++d) from[permutation[d]] = index[d];
    return x.values[place(from, x.shape)];
  });
}

Real joined(const OracleNode& node) {
  Index shape = node.in(0).shape;
  const auto axis = static_cast<size_t>(from_front(node.integer("axis", 1), shape.size()));
  shape[axis] = 0;
  for (const auto* input : node.inputs) shape[axis] += input->shape[axis];
  return made(shape, [&](Index index) {
    size_t i = 0;
    for (; index[axis] >= node.in(i).shape[axis]; ++i) index[axis] -= node.in(i).shape[axis];
    return node.in(i).values[place(index, node.in(i).shape)];
  });
}

Real padded(const OracleNode& node) {
  const Real& x = node.in(0);
  const auto pads = node.list("pads", 1);
  const size_t rank = x.shape.size();
  Index shape = x.shape;
  for (size_t d = 0; d < rank; ++d) shape[d] += pads[d] + pads[d + rank];
  return made(shape, [&](Index index) {
    for (size_t d = 0; d < rank; ++d) {
      index[d] -= pads[d];
      if (index[d] < 0 || index[d] >= x.shape[d]) return 0.0;
    }
    return x.values[place(index, x.shape)];
  });
}

Real sliced(const OracleNode& node) {
  const Real& x = node.in(0);
  const auto starts = node.list("starts", 1), ends = node.list("ends", 2);
  auto axes = node.list("axes", 3), steps = node.list("steps", 4);
  if (axes.empty()) axes.resize(starts.size()), std::iota(axes.begin(), axes.end(), 0);
  if (steps.empty()) steps.assign(starts.size(), 1);
  std::vector<Index> taken(x.shape.size());
  for (size_t d = 0; d < taken.size(); ++d) {
    taken[d].resize(static_cast<size_t>(x.shape[d]));
    std::iota(taken[d].begin(), taken[d].end(), 0);
  }
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto d = static_cast<size_t>(from_front(axes[i], x.shape.size()));
    const int64_t size = x.shape[d], step = steps[i];
    int64_t start = starts[i] < 0 ? starts[i] + size : starts[i],
            end = ends[i] < 0 ? ends[i] + size : ends[i];
    start = std::clamp<int64_t>(start, 0, step > 0 ? size : size - 1);
    end = std::clamp<int64_t>(end, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
    taken[d].clear();
    for (int64_t at = start; step > 0 ? at < end : at > end; at += step) taken[d].push_back(at);
  }
  Index shape;
  for (const auto& one : taken) shape.push_back(static_cast<int64_t>(one.size()));
  return made(shape, [&](Index index) {
    for (size_t d = 0; d < index.size(); ++d) index[d] = taken[d][static_cast<size_t>(index[d])];
    return x.values[place(index, x.shape)];
  });
}

OracleResults split(const OracleNode& node) {
  const Real& x = node.in(0);
  const auto axis = static_cast<size_t>(from_front(node.integer("axis", 0), x.shape.size()));
  auto sizes = node.list("split", 1);
  const int64_t parts = node.proto.output_size();
  if (sizes.empty()) sizes.assign(static_cast<size_t>(parts), x.shape[axis] / parts);
  OracleResults results;
  int64_t begin = 0;
  for (const auto size : sizes) {
    Index shape = x.shape;
    shape[axis] = size;
    results.push_back(made(shape, [&](Index index) {
      index[axis] += begin;
      return x.values[place(index, x.shape)];
    }));
    begin += size;
  }
  return results;
}

// Of a list and one index: all that random networks gather.
Real gathered(const OracleNode& node) {
  return {{}, {node.in(0).values.at(static_cast<size_t>(node.in(1).values[0]))}};
}

Real shape_of(const OracleNode& node) {
  const auto& shape = node.in(0).shape;
  return {{static_cast<int64_t>(shape.size())}, {shape.begin(), shape.end()}};
}

Real zeros(const OracleNode& node) {
  return made(node.list("", 0), [](const Index&) { return 0.0; });
}

}  // namespace

OracleResults oracle_movement(const OracleNode& node) {
  const auto& op = node.proto.op_type();
  if (op == "Reshape") return {reshaped(node)};
  if (op == "Flatten") return {flattened(node)};
  if (op == "Squeeze") return {squeezed(node)};
  if (op == "Unsqueeze") return {unsqueezed(node)};
  if (op == "Transpose") return {transposed(node)};
  if (op == "Concat") return {joined(node)};
  if (op == "Pad") return {padded(node)};
  if (op == "Slice") return {sliced(node)};
  if (op == "Split") return split(node);
  if (op == "Gather") return {gathered(node)};
  if (op == "Shape") return {shape_of(node)};
  if (op == "ConstantOfShape") return {zeros(node)};
  return {};
}

}  // namespace mmasim::random_graphs
