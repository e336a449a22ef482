// Samples of a network's inputs: those the user gave, a dataset's, or the network's own inputs; and float
// ranges of its tensors over them.
#pragma once

#include <string>
#include <vector>

#include "runtime/calibrate/ranges.h"
#include "runtime/graph/graph.h"
#include "runtime/io/dataset.h"
#include "sim/inputs/network_inputs.h"

namespace mmasim::sim {

struct Calibration {
  runtime::Ranges ranges;
  std::string source;  // a path, "input" or "synthetic"
  uint64_t samples = 0;
  std::string assumption = {};  // about the preprocessing of pixels, where nobody has said it
};

struct CalibrationSamples {
  std::vector<runtime::FloatTensor> arrays;  // one per input, first axis the sample
  std::string source;                        // as in Calibration
  uint64_t count = 0;
  std::string assumption = {};
};

// path: a dataset folder, FILE.npy or FILE.npz; empty: the inputs serve, or synthetic ones where they are
// integers.
CalibrationSamples calibration_samples(const runtime::Graph& graph, const std::string& path,
                                       const std::vector<NetworkInput>& inputs, uint64_t seed);
// A dataset's own; source names them in the result and in messages.
CalibrationSamples calibration_samples(const runtime::Graph& graph, const runtime::ImageSet& images,
                                       const std::string& source);

// Lowest and highest value of every tensor.
Calibration calibrate_on(const runtime::Graph& graph, const CalibrationSamples& samples, unsigned threads);
// Both.
Calibration calibrate_network(const runtime::Graph& graph, const std::string& path,
                              const std::vector<NetworkInput>& inputs, uint64_t seed, unsigned threads);

// What speaks against a calibration, a line each: assumed preprocessing, and ranges that it cannot have been
// trained with.
std::vector<std::string> doubts_of(const runtime::Graph& graph, const Calibration& calibration);

// Throws runtime::UserError unless the network has one input and an image fits it.
void check_images_fit(const runtime::Graph& graph, const runtime::ImageSet& images,
                      const std::string& source);

}  // namespace mmasim::sim
