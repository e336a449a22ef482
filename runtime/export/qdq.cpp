// Walks the graph once: every tensor becomes float -> QuantizeLinear -> DequantizeLinear, every operator its
// ONNX form.
#include "runtime/export/qdq.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/export/onnx_graph.h"
#include "runtime/quantize/weights.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

using exporting::OnnxGraph;
using exporting::set_attribute;
using Names = std::vector<std::string>;

int onnx_type(uint32_t bits, bool is_signed) {
  if (bits == 8) return is_signed ? onnx::TensorProto::INT8 : onnx::TensorProto::UINT8;
  return is_signed ? onnx::TensorProto::INT16 : onnx::TensorProto::UINT16;
}

std::string integer_bytes(int64_t value, uint32_t bits) {
  std::string bytes;
  for (uint32_t byte = 0; byte < bits / 8; ++byte)
    bytes += static_cast<char>(static_cast<uint64_t>(value) >> (8 * byte) & 0xff);
  return bytes;
}

class QdqWriter {
 public:
  QdqWriter(const Graph& graph, const QuantPlan& plan) : graph_(graph), plan_(plan), out_(graph.name) {}

  void write(std::ostream& file) {
    for (const TensorId input : graph_.inputs) {
      const auto& tensor = graph_.tensors[input];
      out_.input(tensor.name, tensor.shape);
      quantize(tensor.name, input, tensor.name + "/dq");
    }
    for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
      node_ = &graph_.nodes[id];
      node_plan_ = &plan_.nodes[id];
      std::visit([&](const auto& op) { emit(op); }, node_->op);
    }
    for (const TensorId output : graph_.outputs) {
      const bool is_index = plan_.tensors[output].bits == 64;
      if (!is_index) out_.node("Identity", {name(output)}, graph_.tensors[output].name);
      out_.output(graph_.tensors[output].name, graph_.tensors[output].shape,
                  is_index ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
    }
    const bool wide =
        std::any_of(plan_.tensors.begin(), plan_.tensors.end(), [](const auto& t) { return t.bits == 16; });
    out_.write(file, wide ? 21 : 13);
  }

 private:
  // The float value that consumers read.
  std::string name(TensorId id) const {
    const auto& tensor = graph_.tensors[id].name;
    return plan_.tensors[id].bits == 64 ? tensor : tensor + "/dq";
  }
  std::string x(size_t index = 0) const { return name(node_->inputs.at(index)); }
  const Shape& shape_of(TensorId id) const { return graph_.tensors[id].shape; }
  std::string own(const std::string& part) const { return graph_.tensors[node_->output].name + "/" + part; }

  void quantize(const std::string& from, TensorId id, const std::string& to) {
    const TensorPlan& plan = plan_.tensors[id];
    const std::string base = graph_.tensors[id].name;
    const auto scale = out_.floats(base + "/scale", {}, {static_cast<float>(1.0 / plan.inv_step)});
    const auto zero = out_.raw(base + "/zero_point", onnx_type(plan.bits, plan.is_signed), {},
                               integer_bytes(plan.zero_point, plan.bits));
    out_.node("QuantizeLinear", {from, scale, zero}, base + "/q");
    out_.node("DequantizeLinear", {base + "/q", scale, zero}, to);
  }

  // The activation, then the output's grid.
  void finish(std::string value) {
    const Activation& activation = node_->activation;
    if (activation.kind == Activation::Kind::relu) {
      out_.node("Relu", {value}, own("relu"));
      value = own("relu");
    } else if (activation.kind == Activation::Kind::clip) {
      const auto low = out_.floats(own("low"), {}, {static_cast<float>(activation.low)});
      const auto high = out_.floats(own("high"), {}, {static_cast<float>(activation.high)});
      out_.node("Clip", {value, low, high}, own("clip"));
      value = own("clip");
    }
    quantize(value, node_->output, name(node_->output));
  }
  onnx::NodeProto& emit_as(const std::string& type, const Names& inputs) {
    auto& node = out_.node(type, inputs, own("f"));
    return node;
  }

  const LinearPlan& linear() const { return std::get<LinearPlan>(*node_plan_); }
  const TensorPlan& input_plan() const { return plan_.tensors[node_->inputs.at(0)]; }

  std::vector<float> weight_scales() const {
    std::vector<float> scales;
    for (const double inv_step : linear().weight_inv_step)
      scales.push_back(static_cast<float>(1.0 / inv_step));
    return scales;
  }

  // Integers and scales of the weights; transposed: of a matrix.
  std::string weights(const Shape& shape, int64_t axis, bool transposed = false) {
    const LinearPlan& plan = linear();
    const IntegerArray& array = plan.weights;
    std::string bytes;
    const int64_t rows = transposed ? array.shape.at(0) : 1;
    const int64_t count = element_count(array.shape), columns = count / rows;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t from = transposed ? i % rows * columns + i / rows : i;
      bytes += integer_bytes(array.at(static_cast<size_t>(from)), array.bits);
    }
    const auto scales = weight_scales();
    const bool per_channel = scales.size() > 1;
    const Shape scale_shape = per_channel ? Shape{static_cast<int64_t>(scales.size())} : Shape{};
    const int64_t zero = plan.weight_zero_points.empty() ? 0 : plan.weight_zero_points[0];
    std::string zeros;
    for (size_t i = 0; i < scales.size(); ++i) zeros += integer_bytes(zero, array.bits);
    const int type = onnx_type(array.bits, true);
    const Names inputs{out_.raw(own("weights_q"), type, shape, std::move(bytes)),
                       out_.floats(own("weights_scale"), scale_shape, scales),
                       out_.raw(own("weights_zero_point"), type, scale_shape, std::move(zeros))};
    auto& node = out_.node("DequantizeLinear", inputs, own("weights"));
    if (per_channel) set_attribute(node, "axis", axis);
    return own("weights");
  }

  // The bias as the accumulator has it, without its zero-point terms, and before an intermediate rounding.
  std::vector<double> bias_levels(const quantization::WeightedLayer& layer) const {
    const LinearPlan& plan = linear();
    const int64_t weight_zero = plan.weight_zero_points.empty() ? 0 : plan.weight_zero_points[0];
    const auto terms =
        quantization::zero_point_terms(layer, plan.weights, input_plan().zero_point, weight_zero);
    std::vector<double> levels;
    for (size_t c = 0; c < plan.bias.size(); ++c) {
      double level = static_cast<double>(plan.bias[c] - terms[c]);
      for (const auto& inter : plan.intermediate)
        level += std::ldexp(static_cast<double>(inter.bias[c]), inter.shift);
      levels.push_back(level);
    }
    return levels;
  }

  double bias_step(size_t channel) const {
    const auto& steps = linear().weight_inv_step;
    return 1.0 / (input_plan().inv_step * (steps.size() == 1 ? steps[0] : steps[channel]));
  }

  // As 32-bit integers of step s_x * s_w where they fit, else in float.
  std::string bias(const quantization::WeightedLayer& layer) {
    const auto levels = bias_levels(layer);
    const auto count = static_cast<int64_t>(levels.size());
    std::string bytes;
    std::vector<float> scales, reals;
    bool fits = true;
    for (size_t c = 0; c < levels.size(); ++c) {
      fits = fits && std::fabs(levels[c]) < 2147483647.0;
      reals.push_back(static_cast<float>(levels[c] * bias_step(c)));
      scales.push_back(static_cast<float>(bias_step(c)));
      if (fits) bytes += integer_bytes(std::llround(levels[c]), 32);
    }
    if (!fits) return out_.floats(own("bias"), {count}, reals);
    const bool per_channel = linear().weight_inv_step.size() > 1;
    if (!per_channel) scales.resize(1);
    const Names inputs{out_.raw(own("bias_q"), onnx::TensorProto::INT32, {count}, std::move(bytes)),
                       out_.floats(own("bias_scale"), per_channel ? Shape{count} : Shape{}, scales)};
    auto& node = out_.node("DequantizeLinear", inputs, own("bias"));
    if (per_channel) set_attribute(node, "axis", int64_t{0});
    return own("bias");
  }

  static void set_window(onnx::NodeProto& node, const Window& window, bool dilates = true) {
    set_attribute(node, "kernel_shape", std::vector<int64_t>(window.kernel.begin(), window.kernel.end()));
    set_attribute(node, "strides", std::vector<int64_t>(window.stride.begin(), window.stride.end()));
    set_attribute(node, "pads", std::vector<int64_t>(window.pad.begin(), window.pad.end()));
    if (dilates)
      set_attribute(node, "dilations", std::vector<int64_t>(window.dilation.begin(), window.dilation.end()));
  }

  void emit(const Conv& conv) {
    auto& node = emit_as("Conv", {x(), weights(conv.weights.shape, 0), bias(quantization::view(conv))});
    set_window(node, conv.window);
    set_attribute(node, "group", conv.groups);
    finish(own("f"));
  }
  void emit(const ConvTranspose& conv) {
    if (conv.groups > 1 && linear().weight_inv_step.size() > 1)
      throw UserError("node '" + node_->name +
                      "': QDQ has no step per channel for groups of a ConvTranspose");
    auto& node =
        emit_as("ConvTranspose", {x(), weights(conv.weights.shape, 1), bias(quantization::view(conv))});
    set_window(node, conv.window);
    set_attribute(node, "group", conv.groups);
    set_attribute(node, "output_padding",
                  std::vector<int64_t>(conv.output_padding.begin(), conv.output_padding.end()));
    finish(own("f"));
  }
  void emit(const Gemm& gemm) {
    const auto& shape = gemm.weights.shape;
    if (shape_of(node_->inputs.at(0)).size() == 2) {
      auto& node = emit_as("Gemm", {x(), weights(shape, 0), bias(quantization::view(gemm))});
      set_attribute(node, "transB", int64_t{1});
      return finish(own("f"));
    }
    out_.node("MatMul", {x(), weights({shape.at(1), shape.at(0)}, 1, true)}, own("product"));
    emit_as("Add", {own("product"), bias(quantization::view(gemm))});
    finish(own("f"));
  }
  // Constants along the channels, as broadcasting takes them.
  Shape along(const AxisSpan& span) const {
    const Shape& shape = shape_of(node_->inputs.at(0));
    Shape result(shape.size(), 1);
    for (int64_t axis = span.first; axis < span.first + span.count; ++axis) result[axis] = shape[axis];
    return result;
  }
  void emit(const BatchNorm& norm) {
    const LinearPlan& plan = linear();
    const auto levels = bias_levels(quantization::view(norm));
    std::vector<float> scale, shift;
    for (size_t c = 0; c < levels.size(); ++c) {
      const double inv = plan.weight_inv_step.size() == 1 ? plan.weight_inv_step[0] : plan.weight_inv_step[c];
      const int64_t zero = plan.weight_zero_points.empty() ? 0 : plan.weight_zero_points[0];
      scale.push_back(static_cast<float>(static_cast<double>(plan.weights.at(c) - zero) / inv));
      shift.push_back(static_cast<float>(levels[c] * bias_step(c)));
    }
    const Shape shape = along(norm.along);
    out_.node("Mul", {x(), out_.floats(own("scale_of_x"), shape, scale)}, own("scaled"));
    emit_as("Add", {own("scaled"), out_.floats(own("shift"), shape, shift)});
    finish(own("f"));
  }
  void emit(const Clip&) { finish(x()); }
  void emit(const Prelu& prelu) {
    if (prelu.channels == 0) {
      set_attribute(emit_as("LeakyRelu", {x()}), "alpha", prelu.slopes.at(0));
    } else {
      const std::vector<float> slopes(prelu.slopes.begin(), prelu.slopes.end());
      emit_as("PRelu", {x(), out_.floats(own("slopes"), along(prelu.along), slopes)});
    }
    finish(own("f"));
  }
  void emit(const Unary& unary) {
    if (unary.kind == Unary::Kind::hard_sigmoid) {
      auto& node = emit_as("HardSigmoid", {x()});
      set_attribute(node, "alpha", unary.alpha);
      set_attribute(node, "beta", unary.beta);
    } else if (unary.kind == Unary::Kind::hard_swish) {  // an operator of its own from opset 14 on
      auto& gate = out_.node("HardSigmoid", {x()}, own("gate"));
      set_attribute(gate, "alpha", 1.0 / 6);
      set_attribute(gate, "beta", 0.5);
      emit_as("Mul", {x(), own("gate")});
    } else {
      emit_as("Sigmoid", {x()});
    }
    finish(own("f"));
  }
  void emit(const Add&) { emit_as("Add", {x(0), x(1)}), finish(own("f")); }
  void emit(const Sub&) { emit_as("Sub", {x(0), x(1)}), finish(own("f")); }
  void emit(const Mul&) { emit_as("Mul", {x(0), x(1)}), finish(own("f")); }
  void emit(const MaxPool& pool) {
    set_window(emit_as("MaxPool", {x()}), pool.window);
    finish(own("f"));
  }
  void emit(const AveragePool& pool) {
    auto& node = emit_as("AveragePool", {x()});
    set_window(node, pool.window, false);
    set_attribute(node, "count_include_pad", int64_t{pool.count_padding});
    finish(own("f"));
  }
  void emit(const GlobalAveragePool&) {
    if (shape_of(node_->output).size() == shape_of(node_->inputs.at(0)).size()) {
      emit_as("GlobalAveragePool", {x()});
    } else {
      out_.node("GlobalAveragePool", {x()}, own("mean"));
      emit_as("Reshape", {own("mean"), out_.integers(own("shape"), shape_of(node_->output))});
    }
    finish(own("f"));
  }
  void emit(const Concat& concat) {
    Names inputs;
    for (size_t i = 0; i < node_->inputs.size(); ++i) inputs.push_back(x(i));
    set_attribute(emit_as("Concat", inputs), "axis", concat.axis);
    finish(own("f"));
  }
  void emit(const Pad& pad) {
    Shape pads = pad.before;
    pads.insert(pads.end(), pad.after.begin(), pad.after.end());
    emit_as("Pad", {x(), out_.integers(own("pads"), pads)});
    finish(own("f"));
  }
  void emit(const Reshape&) {
    emit_as("Reshape", {x(), out_.integers(own("shape"), shape_of(node_->output))});
    finish(own("f"));
  }
  void emit(const Transpose& transpose) {
    set_attribute(emit_as("Transpose", {x()}), "perm", transpose.permutation);
    finish(own("f"));
  }
  void emit(const Slice& slice) {
    const Shape& shape = shape_of(node_->output);
    std::vector<int64_t> ends, axes;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      const int64_t end = slice.start[axis] + slice.step[axis] * shape[axis];
      ends.push_back(end < 0 ? std::numeric_limits<int64_t>::min() : end);
      axes.push_back(static_cast<int64_t>(axis));
    }
    emit_as("Slice", {x(), out_.integers(own("starts"), slice.start), out_.integers(own("ends"), ends),
                      out_.integers(own("axes"), axes), out_.integers(own("steps"), slice.step)});
    finish(own("f"));
  }
  void emit(const Softmax& softmax) {
    set_attribute(emit_as("Softmax", {x()}), "axis", softmax.axis);
    finish(own("f"));
  }
  void emit(const ArgMax& argmax) {
    auto& node = out_.node("ArgMax", {x()}, name(node_->output));
    set_attribute(node, "axis", argmax.axis);
    const bool keeps = shape_of(node_->output).size() == shape_of(node_->inputs.at(0)).size();
    set_attribute(node, "keepdims", int64_t{keeps});
  }
  void emit(const Resize& resize) {
    const bool nearest = resize.mode == Resize::Mode::nearest;
    const std::vector<float> factors{1, 1, static_cast<float>(resize.factor_y),
                                     static_cast<float>(resize.factor_x)};
    auto& node = emit_as("Resize", {x(), "", out_.floats(own("scales"), {4}, factors)});
    set_attribute(node, "mode", std::string(nearest ? "nearest" : "linear"));
    const bool half_pixel = !nearest && resize.half_pixel;
    set_attribute(node, "coordinate_transformation_mode",
                  std::string(half_pixel ? "half_pixel" : "asymmetric"));
    if (nearest) set_attribute(node, "nearest_mode", std::string("floor"));
    finish(own("f"));
  }

  const Graph& graph_;
  const QuantPlan& plan_;
  OnnxGraph out_;
  const Node* node_ = nullptr;
  const NodePlan* node_plan_ = nullptr;
};

}  // namespace

void write_qdq(const Graph& graph, const QuantPlan& plan, std::ostream& out) {
  for (size_t id = 0; id < plan.tensors.size(); ++id)
    if (plan.tensors[id].bits == 32)
      throw UserError("tensor '" + graph.tensors[id].name +
                      "': QDQ has no integers of 32 bits; expected 8 or 16");
  QdqWriter(graph, plan).write(out);
}

}  // namespace mmasim::runtime
