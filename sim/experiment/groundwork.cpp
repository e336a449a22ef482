#include "sim/experiment/groundwork.h"

#include <algorithm>

#include "runtime/calibrate/calibrate.h"
#include "runtime/user_error.h"
#include "sim/host/stopwatch.h"

namespace mmasim::sim {
namespace {

std::string binary_text(const ordered_json& json) {  // exact, whatever bytes paths are made of
  const auto bytes = ordered_json::to_cbor(json);
  return {bytes.begin(), bytes.end()};
}

std::string name_of(const QuantChoice& choice) {
  return binary_text(ordered_json{choice.preset, choice.precision, choice.set, choice.plan});
}

std::string name_of(const ConfigChoice& choice) { return binary_text(ordered_json{choice.file, choice.set}); }

// All of a request that preparing its network reads, but for the number of threads.
std::string name_of_network(const Request& request) {
  const auto json = to_json(request_keys(), request);
  return binary_text(
      ordered_json{json.at("network"), json.at("import"), json.at("data"), request.with_values()});
}

Calibration calibrate(const Request& request, const PreparedNetwork& prepared) {
  const auto& data = request.data;
  const auto& network = prepared.network;
  if (prepared.dataset && data.calibration.empty()) {
    auto samples = calibration_samples(network.graph, prepared.dataset->calibration_images(), data.dataset);
    samples.assumption = prepared.dataset->assumption;
    return calibrate_on(network.graph, samples, request.threads);
  }
  return calibrate_network(network.graph, data.calibration, network.inputs, data.seed.value_or(0),
                           request.threads);
}

}  // namespace

PreparedNetwork prepare_network(const Request& request, uint64_t ddr_bytes, Progress& progress) {
  PreparedNetwork prepared;
  const auto& data = request.data;
  if (!data.dataset.empty()) {
    const auto limit = std::min<uint64_t>(data.limit, INT64_MAX);
    prepared.dataset = runtime::load_dataset(data.dataset, static_cast<int64_t>(limit));
  }
  progress.say("import " + request.network);
  prepared.network = load_network(request.network, request.import, data,
                                  request.with_values() ? Values::made : Values::skipped, ddr_bytes);
  const auto& graph = prepared.network.graph;
  if (prepared.dataset) {
    check_images_fit(graph, prepared.dataset->images, data.dataset);
    prepared.dataset->labels.empty() ? check_answers_images(graph) : check_classifies(graph);
    prepared.exact = answer_in_float(graph, prepared.dataset->images, request.threads, progress);
  }
  if (!request.with_values()) return prepared;
  progress.say("calibrate");
  const Stopwatch stopwatch;
  prepared.calibration = calibrate(request, prepared);
  for (const auto& doubt : doubts_of(graph, *prepared.calibration)) progress.note("warning: " + doubt);
  prepared.calibrate_s = stopwatch.seconds();
  return prepared;
}

void Groundwork::prepare_config(const ConfigChoice& choice) {
  const auto name = name_of(choice);
  if (configs_.count(name) != 0) return;
  const auto path = config_path_of(choice);
  const auto file = config_files_.try_emplace(path, path).first;
  configs_.emplace(name, file->second.load(choice.set));
}

void Groundwork::prepare_quantization(const QuantChoice& choice) {
  auto name = name_of(choice);
  if (quantizations_.count(name) == 0) quantizations_.emplace(std::move(name), quantization_of(choice));
}

void Groundwork::prepare(const std::vector<Request>& requests, Progress& progress, OnFault on_fault) {
  const auto guarded = [&](const auto& act) {
    try {
      act();
    } catch (const runtime::UserError&) {
      if (on_fault == OnFault::throws) throw;
    }
  };
  std::map<std::string, uint64_t> ddr_bytes;  // of the largest machine, by network
  for (const auto& request : requests) {
    guarded([&] {
      prepare_config(request.config);
      if (request.network.empty()) return;
      prepare_quantization(request.quant);
      auto& bytes = ddr_bytes[name_of_network(request)];
      bytes = std::max(bytes, configs_.at(name_of(request.config)).machine.ddr_bytes);
    });
  }
  for (const auto& request : requests) {
    if (request.network.empty()) continue;
    const auto name = name_of_network(request);
    const auto bytes = ddr_bytes.find(name);  // no longer there once it was tried
    if (bytes == ddr_bytes.end()) continue;
    if (networks_.count(name) == 0) {
      guarded([&] { networks_.emplace(name, prepare_network(request, bytes->second, progress)); });
    }
    ddr_bytes.erase(bytes);
  }
}

Configuration Groundwork::config(const ConfigChoice& choice) const {
  const auto found = configs_.find(name_of(choice));
  return found == configs_.end() ? resolve_config(choice) : found->second;
}

Quantization Groundwork::quantization(const QuantChoice& choice) const {
  const auto found = quantizations_.find(name_of(choice));
  return found == quantizations_.end() ? quantization_of(choice) : found->second;
}

const PreparedNetwork* Groundwork::find_network(const Request& request) const {
  const auto found = networks_.find(name_of_network(request));
  return found == networks_.end() ? nullptr : &found->second;
}

}  // namespace mmasim::sim
