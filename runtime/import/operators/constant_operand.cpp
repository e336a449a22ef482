#include "runtime/import/operators/constant_operand.h"

#include "runtime/graph/axes.h"
#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"

namespace mmasim::runtime::importing {

std::optional<AxisSpan> varying_axes(const Shape& constant, const Shape& x) {
  if (constant.size() > x.size()) return std::nullopt;
  const size_t lead = x.size() - constant.size();
  std::optional<size_t> first;
  size_t last = 0;
  for (size_t d = 0; d < constant.size(); ++d) {
    if (constant[d] == 1) continue;
    if (constant[d] != x[lead + d]) return std::nullopt;
    if (!first) first = lead + d;
    last = lead + d;
  }
  if (!first) return AxisSpan{0, 0};
  return AxisSpan{static_cast<int64_t>(*first), static_cast<int64_t>(last - *first + 1)};
}

std::vector<double> values_along(const Constant& constant, const Shape& x, const AxisSpan& axes) {
  const Shape own = row_major_strides(constant.shape);
  const size_t lead = x.size() - constant.shape.size();
  Shape extents, strides;
  for (int64_t axis = axes.first; axis < axes.first + axes.count; ++axis) {
    const auto d = static_cast<size_t>(axis) - lead;  // varying_axes() begins within the constant
    extents.push_back(x[static_cast<size_t>(axis)]);
    strides.push_back(constant.shape[d] == 1 ? 0 : own[d]);
  }
  std::vector<double> values(static_cast<size_t>(element_count(extents)));
  Shape index(extents.size(), 0);
  int64_t offset = 0;
  for (double& value : values) {
    value = (*constant.reals)[static_cast<size_t>(offset)];
    for (size_t d = extents.size(); d-- > 0;) {
      offset += strides[d];
      if (++index[d] < extents[d]) break;
      offset -= strides[d] * extents[d];
      index[d] = 0;
    }
  }
  return values;
}

void refuse_broadcast(const std::string& role, const Constant& constant, const Shape& x) {
  refuse(role + " '" + constant.name + "' of shape " + shape_text(constant.shape) +
         " with an input of shape " + shape_text(x) +
         ": expected each dimension, aligned from the last, to be 1 or the input's");
}

}  // namespace mmasim::runtime::importing
