// A network under construction: what the operators' own files use to read choices, to find or make operands,
// and to append nodes. Keeps shapes by itself, from the ONNX standard; asks nothing of the importer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/kit/onnx_builder.h"
#include "tests/random_graphs/description.h"

namespace mmasim::random_graphs {

using Shape = std::vector<int64_t>;

struct DrawnTensor {
  std::string name;
  Shape shape;
  bool is_index = false;  // of ArgMax: no operator reads it
  uint32_t readers = 0;
};

int64_t count_of(const Shape& shape);

class Drawing {
 public:
  static constexpr int64_t kMostElements = 4096;  // of a tensor
  static constexpr int64_t kMostMacs = 300000;    // of a node

  explicit Drawing(int64_t opset) : opset_(opset), onnx_(opset) {}

  int64_t opset() const { return opset_; }
  void begin_node(Choices& choices) { choices_ = &choices; }
  Choices& choices() { return *choices_; }

  // An operand: mostly the latest tensor that fits, else an older one, or a new network input.
  using Fits = std::function<bool(const Shape&)>;
  DrawnTensor operand(const Fits& fits, size_t rank_of_new);
  DrawnTensor operand();      // of any shape
  DrawnTensor feature_map();  // of rank 4, reshaped if need be
  // A second operand whose shape fits, if there is one; else a new input of that shape.
  DrawnTensor operand_of_shape(const Shape& shape);

  int64_t dimension();
  Shape shape_of_rank(size_t rank);

  // Constants. What their values are like is drawn too.
  std::string weights(const Shape& shape, double magnitude);
  std::string reals(const Shape& shape, const std::vector<float>& values);
  std::string integers(const std::vector<int64_t>& values);
  std::vector<float> values(int64_t count, double magnitude);

  // A node with one result, of that shape.
  std::string emit(const std::string& op, const std::vector<std::string>& inputs, const Shape& shape,
                   const std::vector<tests::Attribute>& attributes = {}, bool is_index = false);
  std::vector<std::string> emit_several(const std::string& op, const std::vector<std::string>& inputs,
                                        const std::vector<Shape>& shapes,
                                        const std::vector<tests::Attribute>& attributes);
  // A node that computes a constant.
  std::string emit_constant(const std::string& op, const std::vector<std::string>& inputs,
                            const std::vector<tests::Attribute>& attributes = {});

  // Axis of a shape as the network may write it: from the front, or negative.
  int64_t written_axis(int64_t axis, size_t rank);

  // Outputs: what nobody reads, and some of what somebody does.
  void finish(Choices& choices);

  const tests::OnnxBuilder& onnx() const { return onnx_; }
  const std::vector<DrawnTensor>& inputs() const { return inputs_; }
  const std::vector<DrawnTensor>& outputs() const { return outputs_; }

 private:
  DrawnTensor& add(const std::string& name, const Shape& shape, bool is_index);
  DrawnTensor new_input(const Shape& shape);
  void count_readers(const std::vector<std::string>& inputs);
  std::string fresh(const std::string& stem) { return stem + std::to_string(names_++); }

  int64_t opset_;
  tests::OnnxBuilder onnx_;
  Choices* choices_ = nullptr;
  std::vector<DrawnTensor> tensors_, inputs_, outputs_;
  uint32_t names_ = 0;
};

}  // namespace mmasim::random_graphs
