// Runs the float network over samples and lets a calibrator choose the range of every tensor. Chooses no
// scale.
#pragma once

#include <functional>
#include <vector>

#include "runtime/calibrate/calibrator.h"
#include "runtime/calibrate/ranges.h"
#include "runtime/graph/graph.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

// How the range of one tensor is chosen.
struct TensorCalibration {
  CalibratorChoice calibrator{"minmax", {}};
  GridShape grid;
};
using ChooseCalibrator = std::function<TensorCalibration(TensorId)>;

// Ranges of every tensor, by the calibrator chosen for each. samples: per graph input, first axis the sample;
// the graph's own batch divides it or the last run is filled by repetition, which no calibrator sees. Arrays
// of just the graph's shapes are one run of it. The same ranges for any number of threads. Throws UserError
// on NaN or infinity, naming sample and tensor.
Ranges calibrate(const Graph& graph, const std::vector<const FloatTensor*>& samples,
                 const ChooseCalibrator& choose, unsigned threads);

// Min/max of every tensor.
Ranges calibrate(const Graph& graph, const std::vector<FloatTensor>& samples, unsigned threads = 1);
Ranges calibrate(const Graph& graph, const std::vector<const FloatTensor*>& samples, unsigned threads);

}  // namespace mmasim::runtime
