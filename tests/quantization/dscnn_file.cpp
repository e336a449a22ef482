// The network as an ONNX file, and the whole suite as a folder that `mmasim evaluate` takes.
#include <fstream>

#include "runtime/io/npy.h"
#include "tests/kit/onnx_builder.h"
#include "tests/quantization/dscnn.h"
#include "tests/quantization/suite.h"

namespace mmasim::tests::dscnn {
namespace {

std::vector<float> floats(const std::vector<double>& values) { return {values.begin(), values.end()}; }

void add_parameters(OnnxBuilder& onnx, const Layer& layer, const OnnxBuilder::Shape& shape) {
  onnx.initializer(layer.name + ".weight", shape, floats(layer.weights));
  onnx.initializer(layer.name + ".bias", {layer.outputs}, floats(layer.bias));
}

void add_convolution(OnnxBuilder& onnx, const Layer& layer, const std::string& from) {
  const int64_t pad = layer.kernel / 2;
  add_parameters(onnx, layer, {layer.outputs, layer.inputs_per_output, layer.kernel, layer.kernel});
  onnx.add_node("Conv", {from, layer.name + ".weight", layer.name + ".bias"}, {layer.name + ".sum"},
                {ints("pads", {pad, pad, pad, pad}), integer("group", layer.depthwise ? layer.outputs : 1)},
                layer.name);
  onnx.add_node("Relu", {layer.name + ".sum"}, {layer.name + ".out"}, {}, layer.name + ".relu");
}

void save_images(const std::string& path, const LabelledImages& images) {
  runtime::write_npy(path, "|u1", image_shape(images.size()), images.pixels);
}

void save_labels(const std::string& path, const std::vector<int64_t>& labels) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(labels.data());
  runtime::write_npy(path, "<i8", {static_cast<int64_t>(labels.size())},
                     {bytes, bytes + labels.size() * sizeof(int64_t)});
}

}  // namespace

void save_onnx(const Network& network, const std::string& path) {
  OnnxBuilder onnx(13);
  onnx.input("image", image_shape(1));
  std::string from = "image";
  for (const Layer& layer : network.layers) {
    add_convolution(onnx, layer, from);
    from = layer.name + ".out";
  }
  add_parameters(onnx, network.read_out, {kClasses, kChannels});
  onnx.add_node("GlobalAveragePool", {from}, {"means"})
      .add_node("Flatten", {"means"}, {"features"})
      .add_node("Gemm", {"features", "read_out.weight", "read_out.bias"}, {"classes"}, {integer("transB", 1)},
                "read_out")
      .output("classes")
      .save(path);
}

void write_suite(const std::string& folder, const SuiteChoice& choice) {
  const PatternChoice patterns{choice.seed, choice.field_noise, choice.pixel_noise};
  const auto test = pattern_images(patterns, "test", choice.test_images, Labels::two_of_nine_wrong);
  save_images(folder + "/images.npy", test);
  save_labels(folder + "/labels.npy", test.labels);
  save_images(folder + "/calibration.npy",
              pattern_images(patterns, "calibration", choice.calibration_images));
  std::ofstream(folder + "/dataset.yaml")
      << "name: dscnn-patterns\nimages: images.npy\nlabels: labels.npy\ncalibration: calibration.npy\n"
         "preprocess:\n  scale: 0.00392156862745098\n  mean: [0.5]\n  std: [0.25]\n";
  const auto balanced = fitted_network(choice.seed, choice.mean_activation, choice.penalty,
                                       pattern_images(patterns, "training", choice.training_images));
  save_onnx(balanced, folder + "/balanced.onnx");
  save_onnx(with_outlier_channels(balanced, 16, choice.seed), folder + "/a16.onnx");
  save_onnx(with_outlier_channels(balanced, 64, choice.seed), folder + "/a64.onnx");
  save_onnx(with_unbalanced_channels(balanced, 3, choice.seed), folder + "/b3.onnx");
}

}  // namespace mmasim::tests::dscnn
