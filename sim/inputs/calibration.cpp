#include "sim/inputs/calibration.h"

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

Calibration calibrate_on_files(const runtime::Graph& graph, const std::string& path, unsigned threads) {
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
  return {runtime::calibrate(graph, samples, threads), path, count};
}

Calibration calibrate_on_inputs(const runtime::Graph& graph, const std::vector<NetworkInput>& inputs,
                                uint64_t seed, unsigned threads) {
  const auto ports = input_ports(graph);
  std::vector<runtime::FloatTensor> made(ports.size());
  std::vector<const runtime::FloatTensor*> samples;
  bool is_given = false;
  for (size_t i = 0; i < ports.size(); ++i) {
    const bool made_up = inputs[i].is_integer();
    if (made_up) made[i] = runtime::synthetic_input(ports[i].shape, seed, ports[i].name);
    samples.push_back(made_up ? &made[i] : &inputs[i].floats);
    is_given = is_given || (!made_up && inputs[i].source != "synthetic");
  }
  const auto count = ports.empty() || ports[0].shape.empty() ? 1 : static_cast<uint64_t>(ports[0].shape[0]);
  return {runtime::calibrate(graph, samples, threads), is_given ? "input" : "synthetic", count};
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

Calibration calibrate_on_images(const runtime::Graph& graph, const runtime::ImageSet& images,
                                const std::string& source, unsigned threads) {
  check_images_fit(graph, images, source);
  return {runtime::calibrate(graph, {images.samples(0, images.size())}, threads), source,
          static_cast<uint64_t>(images.size())};
}

Calibration calibrate_network(const runtime::Graph& graph, const std::string& path,
                              const std::vector<NetworkInput>& inputs, uint64_t seed, unsigned threads) {
  if (path.empty()) return calibrate_on_inputs(graph, inputs, seed, threads);
  if (!std::filesystem::is_directory(path)) return calibrate_on_files(graph, path, threads);
  return calibrate_on_images(graph, runtime::load_dataset(path).calibration_images(), path, threads);
}

}  // namespace mmasim::sim
