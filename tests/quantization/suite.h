// The DSCNN-hard suite of quantization.md 11.1 as a folder that `mmasim evaluate` takes: four networks of one
// float function, balanced.onnx, a16.onnx, a64.onnx and b3.onnx, and the dataset that they classify, in which
// two labels of nine are wrong.
#pragma once

#include <cstdint>
#include <string>

namespace mmasim::tests::dscnn {

struct SuiteChoice {
  uint64_t seed = 1;
  double field_noise = 0.06, pixel_noise = 0.2;  // of the images
  double mean_activation = 0.5, penalty = 0.1;   // of the network, before each ReLU; of the read-out's fit
  int64_t training_images = 1000, test_images = 1000, calibration_images = 64;
};

void write_suite(const std::string& folder, const SuiteChoice& choice = {});

}  // namespace mmasim::tests::dscnn
