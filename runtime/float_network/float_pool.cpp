// Pools and enlargements of the float run. Sums run over filter rows, then columns.
#include <algorithm>
#include <limits>

#include "runtime/float_network/float_step.h"

namespace mmasim::runtime::quantization {

namespace {

// Calls visit(index of the output, f) for every output; f(cell) calls cell(value) for every window cell
// inside the map.
template <class Visit>
void for_each_window(const Window& window, const FloatStep& step, const Visit& visit) {
  const Shape& x = step.x[0]->shape;
  const Shape& y = step.y.shape;
  const int64_t height = x.at(2), width = x.at(3), planes = x.at(0) * x.at(1);
  size_t index = 0;
  for (int64_t plane = 0; plane < planes; ++plane) {
    const float* const values = step.x[0]->values.data() + plane * height * width;
    for (int64_t oy = 0; oy < y.at(2); ++oy) {
      for (int64_t ox = 0; ox < y.at(3); ++ox, ++index) {
        visit(index, [&](const auto& cell) {
          for (int64_t ky = 0; ky < window.kernel[0]; ++ky) {
            const int64_t iy = oy * window.stride[0] - window.pad[0] + ky * window.dilation[0];
            if (iy < 0 || iy >= height) continue;
            for (int64_t kx = 0; kx < window.kernel[1]; ++kx) {
              const int64_t ix = ox * window.stride[1] - window.pad[1] + kx * window.dilation[1];
              if (ix >= 0 && ix < width) cell(values[iy * width + ix]);
            }
          }
        });
      }
    }
  }
}

// A mean of many cells. Binary32 alone drifts: a sum beyond 2^24 no longer takes a 1. So sums of 4096 are
// added in binary64; up to one of them it is the sum of binary32.
class Mean {
 public:
  void add(float value) {
    piece_ += value;
    if (++cells_ % kPiece == 0) {
      total_ += double{piece_};
      piece_ = 0;
    }
  }
  int64_t cells() const { return cells_; }
  float over(int64_t cells) const {
    return static_cast<float>((total_ + double{piece_}) / static_cast<double>(cells));
  }

 private:
  static constexpr int64_t kPiece = 4096;
  double total_ = 0;
  float piece_ = 0;
  int64_t cells_ = 0;
};

// Window cells along one axis (0 vertical) at output position o that lie in the map or in its padding.
int64_t padded_cells(const Window& window, size_t axis, int64_t o, int64_t size) {
  int64_t cells = 0;
  for (int64_t k = 0; k < window.kernel[axis]; ++k) {
    cells +=
        o * window.stride[axis] + k * window.dilation[axis] < window.pad[axis] + size + window.pad[axis + 2];
  }
  return cells;
}

// The two source positions of output o and the weight of the second, in units of 1 / (2 * factor).
struct Interpolation {
  int64_t first, second;
  float weight;
};

Interpolation interpolate(int64_t o, int64_t factor, int64_t size, bool half_pixel) {
  const int64_t position = 2 * o + (half_pixel ? 1 - factor : 0), whole = 2 * factor;
  const int64_t first = position >= 0 ? position / whole : -((-position + whole - 1) / whole);
  const auto weight = static_cast<float>(position - whole * first) / static_cast<float>(whole);
  return {std::clamp<int64_t>(first, 0, size - 1), std::clamp<int64_t>(first + 1, 0, size - 1), weight};
}

float bilinear(const float* plane, int64_t width, const Interpolation& y, const Interpolation& x) {
  const auto along_row = [&](int64_t row) {
    return plane[row * width + x.first] * (1.0f - x.weight) + plane[row * width + x.second] * x.weight;
  };
  return along_row(y.first) * (1.0f - y.weight) + along_row(y.second) * y.weight;
}

}  // namespace

void evaluate(const MaxPool& pool, const FloatStep& step) {
  for_each_window(pool.window, step, [&](size_t index, const auto& for_each_cell) {
    float largest = -std::numeric_limits<float>::infinity();
    for_each_cell([&](float v) { largest = v > largest ? v : largest; });
    step.y.values[index] = largest;
  });
}

void evaluate(const AveragePool& pool, const FloatStep& step) {
  const Shape& y = step.y.shape;
  for_each_window(pool.window, step, [&](size_t index, const auto& for_each_cell) {
    Mean mean;
    for_each_cell([&](float v) { mean.add(v); });
    int64_t count = mean.cells();
    if (pool.count_padding) {
      const auto pixel = static_cast<int64_t>(index) % (y[2] * y[3]);
      count = padded_cells(pool.window, 0, pixel / y[3], step.x[0]->shape[2]) *
              padded_cells(pool.window, 1, pixel % y[3], step.x[0]->shape[3]);
    }
    step.y.values[index] = mean.over(std::max<int64_t>(count, 1));
  });
}

void evaluate(const GlobalAveragePool&, const FloatStep& step) {
  const Shape& x = step.x[0]->shape;
  const int64_t planes = x.at(0) * x.at(1);
  const int64_t cells = planes == 0 ? 0 : element_count(x) / planes;
  const float* value = step.x[0]->values.data();
  for (int64_t plane = 0; plane < planes; ++plane) {
    Mean mean;
    for (int64_t i = 0; i < cells; ++i) mean.add(*value++);
    step.y.values[static_cast<size_t>(plane)] = mean.over(cells);
  }
}

void evaluate(const Resize& resize, const FloatStep& step) {
  const Shape& x = step.x[0]->shape;
  const Shape& y = step.y.shape;
  const int64_t height = x.at(2), width = x.at(3), planes = x.at(0) * x.at(1);
  size_t index = 0;
  for (int64_t plane = 0; plane < planes; ++plane) {
    const float* const values = step.x[0]->values.data() + plane * height * width;
    for (int64_t oy = 0; oy < y.at(2); ++oy) {
      const Interpolation row = interpolate(oy, resize.factor_y, height, resize.half_pixel);
      for (int64_t ox = 0; ox < y.at(3); ++ox) {
        step.y.values[index++] =
            resize.mode == Resize::Mode::nearest
                ? values[oy / resize.factor_y * width + ox / resize.factor_x]
                : bilinear(values, width, row, interpolate(ox, resize.factor_x, width, resize.half_pixel));
      }
    }
  }
}

}  // namespace mmasim::runtime::quantization
