#include "sim/experiment/adaptation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/calibrate/calibrate.h"
#include "runtime/emulation/bias_absorption.h"
#include "runtime/emulation/bias_correction.h"
#include "runtime/emulation/threshold_search.h"
#include "runtime/quantize/recipe.h"
#include "runtime/transform/transform.h"
#include "runtime/user_error.h"
#include "sim/experiment/mixed_precision.h"
#include "sim/experiment/subtensor_budget.h"

namespace mmasim::sim {
namespace {

using runtime::Choice;
using runtime::Graph;
using runtime::QuantChoices;

CalibrationSamples samples_of(const Request& request, const PreparedNetwork& prepared) {
  const auto& data = request.data;
  const auto& network = prepared.network;
  if (prepared.dataset && data.calibration.empty())
    return calibration_samples(network.graph, prepared.dataset->calibration_images(), data.dataset);
  return calibration_samples(network.graph, data.calibration, network.inputs, data.seed.value_or(0));
}

runtime::TensorCalibration calibration_of(const QuantChoices& choices) {
  return {choices.act_calibrator,
          {choices.act_bits, !choices.act_affine, choices.act_scale == QuantChoices::Scale::pow2,
           choices.act_sign == QuantChoices::Sign::always}};
}

// Each tensor by the choices of the node that makes it.
runtime::Ranges calibrate(const Graph& graph, const runtime::QuantSpec& spec,
                          const CalibrationSamples& samples, unsigned threads) {
  const auto recipe = runtime::make_recipe(graph, spec);
  std::vector<const QuantChoices*> makers(graph.tensors.size(), nullptr);
  for (size_t i = 0; i < graph.inputs.size(); ++i) makers[graph.inputs[i]] = &recipe.inputs[i];
  for (size_t i = 0; i < graph.nodes.size(); ++i) makers[graph.nodes[i].output] = &recipe.nodes[i];
  const auto choose = [&](runtime::TensorId id) {
    return makers[id] == nullptr ? runtime::TensorCalibration{} : calibration_of(*makers[id]);
  };
  return runtime::calibrate(graph, runtime::quantization::views_of(samples.arrays), choose, threads);
}

// What a transform asks of the weights' grid and is not told is as the quantization has it.
Choice completed(Choice choice, const QuantChoices& choices) {
  const auto tell = [&](const char* transform, const char* parameter, double value) {
    if (choice.kind == transform) choice.parameters.emplace(parameter, value);
  };
  const double bits = choices.weight_bits;
  tell("weight_clip", "bits", bits);
  tell("weight_clip", "power_of_two", choices.weight_scale == QuantChoices::Scale::pow2 ? 1 : 0);
  tell("weight_clip", "per_channel",
       choices.weight_granularity == QuantChoices::Granularity::channel ? 1 : 0);
  tell("ocs", "bits", bits);
  tell("subtensor", "bits", std::min(bits, 16.0));
  return choice;
}

void check_has_weights(const Choice& choice) {
  for (const auto& info : runtime::transforms()) {
    if (choice.kind != info.name || !info.changes_structure) continue;
    throw runtime::UserError(
        "corrections: " + choice.kind +
        " chooses layers by their weights, and --timing-only makes none; run it with values");
  }
}

class Adaptation {
 public:
  Adaptation(const Request& request, const Quantization& quantization, const PreparedNetwork& prepared,
             const Configuration& config)
      : request_(request), config_(config) {
    adapted_.quantization = quantization;
    adapted_.network = prepared.network;
    if (request.with_values()) samples_ = samples_of(request, prepared);
  }

  Adapted run() {
    if (chooses_wide_layers(spec()) && !request_.with_values())
      throw runtime::UserError(
          "mixed.factor chooses layers by what they gain, and --timing-only has no values; run it with "
          "values, or name layers in mixed.layers");
    for (const auto& correction : spec().corrections) {
      if (!runtime::is_sample_correction(correction.kind)) {
        rewrite(correction);
      } else if (request_.with_values()) {
        apply_samples(correction);
      }
    }
    if (!request_.with_values()) return std::move(adapted_);
    choose_layers();
    const auto& ranges = ranges_of_graph();
    adapted_.calibration = Calibration{ranges, samples_.source, samples_.count};
    if (adapted_.float_graph.nodes.empty()) adapted_.float_graph = graph();
    return std::move(adapted_);
  }

 private:
  Graph& graph() { return adapted_.network.graph; }
  const runtime::QuantSpec& spec() const { return adapted_.quantization.spec; }

  // Of the network as transforms have left it, before its biases are corrected.
  void choose_layers() {
    if (!chooses_wide_layers(spec()) || has_chosen_) return;
    has_chosen_ = true;
    const runtime::Samples samples(graph(), runtime::quantization::views_of(samples_.arrays));
    auto chosen = choose_wide_layers(graph(), ranges_of_graph(), samples, config_, spec(), request_.threads);
    adapted_.notes.push_back(std::move(chosen.note));
    auto& wide = adapted_.quantization.spec;
    wide.wide_layers = std::move(chosen.layers);
    wide.origins["mixed.layers"] = "chosen within mixed.factor";
    ranges_.clear();  // some calibrators look at bits
  }

  const runtime::Ranges& ranges_of_graph() {
    if (ranges_.empty()) ranges_ = calibrate(graph(), spec(), samples_, request_.threads);
    return ranges_;
  }

  void apply_samples(const Choice& choice) {
    if (choice.kind == "bias_absorb") return absorb(choice);
    choose_layers();
    choice.kind == "threshold_search" ? search(choice) : correct(choice);
  }

  void check_ranges_are_free(const Choice& choice) const {
    if (!has_searched_) return;
    throw runtime::UserError("corrections: " + choice.kind +
                             " changes the network whose ranges threshold_search has chosen; name it before");
  }

  void absorb(const Choice& choice) {
    check_ranges_are_free(choice);
    const runtime::Samples samples(graph(), runtime::quantization::views_of(samples_.arrays));
    auto absorbed = runtime::absorb_biases(graph(), samples, request_.threads, choice);
    graph() = std::move(absorbed.graph);
    auto& exact = adapted_.float_graph;
    if (!exact.nodes.empty()) exact = runtime::absorb_biases(exact, samples, request_.threads, choice).graph;
    adapted_.notes.push_back(std::move(absorbed.note));
    ranges_.clear();
  }

  void search(const Choice& choice) {
    if (adapted_.float_graph.nodes.empty()) adapted_.float_graph = graph();
    const auto make = [&](const Graph& candidate, const runtime::Ranges& ranges) {
      auto made = make_network_plan(candidate, &ranges, adapted_.quantization);
      if (made.widened)
        throw runtime::UserError(
            "corrections: threshold_search takes layers of one width, and some of this network are wider");
      return std::move(made.plan);
    };
    const runtime::Samples samples(graph(), runtime::quantization::views_of(samples_.arrays));
    auto found =
        runtime::search_thresholds(graph(), ranges_of_graph(), samples, request_.threads, choice, make);
    graph() = std::move(found.graph);
    ranges_ = std::move(found.ranges);
    adapted_.notes.push_back(std::move(found.note));
    has_searched_ = true;
  }

  void rewrite(const Choice& choice) {
    check_ranges_are_free(choice);
    if (!request_.with_values()) check_has_weights(choice);
    auto within = within_time(graph(), completed(choice, spec()), config_, spec());
    if (!within.note.empty()) adapted_.notes.push_back(std::move(within.note));
    const auto complete = std::move(within.choice);
    auto done = runtime::transform(graph(), complete);
    graph() = std::move(done.graph);
    if (!adapted_.float_graph.nodes.empty())
      adapted_.float_graph = runtime::transform(adapted_.float_graph, complete).graph;
    ranges_.clear();
    adapted_.notes.insert(adapted_.notes.end(), done.notes.begin(), done.notes.end());
  }

  // Ranges stay those of the float network, whose means the corrected one is to have.
  void correct(const Choice& choice) {
    if (adapted_.float_graph.nodes.empty()) adapted_.float_graph = graph();
    const auto made = make_network_plan(graph(), &ranges_of_graph(), adapted_.quantization);
    const Graph& planned = made.widened ? *made.widened : graph();
    const runtime::Samples samples(planned, runtime::quantization::views_of(samples_.arrays));
    const auto corrected = runtime::correct_biases(planned, made.plan, samples, request_.threads, choice);
    runtime::copy_biases(corrected, graph());
  }

  const Request& request_;
  const Configuration& config_;
  Adapted adapted_;
  bool has_chosen_ = false, has_searched_ = false;
  CalibrationSamples samples_;
  runtime::Ranges ranges_;  // of the graph as it is now; empty: not known
};

}  // namespace

bool needs_adaptation(const Quantization& quantization) {
  if (!quantization.plan.empty()) return false;  // a saved plan is taken as it is
  const auto& spec = quantization.spec;
  bool calibrates = spec.act_calibrator.kind != "minmax";
  for (const auto& override : spec.overrides)
    for (const auto& setting : override.settings) calibrates = calibrates || setting.key == "act.calib";
  return calibrates || !spec.corrections.empty() || chooses_wide_layers(spec);
}

Adapted adapt(const Request& request, const Quantization& quantization, const PreparedNetwork& prepared,
              const Configuration& config) {
  return Adaptation(request, quantization, prepared, config).run();
}

Quantization adapt_prepared(const Request& request, PreparedNetwork& prepared, const Configuration& config,
                            Progress& progress) {
  auto quantization = quantization_of(request.quant);
  if (!needs_adaptation(quantization)) return quantization;
  progress.say("correct and calibrate");
  auto adapted = adapt(request, quantization, prepared, config);
  for (const auto& note : adapted.notes) progress.note(note);
  prepared.network = std::move(adapted.network);
  prepared.calibration = std::move(adapted.calibration);
  return std::move(adapted.quantization);
}

}  // namespace mmasim::sim
