#include "runtime/lower/tiles/tensor_view.h"

namespace mmasim::runtime {

namespace {

std::vector<int64_t> in_bytes(std::vector<int64_t> strides, int64_t element_bytes) {
  for (int64_t& stride : strides) stride *= element_bytes;
  return strides;
}

}  // namespace

Dims dims_of(const Shape& shape) {
  Dims dims;
  if (shape.empty()) return dims;
  const Layout layout = layout_of_rank(shape.size());
  dims.c = shape[layout.innermost()];
  if (shape.size() == 4) {
    dims.n = shape[layout.axes[0]], dims.h = shape[layout.axes[1]], dims.w = shape[layout.axes[2]];
  } else {
    dims.w = element_count(shape) / dims.c;
  }
  return dims;
}

std::vector<int64_t> strides_bytes(const Shape& shape, int64_t element_bytes) {
  return in_bytes(memory_strides(shape), element_bytes);
}

std::vector<int64_t> row_major_strides_bytes(const Shape& shape, int64_t element_bytes) {
  return in_bytes(row_major_strides(shape), element_bytes);
}

}  // namespace mmasim::runtime
