#include "tests/cliffs/layer.h"

#include <fmt/format.h>

#include <memory>
#include <random>

#include "models/simulate.h"
#include "runtime/transform/legalize.h"
#include "runtime/user_error.h"
#include "sim/experiment/pipeline.h"
#include "sim/report/layer_stats.h"

namespace mmasim::cliffs {
namespace {

const char* name_of(Kind kind) {
  constexpr const char* kNames[] = {
      "Conv",           "ConvTranspose",   "Gemm", "MaxPool", "AveragePool", "GlobalAveragePool",
      "Resize nearest", "Resize bilinear", "Add",  "Concat",  "Transpose",   "Softmax"};
  return kNames[static_cast<size_t>(kind)];
}

runtime::Window window_of(const Layer& layer) {
  runtime::Window window;
  window.kernel = layer.kernel;
  window.stride = {layer.stride, layer.stride};
  window.dilation = {layer.dilation, layer.dilation};
  window.pad = {layer.pad, layer.pad, layer.pad, layer.pad};
  return window;
}

runtime::Weights weights_of(runtime::Shape shape, std::mt19937* random) {
  runtime::Weights weights;
  weights.name = "w", weights.shape = std::move(shape);
  if (random == nullptr) return weights;
  std::normal_distribution<float> normal;
  auto values =
      std::make_shared<std::vector<float>>(static_cast<size_t>(runtime::element_count(weights.shape)));
  for (auto& value : *values) value = normal(*random);
  weights.values = values;
  return weights;
}

runtime::Operator operator_of(const Layer& layer, std::mt19937* random) {
  const auto window = window_of(layer);
  switch (layer.kind) {
    case Kind::conv: {
      runtime::Conv conv;
      conv.window = window, conv.groups = layer.groups;
      conv.weights =
          weights_of({layer.out, layer.in / layer.groups, layer.kernel[0], layer.kernel[1]}, random);
      return conv;
    }
    case Kind::conv_transpose: {
      runtime::ConvTranspose conv;
      conv.window = window, conv.groups = layer.groups;
      conv.weights =
          weights_of({layer.in, layer.out / layer.groups, layer.kernel[0], layer.kernel[1]}, random);
      return conv;
    }
    case Kind::gemm: {
      runtime::Gemm gemm;
      gemm.weights = weights_of({layer.out, layer.in}, random);
      return gemm;
    }
    case Kind::max_pool:
      return runtime::MaxPool{window};
    case Kind::average_pool:
      return runtime::AveragePool{window, false};
    case Kind::global_pool:
      return runtime::GlobalAveragePool{};
    case Kind::resize_nearest:
    case Kind::resize_bilinear: {
      runtime::Resize resize;
      if (layer.kind == Kind::resize_bilinear) resize.mode = runtime::Resize::Mode::bilinear;
      resize.factor_y = resize.factor_x = layer.factor;
      return resize;
    }
    case Kind::add:
      return runtime::Add{};
    case Kind::concat:
      return runtime::Concat{1};
    case Kind::transpose:
      return runtime::Transpose{{0, 2, 3, 1}};
    case Kind::softmax:
      return runtime::Softmax{1};
  }
  return runtime::Add{};
}

runtime::Shape input_shape(const Layer& layer) {
  if (layer.kind == Kind::gemm) return {layer.height, layer.in};
  return {layer.batch, layer.in, layer.height, layer.width};
}

bool has_two_inputs(const Layer& layer) { return layer.kind == Kind::add || layer.kind == Kind::concat; }

runtime::Graph built(const Layer& layer, std::mt19937* random) {
  runtime::Graph graph;
  graph.name = "layer";
  const auto add_tensor = [&](const std::string& name, runtime::Shape shape) {
    graph.tensors.push_back({name, std::move(shape)});
    return static_cast<runtime::TensorId>(graph.tensors.size() - 1);
  };
  const auto shape = input_shape(layer);
  runtime::Node node;
  node.name = "layer", node.covers = {"layer"}, node.op = operator_of(layer, random);
  std::vector<runtime::Shape> shapes;
  for (int i = 0; i < (has_two_inputs(layer) ? 2 : 1); ++i) {
    graph.inputs.push_back(add_tensor("x" + std::to_string(i), shape));
    node.inputs.push_back(graph.inputs.back());
    shapes.push_back(shape);
  }
  node.output = add_tensor("y", runtime::infer_shape(node.op, shapes, {}));
  graph.outputs = {node.output};
  graph.nodes.push_back(node);
  runtime::verify(graph);
  return runtime::legalize(graph);
}

int64_t window_reach(const Layer& layer, int axis) {
  return layer.dilation * (layer.kernel[static_cast<size_t>(axis)] - 1) + 1;
}

int64_t out_size(const Layer& layer, int64_t size, int axis) {
  switch (layer.kind) {
    case Kind::conv:
    case Kind::max_pool:
    case Kind::average_pool:
      return (size + 2 * layer.pad - window_reach(layer, axis)) / layer.stride + 1;
    case Kind::conv_transpose:
      return layer.stride * (size - 1) + window_reach(layer, axis) - 2 * layer.pad;
    case Kind::resize_nearest:
    case Kind::resize_bilinear:
      return size * layer.factor;
    default:
      return size;
  }
}

double out_elements(const Layer& layer) {
  if (layer.kind == Kind::gemm) return static_cast<double>(layer.height * layer.out);
  if (layer.kind == Kind::global_pool) return static_cast<double>(layer.batch * layer.in);
  const bool changes_channels = layer.kind == Kind::conv || layer.kind == Kind::conv_transpose;
  const auto channels = changes_channels ? layer.out : layer.kind == Kind::concat ? 2 * layer.in : layer.in;
  return static_cast<double>(layer.batch * channels * out_size(layer, layer.height, 0)) *
         static_cast<double>(out_size(layer, layer.width, 1));
}

double weights_of(const Layer& layer) {
  if (layer.kind == Kind::gemm) return static_cast<double>(layer.in * layer.out);
  if (layer.kind != Kind::conv && layer.kind != Kind::conv_transpose) return 0;
  return static_cast<double>(layer.in / layer.groups * layer.out * layer.kernel[0] * layer.kernel[1]);
}

}  // namespace

std::string Layer::text() const {
  return fmt::format(
      "{} {}x{} stride {} dilation {} groups {} pad {} factor {} of {}x{}x{}x{} to {} channels",
      name_of(kind), kernel[0], kernel[1], stride, dilation, groups, pad, factor, batch, in, height, width,
      out);
}

runtime::Graph graph_of(const Layer& layer) { return built(layer, nullptr); }

runtime::Graph graph_with_values(const Layer& layer, uint32_t seed) {
  std::mt19937 random(seed);
  return built(layer, &random);
}

bool is_legal(const Layer& layer) {
  const bool has_weights = layer.kind == Kind::conv || layer.kind == Kind::conv_transpose;
  if (has_weights && (layer.in % layer.groups != 0 || layer.out % layer.groups != 0)) return false;
  const bool is_pool = layer.kind == Kind::max_pool || layer.kind == Kind::average_pool;
  if (is_pool && (layer.pad >= layer.kernel[0] || layer.pad >= layer.kernel[1])) return false;
  for (const int axis : {0, 1}) {
    const auto size = axis == 0 ? layer.height : layer.width;
    if ((layer.kind == Kind::conv || is_pool) && size + 2 * layer.pad < window_reach(layer, axis))
      return false;
    if (out_size(layer, size, axis) < 1) return false;
  }
  return true;
}

double macs_of(const Layer& layer) {
  if (layer.kind == Kind::gemm) return static_cast<double>(layer.height) * weights_of(layer);
  if (layer.kind == Kind::conv_transpose)
    return static_cast<double>(layer.batch * layer.height * layer.width) * weights_of(layer);
  const auto taps = static_cast<double>(layer.kernel[0] * layer.kernel[1]);
  if (layer.kind == Kind::global_pool)
    return static_cast<double>(layer.batch * layer.in * layer.height * layer.width);
  if (layer.kind == Kind::conv)
    return out_elements(layer) * taps * static_cast<double>(layer.in / layer.groups);
  return out_elements(layer) * taps;
}

double bytes_of(const Layer& layer) {
  const auto in = static_cast<double>(runtime::element_count(input_shape(layer)));
  return in * (has_two_inputs(layer) ? 2 : 1) + weights_of(layer) + out_elements(layer);
}

Measured measure(const Layer& layer, const sim::Configuration& config, int bits, Depth depth) {
  Measured measured;
  try {
    sim::QuantChoice quant;
    quant.precision = bits == 16 ? "int16" : "int8";
    const auto planned =
        sim::plan_network(graph_of(layer), config, nullptr, {sim::quantization_of(quant), false});
    if (depth == Depth::lowered) return measured;
    const auto& program = planned.lowered.program;
    const auto activity = models::simulate(program, config, nullptr);
    for (const auto& row : sim::layer_stats(program, config, &activity)) {
      measured.cycles += static_cast<double>(*row.cycles - *row.overhead_cycles);
      if (*row.cycles > 0)
        measured.rows += fmt::format(" {} {} {} tiles {}, {};", row.kind, row.dataflow, row.tiles,
                                     *row.cycles, *row.bound);
      measured.ddr_bytes += *row.ddr_read_bytes + *row.ddr_write_bytes;
    }
  } catch (const runtime::UserError& error) {
    measured.refusal = error.what();
  }
  return measured;
}

}  // namespace mmasim::cliffs
