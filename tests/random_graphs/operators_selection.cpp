// Concat, Pad, Slice and Split.
#include <algorithm>

#include "tests/random_graphs/operators.h"

namespace mmasim::random_graphs {
namespace {

using tests::integer;
using tests::ints;

int64_t drawn_axis(Drawing& drawing, const Shape& shape) {
  const auto rank = static_cast<uint32_t>(shape.size());
  return (drawing.choices().below(rank) + (rank > 1 ? 1 : 0)) % rank;  // axis 1 is the simplest
}

struct Cut {
  int64_t axis, start, end, step, size;
};

// One axis cut as Slice writes it: places may be negative or far outside.
Cut drawn_cut(Drawing& drawing, int64_t axis, int64_t size) {
  auto& choices = drawing.choices();
  const auto bound = static_cast<uint32_t>(size);
  const int64_t first = choices.below(bound),
                last = first + choices.below(static_cast<uint32_t>(size - first));
  const int64_t step = 1 + (choices.one_in(3) ? choices.below(4) : 0);
  Cut cut{axis, first, last + 1, step, (last - first) / step + 1};
  if (choices.one_in(3)) {  // backwards
    cut = {axis, last, first - 1, -step, (last - first) / step + 1};
    if (cut.end < 0) cut.end = choices.flip() ? INT32_MIN : -size - 1;
    return cut;
  }
  if (choices.one_in(4) && cut.start > 0) cut.start -= size;
  if (last + 1 == size && choices.flip()) {
    cut.end = INT32_MAX;
  } else if (choices.one_in(4) && cut.end < size) {
    cut.end -= size;
  }
  return cut;
}

}  // namespace

void draw_concat(Drawing& drawing) {
  const auto first = drawing.operand();
  const int64_t axis = drawn_axis(drawing, first.shape);
  std::vector<std::string> inputs = {first.name};
  Shape shape = first.shape;
  for (auto more = 1 + drawing.choices().below(3); more > 0; --more) {
    Shape next = first.shape;
    if (drawing.choices().flip()) next[axis] = drawing.dimension();
    if (count_of(shape) + count_of(next) > 2 * Drawing::kMostElements) break;
    inputs.push_back(drawing.operand_of_shape(next).name);
    shape[axis] += next[axis];
  }
  drawing.emit("Concat", inputs, shape, {integer("axis", drawing.written_axis(axis, shape.size()))});
}

void draw_pad(Drawing& drawing) {
  const auto x = drawing.operand();
  Shape shape = x.shape;
  std::vector<int64_t> pads(2 * shape.size(), 0);
  for (size_t d = 0; d < shape.size(); ++d) {
    if (!drawing.choices().flip()) continue;
    for (const size_t end : {d, d + shape.size()}) {
      const int64_t pad = drawing.choices().below(4);
      if (count_of(shape) / shape[d] * (shape[d] + pad) > 2 * Drawing::kMostElements) continue;
      pads[end] = pad;
      shape[d] += pad;
    }
  }
  std::vector<tests::Attribute> attributes;
  if (drawing.choices().flip()) attributes.push_back(tests::text("mode", "constant"));
  if (drawing.opset() < 11) {
    attributes.push_back(ints("pads", pads));
    drawing.emit("Pad", {x.name}, shape, attributes);
    return;
  }
  std::vector<std::string> inputs = {x.name, drawing.integers(pads)};
  if (drawing.choices().flip()) inputs.push_back(drawing.reals({}, {0.0f}));
  drawing.emit("Pad", inputs, shape, attributes);
}

void draw_slice(Drawing& drawing) {
  const auto x = drawing.operand();
  Shape shape = x.shape;
  std::vector<Cut> cuts;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (d + 1 < shape.size() && !drawing.choices().flip()) continue;
    Cut cut = drawn_cut(drawing, static_cast<int64_t>(d), shape[d]);
    if (drawing.opset() < 10 && cut.step != 1) cut = {cut.axis, 0, shape[d], 1, shape[d]};  // no steps yet
    cuts.push_back(cut);
  }
  std::vector<int64_t> starts, ends, axes, steps;
  for (const auto& cut : cuts) {
    starts.push_back(cut.start);
    ends.push_back(cut.end);
    axes.push_back(drawing.opset() < 10 ? cut.axis : drawing.written_axis(cut.axis, shape.size()));
    steps.push_back(cut.step);
    shape[cut.axis] = cut.size;
  }
  if (drawing.opset() < 10) {
    drawing.emit("Slice", {x.name}, shape, {ints("starts", starts), ints("ends", ends), ints("axes", axes)});
    return;
  }
  std::vector<std::string> inputs = {x.name, drawing.integers(starts), drawing.integers(ends),
                                     drawing.integers(axes)};
  const bool all_one = std::all_of(steps.begin(), steps.end(), [](int64_t step) { return step == 1; });
  if (!all_one || drawing.choices().flip()) inputs.push_back(drawing.integers(steps));
  drawing.emit("Slice", inputs, shape);
}

void draw_split(Drawing& drawing) {
  const auto x = drawing.operand();
  const int64_t axis = drawn_axis(drawing, x.shape), size = x.shape[axis];
  std::vector<int64_t> sizes;
  bool says = true;
  if (size % 2 == 0 && !drawing.choices().flip()) {
    sizes = {size / 2, size / 2};
    says = drawing.choices().flip();
  } else {
    for (int64_t left = size; left > 0; left -= sizes.back()) {
      const bool rest = sizes.size() == 3 || drawing.choices().one_in(4);
      sizes.push_back(rest ? left : 1 + drawing.choices().below(static_cast<uint32_t>(left)));
    }
  }
  std::vector<Shape> shapes(sizes.size(), x.shape);
  for (size_t i = 0; i < sizes.size(); ++i) shapes[i][axis] = sizes[i];
  const int64_t written = drawing.opset() >= 11 ? drawing.written_axis(axis, x.shape.size()) : axis;
  std::vector<tests::Attribute> attributes = {integer("axis", written)};
  std::vector<std::string> inputs = {x.name};
  if (says && drawing.opset() < 13) attributes.push_back(ints("split", sizes));
  if (says && drawing.opset() >= 13) inputs.push_back(drawing.integers(sizes));
  drawing.emit_several("Split", inputs, shapes, attributes);
}

}  // namespace mmasim::random_graphs
