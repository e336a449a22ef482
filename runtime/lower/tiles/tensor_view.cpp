#include "runtime/lower/tiles/tensor_view.h"

namespace mmasim::runtime {

Dims dims_of(const Shape& shape) {
  if (shape.size() == 4) return {shape[0], shape[2], shape[3], shape[1]};
  Dims dims;
  for (size_t axis = 0; axis + 1 < shape.size(); ++axis) dims.w *= shape[axis];
  if (!shape.empty()) dims.c = shape.back();
  return dims;
}

bool is_linear(const Shape& shape) { return shape.size() != 4 || shape[1] == 1 || shape[2] * shape[3] == 1; }

std::vector<int64_t> strides_bytes(const Shape& shape, uint32_t element_bytes) {
  const int64_t e = element_bytes;
  if (shape.size() == 4) {
    const auto c = shape[1], h = shape[2], w = shape[3];
    return {h * w * c * e, e, w * c * e, c * e};
  }
  std::vector<int64_t> strides(shape.size(), e);
  for (size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

}  // namespace mmasim::runtime
