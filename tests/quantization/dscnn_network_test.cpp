// Hardening changes what quantization meets, not what the float network says.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "runtime/float_network/run_float.h"
#include "runtime/import/import.h"
#include "tests/quantization/dscnn.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim;
using namespace mmasim::tests::dscnn;

namespace {

std::vector<float> classes_of(const Network& network) {
  const runtime::test::TemporaryFolder folder("dscnn-network");
  save_onnx(network, folder.file("net.onnx"));
  const auto graph = runtime::import_network(folder.file("net.onnx")).graph;
  runtime::FloatTensor image{image_shape(1), {}};
  for (int64_t i = 0; i < runtime::element_count(image.shape); ++i)
    image.values.push_back(static_cast<float>(i % 11) * 0.3f - 1.5f);
  return runtime::run_float(graph, {image})[graph.outputs[0]].values;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0, scale = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    scale = std::max(scale, std::abs(static_cast<double>(a[i])));
  }
  return largest / scale;
}

double spread(const Layer& layer) {  // the largest channel's range over the median's
  std::vector<double> ranges;
  for (int64_t c = 0; c < layer.outputs; ++c) {
    double range = 0;
    for (int64_t i = 0; i < layer.weights_per_output(); ++i)
      range =
          std::max(range, std::abs(layer.weights[static_cast<size_t>(c * layer.weights_per_output() + i)]));
    ranges.push_back(range);
  }
  std::sort(ranges.begin(), ranges.end());
  return ranges.back() / ranges[ranges.size() / 2];
}

}  // namespace

TEST_CASE("dscnn network: outlier channels and unbalanced channels leave the float function as it is") {
  const auto balanced = fitted_network(3, 0.3, 0.3, pattern_images({3, 0.5, 0.3}, "training", 60));
  const auto outliers = with_outlier_channels(balanced, 64, 3);
  const auto unbalanced = with_unbalanced_channels(balanced, 3, 3);
  const auto expected = classes_of(balanced);
  REQUIRE(expected.size() == 10);
  CHECK(largest_difference(expected, classes_of(outliers)) == 0);  // 64 is a power of two
  CHECK(largest_difference(expected, classes_of(unbalanced)) < 1e-5);
  for (size_t i = 1; i < balanced.layers.size(); i += 2) {
    CHECK(spread(outliers.layers[i]) > 8 * spread(balanced.layers[i]));
    CHECK(spread(unbalanced.layers[i]) > 1.5 * spread(balanced.layers[i]));
  }
}

TEST_CASE("dscnn network: images are of ten classes, equally many, and each stream is its own") {
  const auto test = pattern_images({1, 0.5, 0.3}, "test", 40),
             training = pattern_images({1, 0.5, 0.3}, "training", 40);
  CHECK(test.size() == 40);
  CHECK(test.pixels.size() == 40u * 3 * 16 * 16);
  CHECK(std::count(test.labels.begin(), test.labels.end(), 7) == 4);
  CHECK(test.pixels != training.pixels);
  const auto wrong = pattern_images({1, 0.5, 0.3}, "test", 900, Labels::two_of_nine_wrong);
  int64_t differ = 0;
  for (int64_t i = 0; i < wrong.size(); ++i) differ += wrong.labels[static_cast<size_t>(i)] != i % 10 ? 1 : 0;
  CHECK(differ == 200);
  const auto more = pattern_images({1, 0.5, 0.3}, "test", 50);
  CHECK(std::equal(test.pixels.begin(), test.pixels.end(), more.pixels.begin()));
}
