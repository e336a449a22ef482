#include "tests/random_graphs/random_network.h"

#include <cmath>

#include "runtime/io/synthetic.h"
#include "tests/random_graphs/operators.h"

namespace mmasim::random_graphs {
namespace {

const Numbers& node_or_simplest(const Description& description, size_t index) {
  static const Numbers kSimplest;
  return index < description.nodes.size() ? description.nodes[index] : kSimplest;
}

void draw_node(Drawing& drawing, const Numbers& numbers) {
  Choices choices(numbers);
  drawing.begin_node(choices);
  const auto& operators = drawn_operators();
  auto index = choices.below(static_cast<uint32_t>(operators.size()));
  const auto fits = [&](const DrawnOperator& one) {
    return one.first_opset <= drawing.opset() && drawing.opset() <= one.last_opset;
  };
  while (!fits(operators[index])) --index;
  operators[index].draw(drawing);
}

// Bell-shaped mostly; else positive, large, tiny, of one value, or zero.
runtime::FloatTensor drawn_input(const DrawnTensor& tensor, uint32_t style) {
  auto input = runtime::synthetic_input(tensor.shape, 1, tensor.name);
  for (auto& value : input.values) {
    switch (style) {
      case 8:
        value = std::fabs(value);
        break;
      case 9:
        value *= 300;
        break;
      case 10:
        value *= 1e-5f;
        break;
      case 11:
        value = 0.5f;
        break;
      case 12:
        value = 0;
        break;
      case 13:
        value += 20;
        break;
      case 14:
        value = -std::fabs(value);
        break;
      default:
        break;
    }
  }
  return input;
}

}  // namespace

RandomNetwork network_of(const Description& description) {
  static const std::vector<int64_t> kOpsets = {13, 11, 17, 7, 9, 10, 12, 8, 14, 15, 16};
  static const std::vector<std::string> kPrecisions = {"int8", "int16", "int32"};
  Choices setting(description.setting);
  static const std::vector<std::string> kPresets = {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"};
  RandomNetwork network;
  network.preset = kPresets[setting.below(3)];
  network.precision = kPrecisions[setting.below(3)];
  network.machine = static_cast<MachineName>(setting.below(3));
  Drawing drawing(setting.from(kOpsets));
  const size_t nodes = std::max<size_t>(1, description.nodes.size());
  for (size_t i = 0; i < nodes; ++i) draw_node(drawing, node_or_simplest(description, i));
  const auto input_style = setting.below(16), odd_input = setting.below(2);
  drawing.finish(setting);
  network.onnx = drawing.onnx().bytes();
  network.input_tensors = drawing.inputs();
  network.outputs = drawing.outputs();
  for (const auto& tensor : drawing.inputs())
    network.inputs.push_back(drawn_input(tensor, network.inputs.size() % 2 == odd_input ? input_style : 0));
  return network;
}

MachineChoice machine_choice(MachineName name) {
  switch (name) {
    case MachineName::tda4vm:
      return {"tda4vm.yaml", {}};
    case MachineName::am62a:
      return {"am62a.yaml", {}};
    case MachineName::tiny:
      break;
  }
  return {"tda4vm.yaml", {"l2.size_bytes=8 KiB", "l3.size_bytes=0"}};
}

}  // namespace mmasim::random_graphs
