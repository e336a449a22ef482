// Where a tensor's elements lie: dense, in the order of its layout (runtime/graph/axes.h), seen as n, h, w, c
// with c contiguous. The innermost axis of the layout is c.
//   rank 4 (N, C, H, W): n = N, h = H, w = W, c = C          rank 2 (N, F): n = 1, h = 1, w = N, c = F
//   any other rank: n = 1, h = 1, w = all leading dimensions, c = the last one
#pragma once

#include <cstdint>

#include "runtime/graph/axes.h"
#include "runtime/lower/schedule/schedule.h"

namespace mmasim::runtime {

struct Dims {
  int64_t n = 1, h = 1, w = 1, c = 1;
  int64_t positions() const { return n * h * w; }
  int64_t elements() const { return n * h * w * c; }
  friend bool operator==(const Dims& a, const Dims& b) {
    return a.n == b.n && a.h == b.h && a.w == b.w && a.c == b.c;
  }
};

Dims dims_of(const Shape& shape);
// Of a tensor in memory, and of one in the network's own row-major form; one per logical axis.
std::vector<int64_t> strides_bytes(const Shape& shape, int64_t element_bytes);
std::vector<int64_t> row_major_strides_bytes(const Shape& shape, int64_t element_bytes);

struct TensorView {
  StorageId storage{};
  bool planes = false;  // a network input as it came: N, C, H, W; pitches are then those of planes
  Dims dims;
  isa::Element element = isa::Element::s8;

  int64_t element_size() const { return isa::element_bytes(element); }
  int64_t pitch_x() const { return (planes ? 1 : dims.c) * element_size(); }
  int64_t pitch_c() const { return planes ? dims.h * pitch_y() : element_size(); }
  int64_t pitch_y() const { return dims.w * pitch_x(); }
  int64_t pitch_n() const { return dims.h * dims.w * dims.c * element_size(); }
  uint64_t bytes() const { return static_cast<uint64_t>(dims.n * pitch_n()); }
};

}  // namespace mmasim::runtime
