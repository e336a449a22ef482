#include "sim/inputs/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "runtime/calibrate/calibrate.h"
#include "runtime/graph/shape_text.h"
#include "runtime/io/synthetic.h"
#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

using runtime::UserError;

// An array of samples for one input: its first axis is the sample, the others are the input's.
void check_samples_fit(const InputPort& port, const runtime::Shape& shape, const std::string& source) {
  bool fits = !shape.empty() && shape.size() == port.shape.size() && shape[0] > 0;
  for (size_t d = 1; fits && d < shape.size(); ++d) fits = shape[d] == port.shape[d];
  if (fits) return;
  throw UserError(source + ": samples of shape " + runtime::shape_text(shape) + "; input '" + port.name +
                  "' takes " + runtime::shape_text(port.shape) + ", the first axis counting samples");
}

CalibrationSamples samples_of_files(const runtime::Graph& graph, const std::string& path) {
  const auto ports = input_ports(graph);
  std::vector<runtime::FloatTensor> samples(ports.size());
  for (const auto& given : read_array_file(path)) {
    size_t index = 0;
    while (index < ports.size() && given.name && ports[index].name != *given.name) ++index;
    if (index == ports.size() || (!given.name && ports.size() != 1)) {
      throw UserError("--calibration " + path +
                      ": expected an array for each input, in a .npz by their names");
    }
    check_samples_fit(ports[index], given.array.shape, given.array.source);
    if (given.array.dtype != "<f4") {
      throw UserError(given.array.source + ": dtype " + given.array.dtype +
                      "; calibration samples are float32");
    }
    samples[index] = runtime::to_float(given.array);
    check_finite(samples[index], given.array.source);
  }
  bool is_one_run = true;  // each input as the network takes it, whatever first axes those have
  for (size_t i = 0; i < ports.size(); ++i) is_one_run &= samples[i].shape == ports[i].shape;
  for (size_t i = 0; i < ports.size(); ++i) {
    if (samples[i].shape.empty())
      throw UserError("--calibration " + path + ": no samples for '" + ports[i].name + "'");
    if (!is_one_run && samples[i].shape[0] != samples[0].shape[0]) {
      throw UserError("--calibration " + path + ": '" + ports[i].name + "' has " +
                      std::to_string(samples[i].shape[0]) + " samples, '" + ports[0].name + "' has " +
                      std::to_string(samples[0].shape[0]));
    }
  }
  const auto count = samples.empty() ? 0 : static_cast<uint64_t>(samples[0].shape[0]);
  return {std::move(samples), path, count};
}

CalibrationSamples samples_of_inputs(const runtime::Graph& graph, const std::vector<NetworkInput>& inputs,
                                     uint64_t seed) {
  const auto ports = input_ports(graph);
  std::vector<runtime::FloatTensor> samples;
  bool is_given = false;
  for (size_t i = 0; i < ports.size(); ++i) {
    const bool made_up = inputs[i].is_integer();
    samples.push_back(made_up ? runtime::synthetic_input(ports[i].shape, seed, ports[i].name)
                              : inputs[i].floats);
    is_given = is_given || (!made_up && inputs[i].source != "synthetic");
  }
  const auto count = ports.empty() || ports[0].shape.empty() ? 1 : static_cast<uint64_t>(ports[0].shape[0]);
  return {std::move(samples), is_given ? "input" : "synthetic", count};
}

}  // namespace

void check_images_fit(const runtime::Graph& graph, const runtime::ImageSet& images,
                      const std::string& source) {
  const auto ports = input_ports(graph);
  if (ports.size() != 1) {
    throw UserError(source + ": a dataset feeds one input, the network has " + std::to_string(ports.size()));
  }
  check_samples_fit(ports.front(), images.sample_shape(), source);
}

CalibrationSamples calibration_samples(const runtime::Graph& graph, const runtime::ImageSet& images,
                                       const std::string& source) {
  check_images_fit(graph, images, source);
  return {{images.samples(0, images.size())}, source, static_cast<uint64_t>(images.size())};
}

CalibrationSamples calibration_samples(const runtime::Graph& graph, const std::string& path,
                                       const std::vector<NetworkInput>& inputs, uint64_t seed) {
  if (path.empty()) return samples_of_inputs(graph, inputs, seed);
  if (!std::filesystem::is_directory(path)) return samples_of_files(graph, path);
  const auto dataset = runtime::load_dataset(path);
  auto samples = calibration_samples(graph, dataset.calibration_images(), path);
  samples.assumption = dataset.assumption;
  return samples;
}

Calibration calibrate_on(const runtime::Graph& graph, const CalibrationSamples& samples, unsigned threads) {
  return {runtime::calibrate(graph, samples.arrays, threads), samples.source, samples.count,
          samples.assumption};
}

Calibration calibrate_network(const runtime::Graph& graph, const std::string& path,
                              const std::vector<NetworkInput>& inputs, uint64_t seed, unsigned threads) {
  return calibrate_on(graph, calibration_samples(graph, path, inputs, seed), threads);
}

std::vector<std::string> doubts_of(const runtime::Graph& graph, const Calibration& calibration) {
  if (calibration.assumption.empty()) return {};
  std::vector<std::string> doubts{calibration.source + ": " + calibration.assumption};
  // Layers of a network that was trained on small numbers have small results. Half of them beyond this come
  // of pixels that should have been scaled.
  constexpr double kLargestMedian = 100;
  std::vector<double> largest;
  for (const auto& node : graph.nodes) {
    if (runtime::macs(graph, node) == 0) continue;
    const auto& range = calibration.ranges[node.output];
    largest.push_back(std::max(std::fabs(range.low), std::fabs(range.high)));
  }
  if (largest.empty()) return doubts;
  std::sort(largest.begin(), largest.end());
  const double median = largest[largest.size() / 2];
  if (median > kLargestMedian) {
    doubts.push_back(
        fmt::format("{}: half of the layers reach beyond {:.0f}; the network was probably trained "
                    "on scaled pixels, and its integers and accuracy are then worthless",
                    calibration.source, median));
  }
  return doubts;
}

}  // namespace mmasim::sim
