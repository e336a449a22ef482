#include "tests/random_graphs/drawing.h"

#include <algorithm>
#include <cmath>

namespace mmasim::random_graphs {
namespace {

// Small ones and ones first; primes, powers of two and their neighbours, the array's sides.
const std::vector<int64_t> kDimensions = {2, 1, 3, 4,  5,  1,  6,  7,  8,  9,  1,  11, 12, 13, 2,  16,
                                          3, 1, 8, 17, 19, 23, 24, 31, 32, 33, 37, 47, 63, 64, 65, 70};

void bound_elements(Shape& shape, int64_t most) {
  while (count_of(shape) > most) {
    auto& largest = *std::max_element(shape.begin(), shape.end());
    largest = (largest + 1) / 2;
  }
}

}  // namespace

int64_t count_of(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t dimension : shape) count *= dimension;
  return count;
}

int64_t Drawing::dimension() { return choices().from(kDimensions); }

Shape Drawing::shape_of_rank(size_t rank) {
  Shape shape(rank);
  for (auto& size : shape) size = dimension();
  if (rank == 4 && choices().below(8) != 7) shape[0] = 1;
  bound_elements(shape, kMostElements / 2);
  return shape;
}

DrawnTensor& Drawing::add(const std::string& name, const Shape& shape, bool is_index) {
  tensors_.push_back({name, shape, is_index, 0});
  return tensors_.back();
}

DrawnTensor Drawing::new_input(const Shape& shape) {
  const std::string name = fresh("x");
  onnx_.input(name, shape);
  inputs_.push_back({name, shape, false, 0});
  return add(name, shape, false);
}

DrawnTensor Drawing::operand(const Fits& fits, size_t rank_of_new) {
  std::vector<size_t> fitting;
  for (size_t i = tensors_.size(); i-- > 0;) {
    if (!tensors_[i].is_index && fits(tensors_[i].shape)) fitting.push_back(i);
  }
  const auto wish = choices().below(16);
  if (fitting.empty() || wish == 15) {
    // A few tries at a shape that fits; what calls this says in the end whether it does.
    return new_input(shape_of_rank(rank_of_new));
  }
  if (wish < 12) return tensors_[fitting.front()];
  return tensors_[fitting[choices().below(static_cast<uint32_t>(fitting.size()))]];
}

DrawnTensor Drawing::operand() {
  static const std::vector<int64_t> kRanks = {4, 4, 4, 2, 3, 1, 5, 6};
  const auto rank = static_cast<size_t>(choices().from(kRanks));
  return operand([](const Shape&) { return true; }, rank);
}

DrawnTensor Drawing::feature_map() {
  const bool any_map = std::any_of(tensors_.begin(), tensors_.end(), [](const DrawnTensor& tensor) {
    return !tensor.is_index && tensor.shape.size() == 4;
  });
  const auto last = std::find_if(tensors_.rbegin(), tensors_.rend(),
                                 [](const DrawnTensor& tensor) { return !tensor.is_index; });
  if (last == tensors_.rend() || any_map || choices().flip())
    return operand([](const Shape& shape) { return shape.size() == 4; }, 4);
  const DrawnTensor from = *last;
  Shape shape = from.shape;
  while (shape.size() > 4) {
    shape[1] *= shape[2];
    shape.erase(shape.begin() + 2);
  }
  while (shape.size() < 4)
    shape.insert(shape.begin() + choices().below(static_cast<uint32_t>(shape.size() + 1)), 1);
  const std::string name = emit("Reshape", {from.name, integers(shape)}, shape);
  return {name, shape};
}

DrawnTensor Drawing::operand_of_shape(const Shape& shape) {
  std::vector<size_t> fitting;
  for (size_t i = tensors_.size(); i-- > 0;) {
    if (!tensors_[i].is_index && tensors_[i].shape == shape) fitting.push_back(i);
  }
  const auto wish = choices().below(8);
  if (fitting.empty() || wish == 7) return new_input(shape);
  return tensors_[fitting[wish % fitting.size()]];
}

std::vector<float> Drawing::values(int64_t count, double magnitude) {
  const auto style = choices().below(24);
  const auto name = "v" + std::to_string(choices().below(1000));
  auto drawn = tests::sample_values(name, count);
  if (style == 16) magnitude *= 1e-4;
  if (style == 17) magnitude *= 100;
  for (size_t i = 0; i < drawn.size(); ++i) {
    auto& value = drawn[i];
    if (style == 18) value = std::fabs(value);
    if (style == 19) value = 0;
    if (style == 20) value = 1;
    if (style == 21 && i < (drawn.size() + 2) / 3) value = 0;  // a channel of zeros, where that is a third
    if (style == 22 && i % 7 == 3) value *= 64;
    if (style == 23) value = i == drawn.size() / 2 ? 1.0f : value / 1024;
    value = static_cast<float>(value * magnitude);
  }
  return drawn;
}

std::string Drawing::reals(const Shape& shape, const std::vector<float>& values) {
  const std::string name = fresh("c");
  if (choices().one_in(8)) {
    onnx_.add_node("Constant", {}, {name}, {tests::tensor("value", tests::float_tensor(shape, values))});
  } else {
    onnx_.initializer(name, shape, values);
  }
  return name;
}

std::string Drawing::weights(const Shape& shape, double magnitude) {
  return reals(shape, values(count_of(shape), magnitude));
}

std::string Drawing::integers(const std::vector<int64_t>& values) {
  const std::string name = fresh("i");
  const auto tensor = tests::integer_tensor({static_cast<int64_t>(values.size())}, values);
  if (choices().one_in(8)) {
    onnx_.add_node("Constant", {}, {name}, {tests::tensor("value", tensor)});
  } else {
    onnx_.initializer(name, tensor);
  }
  return name;
}

void Drawing::count_readers(const std::vector<std::string>& inputs) {
  for (auto& tensor : tensors_) {
    if (std::find(inputs.begin(), inputs.end(), tensor.name) != inputs.end()) ++tensor.readers;
  }
}

std::string Drawing::emit(const std::string& op, const std::vector<std::string>& inputs, const Shape& shape,
                          const std::vector<tests::Attribute>& attributes, bool is_index) {
  const std::string name = fresh("t");
  onnx_.add_node(op, inputs, {name}, attributes);
  count_readers(inputs);
  add(name, shape, is_index);
  return name;
}

std::vector<std::string> Drawing::emit_several(const std::string& op, const std::vector<std::string>& inputs,
                                               const std::vector<Shape>& shapes,
                                               const std::vector<tests::Attribute>& attributes) {
  std::vector<std::string> names;
  for (size_t i = 0; i < shapes.size(); ++i) names.push_back(fresh("t"));
  onnx_.add_node(op, inputs, names, attributes);
  count_readers(inputs);
  for (size_t i = shapes.size(); i-- > 0;) add(names[i], shapes[i], false);
  return names;
}

std::string Drawing::emit_constant(const std::string& op, const std::vector<std::string>& inputs,
                                   const std::vector<tests::Attribute>& attributes) {
  const std::string name = fresh("k");
  onnx_.add_node(op, inputs, {name}, attributes);
  return name;
}

int64_t Drawing::written_axis(int64_t axis, size_t rank) {
  return choices().one_in(3) ? axis - static_cast<int64_t>(rank) : axis;
}

void Drawing::finish(Choices& choices) {
  for (const auto& tensor : tensors_) {
    const bool is_input = std::any_of(inputs_.begin(), inputs_.end(),
                                      [&](const DrawnTensor& input) { return input.name == tensor.name; });
    if (is_input || (tensor.readers > 0 && !choices.one_in(8))) continue;
    onnx_.output(tensor.name);
    outputs_.push_back(tensor);
  }
}

}  // namespace mmasim::random_graphs
