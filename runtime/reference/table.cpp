// Tables of functions, and the two operators that work along one axis: Softmax, ArgMax.
#include <algorithm>
#include <stdexcept>

#include "runtime/reference/real.h"

namespace mmasim::runtime::reference {
namespace {

// visit(offsets) for every line along the axis: the places of its elements in a tensor of this shape
template <class Visit>
void for_each_line(const Shape& shape, size_t axis, Visit visit) {
  const int64_t inner = inner_count(shape, axis), count = shape[axis];
  const int64_t lines = count == 0 ? 0 : element_count(shape) / count;
  std::vector<int64_t> offsets(count);
  for (int64_t line = 0; line < lines; ++line) {
    for (int64_t c = 0; c < count; ++c) offsets[c] = (line / inner * count + c) * inner + line % inner;
    visit(offsets);
  }
}

}  // namespace

int128 look_up(const std::vector<int64_t>& table, uint32_t fraction_bits, int64_t position) {
  if (fraction_bits == 0) return table.at(position);
  const int64_t segment = position >> fraction_bits;
  const int64_t fraction = position - (segment << fraction_bits);
  const int128 low = table.at(segment), high = table.at(segment + 1);
  return low + shift_round((high - low) * fraction, static_cast<int>(fraction_bits), isa::Rounding::half_up);
}

IntegerTensor evaluate(const Softmax& softmax, const NodeOperands& step) {
  const auto& plan = step.plan_as<SoftmaxPlan>();
  const IntegerTensor& x = *step.x[0];
  IntegerTensor y{step.y_shape, std::vector<int64_t>(x.values.size())};
  for_each_line(x.shape, softmax.axis, [&](const std::vector<int64_t>& offsets) {
    int64_t largest = x.values[offsets[0]];
    for (const int64_t offset : offsets) largest = std::max(largest, x.values[offset]);
    std::vector<int128> exponentials;
    int128 sum = 0;
    for (const int64_t offset : offsets) {
      exponentials.push_back(look_up(plan.table, plan.fraction_bits, largest - x.values[offset]));
      sum += exponentials.back();
    }
    if (sum <= 0) throw std::logic_error("node '" + step.node.name + "': the exponentials sum to nothing");
    for (size_t c = 0; c < offsets.size(); ++c) {
      const int128 share = (exponentials[c] * (int128{1} << plan.bits) + sum / 2) / sum;  // none is negative
      y.values[offsets[c]] = static_cast<int64_t>(saturate(share, step.y_plan.min(), step.y_plan.max()));
    }
  });
  return y;
}

IntegerTensor evaluate(const ArgMax& argmax, const NodeOperands& step) {
  const IntegerTensor& x = *step.x[0];
  IntegerTensor y{step.y_shape,
                  {}};  // one value per line, in the same order whether or not the axis stays as a 1
  const auto is_larger = [&](int64_t a, int64_t b) {
    return step.x_plan[0]->is_real ? real_of(x.values[a]) > real_of(x.values[b]) : x.values[a] > x.values[b];
  };
  for_each_line(x.shape, argmax.axis, [&](const std::vector<int64_t>& offsets) {
    size_t best = 0;
    for (size_t c = 1; c < offsets.size(); ++c) {
      if (is_larger(offsets[c], offsets[best])) best = c;  // of equals the first stays
    }
    y.values.push_back(static_cast<int64_t>(best));
  });
  return y;
}

}  // namespace mmasim::runtime::reference
