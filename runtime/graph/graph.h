// A network: tensors that flow and the operators between them, in topological order, shapes all known.
// Constants are inside the operators that use them. The importer builds it (canonical operators, whatever
// form the file used); legalize() folds and fuses it; every later step reads it and none changes it.
//
// Shapes are logical, as the network names them: N, C, H, W for feature maps. Axes are never negative.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mmasim::runtime {

using Shape = std::vector<int64_t>;
using TensorId = uint32_t;  // index into Graph::tensors
using NodeId = uint32_t;    // index into Graph::nodes

int64_t element_count(const Shape& shape);

struct Tensor {
  std::string name;
  Shape shape;
};

// Constant parameters of a layer. Without values the network is a topology only: --random-weights makes them,
// and
// --timing-only needs none.
struct Weights {
  std::string name;
  Shape shape;
  std::shared_ptr<const std::vector<float>> values;  // row-major; null: declared without values
};

// Applied to an operator's result. relu is clip to [0, inf).
struct Activation {
  enum class Kind : uint8_t { none, relu, clip } kind = Kind::none;
  double low = 0, high = 0;  // of clip
};

struct Window {  // of convolutions and pools; index 0 is vertical
  std::array<int64_t, 2> kernel{1, 1}, stride{1, 1}, dilation{1, 1};
  std::array<int64_t, 4> pad{0, 0, 0, 0};  // top, left, bottom, right
};

// x[N,C,H,W]; weights O,I/groups,kh,kw. Effective weight of output channel o: values * weight_scale[o]
// (binary64; empty: 1).
struct Conv {
  Window window;
  int64_t groups = 1;
  Weights weights;
  std::vector<double> weight_scale;
  std::vector<double> bias;  // one per output channel, or empty
  bool from_gemm = false;    // legalize() made it of a Gemm: quantization keeps the Gemm's margin
};
// weights I,O/groups,kh,kw. Output size: stride*(in-1) + output_padding + dilation*(kernel-1)+1 - pads.
struct ConvTranspose {
  Window window;
  std::array<int64_t, 2> output_padding{0, 0};
  int64_t groups = 1;
  Weights weights;
  std::vector<double> weight_scale;  // one per output channel
  std::vector<double> bias;
};
// x[..., K] times weights[N, K]^T plus bias[N] (Gemm and MatMul with constant weights, whatever their form)
struct Gemm {
  Weights weights;
  std::vector<double> weight_scale;
  std::vector<double> bias;
};
// Consecutive axes taken as one, as an operator's channels: [first, first + count). No axis at all: one
// channel of every element.
struct AxisSpan {
  int64_t first = 1, count = 1;
  friend bool operator==(const AxisSpan& a, const AxisSpan& b) {
    return a.first == b.first && a.count == b.count;
  }
};
// y = x * scale[c] + shift[c]: BatchNormalization that could not be folded, Add, Sub, Mul and Div by a
// constant. From file values in binary64; without values both are empty.
struct BatchNorm {
  std::vector<double> scale, shift;
  int64_t channels = 0;
  AxisSpan along{};  // that c runs along
};
struct Clip {};  // nothing but the node's activation (a Relu or Clip that could not be fused)
struct Prelu {
  std::vector<double> slopes;  // one, or one per channel
  int64_t channels = 0;        // 0: one slope
  AxisSpan along{};            // that the channels run along
};
struct Unary {
  enum class Kind : uint8_t { sigmoid, hard_sigmoid, hard_swish } kind = Kind::sigmoid;
  double alpha = 0.2, beta = 0.5;  // hard_sigmoid: max(0, min(1, alpha*x + beta))
};
struct Add {};  // two inputs; either may broadcast (dimensions of 1, lower rank aligned right)
struct Sub {};
struct Mul {};
struct MaxPool {
  Window window;
};
struct AveragePool {
  Window window;
  bool count_padding = false;
};
struct GlobalAveragePool {};  // over H and W; output N,C,1,1 or N,C
struct Concat {
  int64_t axis = 1;
};
struct Pad {
  Shape before, after;  // one per dimension, all >= 0; the value is 0.0
};
struct Reshape {};  // same elements in row-major order (Reshape, Flatten, Squeeze, Unsqueeze)
struct Transpose {
  std::vector<int64_t> permutation;  // output axis d is input axis permutation[d]
};
struct Slice {
  Shape start, step;  // one per dimension; step may be negative
};
struct Softmax {
  int64_t axis = 1;  // one axis (opset < 13 coerced forms arrive reshaped)
};
struct ArgMax {
  int64_t axis = 1;
};
struct Resize {
  enum class Mode : uint8_t { nearest, bilinear } mode = Mode::nearest;
  int64_t factor_y = 1, factor_x = 1;
  bool half_pixel =
      true;  // of bilinear: pixel centres, else asymmetric. nearest by whole factors: floor(out / factor)
};

using Operator = std::variant<Conv, ConvTranspose, Gemm, BatchNorm, Clip, Prelu, Unary, Add, Sub, Mul,
                              MaxPool, AveragePool, GlobalAveragePool, Concat, Pad, Reshape, Transpose, Slice,
                              Softmax, ArgMax, Resize>;

struct Node {
  std::string name;                 // of the network's node it began as
  std::vector<std::string> covers;  // names of all the network's nodes that it does the work of
  Operator op;
  Activation activation;
  std::vector<TensorId> inputs;
  TensorId output = 0;
};

struct Graph {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;  // topological order
  std::vector<TensorId> inputs, outputs;
  uint64_t operator_count = 0;   // nodes of the file
  uint64_t parameter_count = 0;  // elements of all weights, biases and normalization constants of the file

  std::optional<NodeId> producer(TensorId tensor) const;  // none for network inputs
  std::vector<NodeId> consumers(TensorId tensor) const;
};

const char* operator_name(const Operator& op);        // "Conv", "Gemm", ...
uint64_t macs(const Graph& graph, const Node& node);  // of Conv, ConvTranspose and Gemm; 0 for all others
uint64_t macs(const Graph& graph);

// Checks what every step relies on: topological order, shapes consistent with the operators, no unused or
// doubly produced tensor. A failure is a bug of the step before: throws std::logic_error naming the node.
void verify(const Graph& graph);

// The shape an operator gives for input shapes; throws std::invalid_argument saying what does not fit.
Shape infer_shape(const Operator& op, const std::vector<Shape>& inputs, const Shape& declared_output);

}  // namespace mmasim::runtime
