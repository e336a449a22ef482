// MaxPool, AveragePool and GlobalAveragePool over feature maps N,C,H,W.
#include <algorithm>

#include "runtime/reference/node_operands.h"

namespace mmasim::runtime::reference {
namespace {

struct Cell {
  int64_t y, x;  // of the input map; outside it in the padding
};

std::vector<Cell> window_cells(const Window& window, int64_t oy, int64_t ox) {
  std::vector<Cell> cells;
  for (int64_t ky = 0; ky < window.kernel[0]; ++ky) {
    for (int64_t kx = 0; kx < window.kernel[1]; ++kx) {
      cells.push_back({oy * window.stride[0] + ky * window.dilation[0] - window.pad[0],
                       ox * window.stride[1] + kx * window.dilation[1] - window.pad[1]});
    }
  }
  return cells;
}

// y(n, c, oy, ox) = pool(cells of the window, the input map of n and c)
template <class Pool>
IntegerTensor pool_maps(const Window& window, const NodeOperands& step, Pool pool) {
  const IntegerTensor& x = *step.x[0];
  const int64_t map_size = x.shape[2] * x.shape[3];
  IntegerTensor y{step.y_shape, {}};
  for_each_index(step.y_shape, [&](const Shape& index) {
    const int64_t* map = x.values.data() + (index[0] * x.shape[1] + index[1]) * map_size;
    y.values.push_back(pool(window_cells(window, index[2], index[3]), map));
  });
  return y;
}

bool inside(const Cell& cell, const Shape& shape) {
  return cell.y >= 0 && cell.y < shape[2] && cell.x >= 0 && cell.x < shape[3];
}

// Above and left no window cell can lie before the padding.
bool inside_padded(const Cell& cell, const Shape& shape, const Window& window) {
  return cell.y < shape[2] + window.pad[2] && cell.x < shape[3] + window.pad[3];
}

}  // namespace

IntegerTensor evaluate(const MaxPool& pool, const NodeOperands& step) {
  const Shape& shape = step.x[0]->shape;
  return pool_maps(pool.window, step, [&](const std::vector<Cell>& cells, const int64_t* map) {
    int64_t largest = step.x_plan[0]->min();
    for (const Cell& cell : cells) {
      if (inside(cell, shape)) largest = std::max(largest, map[cell.y * shape[3] + cell.x]);
    }
    return largest;
  });
}

IntegerTensor evaluate(const AveragePool& pool, const NodeOperands& step) {
  const auto& plan = step.plan_as<PoolPlan>();
  const Shape& shape = step.x[0]->shape;
  const int64_t zero = step.x_plan[0]->zero_point;
  return pool_maps(pool.window, step, [&](const std::vector<Cell>& cells, const int64_t* map) {
    int128 sum = 0;
    int64_t count = 0;
    for (const Cell& cell : cells) {
      const bool in_map = inside(cell, shape);
      if (in_map) sum += map[cell.y * shape[3] + cell.x] - zero;
      if (in_map || (pool.count_padding && inside_padded(cell, shape, pool.window))) ++count;
    }
    const int64_t reciprocal = count == 0 ? 0 : plan.reciprocals.at(count - 1);
    return requantize(multiply(sum, reciprocal), plan.requant, 0);
  });
}

IntegerTensor evaluate(const GlobalAveragePool&, const NodeOperands& step) {
  const auto& plan = step.plan_as<PoolPlan>();
  const IntegerTensor& x = *step.x[0];
  const int64_t map_size = inner_count(x.shape, 1);
  IntegerTensor y{step.y_shape, {}};
  for (int64_t map = 0; map < x.shape[0] * x.shape[1]; ++map) {
    int128 sum = 0;
    for (int64_t i = 0; i < map_size; ++i) sum += x.values[map * map_size + i] - step.x_plan[0]->zero_point;
    y.values.push_back(requantize(multiply(sum, plan.reciprocals.at(0)), plan.requant, 0));
  }
  return y;
}

}  // namespace mmasim::runtime::reference
