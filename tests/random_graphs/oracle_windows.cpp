// What the standard says of convolutions, pools, means over space and resizing.
#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>

#include "tests/random_graphs/oracle_node.h"

namespace mmasim::random_graphs {
namespace {

using Index = std::vector<int64_t>;
using Place = std::array<int64_t, 4>;  // an index without memory of its own: there is one for every product

size_t flat(const Place& at, const Index& shape) {
  return static_cast<size_t>(((at[0] * shape[1] + at[1]) * shape[2] + at[2]) * shape[3] + at[3]);
}

// N, C, W as N, C, 1, W; weights likewise.
Real with_height(const Real& real) {
  if (real.shape.size() != 3) return real;
  return {{real.shape[0], real.shape[1], 1, real.shape[2]}, real.values};
}

Real as_given(Real real, size_t rank) {
  if (rank == 3) real.shape.erase(real.shape.begin() + 2);
  return real;
}

struct OracleWindow {
  Index kernel, stride, dilation, pads, out;
  bool counts_pads = false;
};

int64_t extent(const OracleWindow& window, int side) {
  return window.dilation[side] * (window.kernel[side] - 1) + 1;
}

// An attribute of both sides; where there is one side only, the other has `lone`.
Index sides(const OracleNode& node, const std::string& name, const Index& absent, int64_t lone) {
  Index values = node.integers(name, absent);
  if (values.size() == 1) values.insert(values.begin(), lone);
  return values;
}

OracleWindow window_of(const OracleNode& node, const Index& kernel) {
  OracleWindow window;
  window.kernel = sides(node, "kernel_shape", kernel, 1);
  window.stride = sides(node, "strides", {1, 1}, 1);
  window.dilation = sides(node, "dilations", {1, 1}, 1);
  window.pads = node.integers("pads", {0, 0, 0, 0});
  if (window.pads.size() == 2) window.pads = {0, window.pads[0], 0, window.pads[1]};
  window.counts_pads = node.integer("count_include_pad", 0) != 0;
  const auto mode = node.text("auto_pad", "NOTSET");
  const auto x = with_height(node.in(0)).shape;
  window.out = {x[0], 0, 0, 0};
  for (int side = 0; side < 2; ++side) {
    const int64_t size = x[side + 2], stride = window.stride[side];
    if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
      const int64_t out = (size + stride - 1) / stride;
      const int64_t total = std::max<int64_t>(0, (out - 1) * stride + extent(window, side) - size);
      window.pads[side] = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
      window.pads[side + 2] = total - window.pads[side];
    }
    const int64_t room = size + window.pads[side] + window.pads[side + 2] - extent(window, side);
    int64_t out = room / stride + 1;
    // With ceil_mode a last window that is cut short counts too, if it begins within input or padding in
    // front.
    if (node.integer("ceil_mode", 0) != 0 && room % stride != 0 && out * stride < size + window.pads[side])
      ++out;
    window.out[side + 2] = out;
  }
  return window;
}

// Calls visit(input index, tap y, tap x) for the taps of a window at an output; the index may lie in the
// padding.
template <class Visit>
void each_tap(const OracleWindow& window, const Index& at, int64_t channel, Visit&& visit) {
  for (int64_t ky = 0; ky < window.kernel[0]; ++ky) {
    for (int64_t kx = 0; kx < window.kernel[1]; ++kx) {
      const int64_t y = at[2] * window.stride[0] - window.pads[0] + ky * window.dilation[0];
      const int64_t x = at[3] * window.stride[1] - window.pads[1] + kx * window.dilation[1];
      visit(Place{at[0], channel, y, x}, ky, kx);
    }
  }
}

bool inside(const Place& index, const Index& shape) {
  return index[2] >= 0 && index[2] < shape[2] && index[3] >= 0 && index[3] < shape[3];
}

Real convolved(const OracleNode& node) {
  const Real x = with_height(node.in(0)), w = with_height(node.in(1));
  auto window = window_of(node, {w.shape[2], w.shape[3]});
  const int64_t groups = node.integer("group", 1), depth = w.shape[1], columns = w.shape[0] / groups;
  window.out[1] = w.shape[0];
  return made(window.out, [&](const Index& at) {
    double sum = node.has(2) ? node.in(2).values[static_cast<size_t>(at[1])] : 0;
    for (int64_t i = 0; i < depth; ++i) {
      each_tap(window, at, at[1] / columns * depth + i, [&](const Place& from, int64_t ky, int64_t kx) {
        if (inside(from, x.shape))
          sum += x.values[flat(from, x.shape)] * w.values[flat({at[1], i, ky, kx}, w.shape)];
      });
    }
    return sum;
  });
}

// Every input value is spread over its window.
Real convolved_transposed(const OracleNode& node) {
  const Real x = with_height(node.in(0)), w = with_height(node.in(1));
  auto window = window_of(node, {w.shape[2], w.shape[3]});
  const auto extra = sides(node, "output_padding", {0, 0}, 0);
  const int64_t groups = node.integer("group", 1), depth = x.shape[1] / groups, columns = w.shape[1];
  for (int side = 0; side < 2; ++side) {
    window.out[side + 2] = window.stride[side] * (x.shape[side + 2] - 1) + extra[side] +
                           extent(window, side) - window.pads[side] - window.pads[side + 2];
  }
  window.out[1] = columns * groups;
  Real y = made(window.out, [&](const Index& at) {
    return node.has(2) ? node.in(2).values[static_cast<size_t>(at[1])] : 0;
  });
  each_index(x.shape, [&](const Index& at) {
    for (int64_t o = 0; o < columns; ++o) {
      each_tap(window, at, at[1] / depth * columns + o, [&](const Place& to, int64_t ky, int64_t kx) {
        if (inside(to, y.shape))
          y.values[flat(to, y.shape)] +=
              x.values[place(at, x.shape)] * w.values[flat({at[1], o, ky, kx}, w.shape)];
      });
    }
  });
  return y;
}

Real pooled_largest(const OracleNode& node) {
  const Real x = with_height(node.in(0));
  auto window = window_of(node, {});
  window.out[1] = x.shape[1];
  return made(window.out, [&](const Index& at) {
    double most = -DBL_MAX;
    each_tap(window, at, at[1], [&](const Place& from, int64_t, int64_t) {
      if (inside(from, x.shape)) most = std::max(most, x.values[flat(from, x.shape)]);
    });
    return most;
  });
}

// Padding counts if asked; what lies beyond the padding never does.
Real pooled_mean(const OracleNode& node) {
  const Real x = with_height(node.in(0));
  auto window = window_of(node, {});
  window.out[1] = x.shape[1];
  return made(window.out, [&](const Index& at) {
    double sum = 0, cells = 0;
    each_tap(window, at, at[1], [&](const Place& from, int64_t, int64_t) {
      if (inside(from, x.shape)) sum += x.values[flat(from, x.shape)];
      const bool in_padding = from[2] < x.shape[2] + window.pads[2] && from[3] < x.shape[3] + window.pads[3];
      if (inside(from, x.shape) || (window.counts_pads && in_padding)) ++cells;
    });
    return sum / cells;
  });
}

// Over all axes from 2 on.
Real mean_over_space(const OracleNode& node, bool keeps) {
  const Real& x = node.in(0);
  Index shape = x.shape;
  std::fill(shape.begin() + 2, shape.end(), 1);
  const int64_t cells = elements(x.shape) / elements(shape);
  Real y = made(shape, [&](const Index& at) {
    const int64_t first = place(at, shape) * cells;
    double sum = 0;
    for (int64_t i = 0; i < cells; ++i) sum += x.values[static_cast<size_t>(first + i)];
    return sum / static_cast<double>(cells);
  });
  if (!keeps) y.shape.resize(2);
  return y;
}

double source_place(const std::string& coordinates, double out, double scale, double out_size) {
  if (coordinates == "asymmetric") return out / scale;
  if (coordinates == "pytorch_half_pixel" && out_size <= 1) return 0;
  return (out + 0.5) / scale - 0.5;
}

Real resized(const OracleNode& node) {
  const Real& x = node.in(0);
  Index shape = x.shape;
  const bool by_attribute = node.find("scales") != nullptr;
  const size_t scales_at = node.proto.op_type() == "Resize" && node.opset >= 11 ? 2 : 1;
  if (node.has(3)) {
    shape = node.list("", 3);
  } else {
    for (size_t d = 0; d < shape.size(); ++d)
      shape[d] *= static_cast<int64_t>(by_attribute ? node.find("scales")->floats(static_cast<int>(d))
                                                    : node.in(scales_at).values[d]);
  }
  const bool old = node.opset < 11;
  const auto coordinates = old ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel");
  const auto rounding = old ? "floor" : node.text("nearest_mode", "round_prefer_floor");
  const bool linear = node.text("mode", "nearest") == "linear";
  return made(shape, [&](const Index& at) {
    std::array<double, 2> from{};
    for (int side = 0; side < 2; ++side) {
      const double scale = static_cast<double>(shape[side + 2]) / static_cast<double>(x.shape[side + 2]);
      from[side] = source_place(coordinates, static_cast<double>(at[side + 2]), scale,
                                static_cast<double>(shape[side + 2]));
      if (!linear) from[side] = rounding == "floor" ? std::floor(from[side]) : std::ceil(from[side] - 0.5);
      from[side] = std::clamp(from[side], 0.0, static_cast<double>(x.shape[side + 2] - 1));
    }
    double sum = 0;
    for (int corner = 0; corner < 4; ++corner) {
      Place near = {at[0], at[1], 0, 0};
      double weight = 1;
      for (int side = 0; side < 2; ++side) {
        const double low = std::floor(from[side]), part = from[side] - low;
        const bool upper = (corner >> side & 1) != 0;
        weight *= upper ? part : 1 - part;
        near[side + 2] = std::min(static_cast<int64_t>(low) + (upper ? 1 : 0), x.shape[side + 2] - 1);
      }
      sum += weight * x.values[flat(near, x.shape)];
    }
    return sum;
  });
}

}  // namespace

OracleResults oracle_windows(const OracleNode& node) {
  const auto& op = node.proto.op_type();
  const auto rank = node.has(0) ? node.in(0).shape.size() : 0;
  if (op == "Conv") return {as_given(convolved(node), rank)};
  if (op == "ConvTranspose") return {as_given(convolved_transposed(node), rank)};
  if (op == "MaxPool") return {as_given(pooled_largest(node), rank)};
  if (op == "AveragePool") return {as_given(pooled_mean(node), rank)};
  if (op == "GlobalAveragePool") return {mean_over_space(node, true)};
  if (op == "ReduceMean") return {mean_over_space(node, node.integer("keepdims", 1) != 0)};
  if (op == "Resize" || op == "Upsample") return {resized(node)};
  return {};
}

}  // namespace mmasim::random_graphs
