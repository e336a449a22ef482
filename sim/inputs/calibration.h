// Float ranges of a network's tensors, from the samples the user gave or from the network's inputs.
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
};

// path: a dataset folder, FILE.npy or FILE.npz; empty: the inputs serve, or synthetic ones where they are
// integers.
Calibration calibrate_network(const runtime::Graph& graph, const std::string& path,
                              const std::vector<NetworkInput>& inputs, uint64_t seed, unsigned threads);

// On a dataset's own samples; source names them in the result and in messages.
Calibration calibrate_on_images(const runtime::Graph& graph, const runtime::ImageSet& images,
                                const std::string& source, unsigned threads);

// Throws runtime::UserError unless the network has one input and an image fits it.
void check_images_fit(const runtime::Graph& graph, const runtime::ImageSet& images,
                      const std::string& source);

}  // namespace mmasim::sim
