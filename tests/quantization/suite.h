// The DSCNN-hard suite of quantization.md 11.1 as a folder that `mmasim evaluate` takes: four networks of one
// float function, balanced.onnx, a16.onnx, a64.onnx and b3.onnx, and the dataset that they classify.
#pragma once

#include <cstdint>
#include <string>

namespace mmasim::tests::dscnn {

struct SuiteChoice {
  uint64_t seed = 1;
  double field_noise = 0.3,
         pixel_noise = 0.5;  // of the images: chosen so that the float network knows about 78 %
  double mean_activation = 0.3, penalty = 0.3;  // of the network, before each ReLU; of the read-out's fit
  int64_t training_images = 1000, test_images = 1000, calibration_images = 64;
};

void write_suite(const std::string& folder, const SuiteChoice& choice = {});

}  // namespace mmasim::tests::dscnn
