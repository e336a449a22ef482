#include "sim/experiment/network_run.h"

#include <memory>

#include "runtime/emulation/bias_correction.h"
#include "sim/experiment/adaptation.h"
#include "sim/experiment/execution.h"
#include "sim/experiment/float_comparison.h"
#include "sim/experiment/quantization.h"
#include "sim/experiment/verification.h"
#include "sim/host/stopwatch.h"

namespace mmasim::sim {
namespace {

const char* policy_name(isa::Overflow overflow) {
  return overflow == isa::Overflow::wrap ? "wrap" : overflow == isa::Overflow::saturate ? "saturate" : "trap";
}

class NetworkRun {
 public:
  NetworkRun(const Request& request, Progress& progress, RunObserver& observer, const Groundwork& groundwork)
      : request_(request),
        progress_(progress),
        observer_(observer),
        config_(groundwork.config(request.config)),
        quantization_(groundwork.quantization(request.quant)),
        shared_(groundwork.find_network(request)) {}

  Outcome perform() {
    observer_.begins(quantization_.precision);
    if (!shared_) own_ = prepare_network(request_, config_.machine.ddr_bytes, progress_);
    plan();
    if (prepared().dataset) {
      classify();
    } else {
      execute_program();
    }
    fill_report();
    observer_.ends(
        {planned_.lowered.program, execution_.outputs, &graph(), &planned_.plan, &planned_.lowered.memory},
        outcome_.report);
    return std::move(outcome_);
  }

 private:
  const PreparedNetwork& prepared() const { return shared_ ? *shared_ : own_; }

  // As the quantization has made it of what was loaded.
  const LoadedNetwork& network() const { return adapted_ ? adapted_->network : prepared().network; }
  const std::optional<Calibration>& calibration() const {
    return adapted_ ? adapted_->calibration : prepared().calibration;
  }
  const runtime::Graph& graph() const { return planned_graph(planned_, network().graph); }

  void adapt_network() {
    if (!needs_adaptation(quantization_)) return;
    const Stopwatch stopwatch;
    progress_.say("correct and calibrate");
    adapted_ = adapt(request_, quantization_, prepared(), config_);
    quantization_ = adapted_->quantization;
    for (const auto& note : adapted_->notes) progress_.note(note);
    adapt_s_ = stopwatch.seconds();
  }

  void plan() {
    adapt_network();
    progress_.say("quantize and lower");
    const auto* ranges = calibration() ? &calibration()->ranges : nullptr;
    const PlanChoices choices{quantization_, request_.verify == Verify::layers || request_.compare_float};
    if (shared_ || prepared().dataset || request_.compare_float || adapted_) {
      planned_ = plan_network(network().graph, config_, ranges, choices);
    } else {  // the reference computes with the plan's integers
      const auto weights =
          request_.verify == Verify::none ? WeightValues::consumed : WeightValues::planned_kept;
      planned_ = plan_network(own_.network.graph, config_, ranges, choices, weights);
    }
    outcome_.warnings = prepared().network.warnings;
    const auto& planned = planned_.plan.warnings;
    outcome_.warnings.insert(outcome_.warnings.end(), planned.begin(), planned.end());
    for (const auto& warning : outcome_.warnings) progress_.note("warning: " + warning);
    if (!request_.with_values() || prepared().dataset) return;
    inputs_ = quantize_inputs(network(), planned_.plan);
    if (request_.compare_float) float_inputs_ = float_inputs(network(), planned_.plan);
    own_.network.inputs = {};
  }

  void execute_program() {
    auto& program = planned_.lowered.program;
    const Stopwatch stopwatch;
    std::unique_ptr<Verification> verification;
    MemoryWatcher watcher;
    if (request_.verify != Verify::none) {
      const bool layers = request_.verify == Verify::layers;
      verification = std::make_unique<Verification>(graph(), planned_.plan, program, inputs_,
                                                    layers ? "layers" : "outputs", progress_);
      if (layers) {
        watcher = [&](const isa::MemoryView& memory, uint16_t token, uint32_t count) {
          verification->watch(memory, token, count);
        };
      }
    }
    if (request_.compare_float) {
      progress_.say("float");
      float_graph_ = graph();
      if (adapted_) runtime::copy_biases(adapted_->float_graph, float_graph_);
      comparison_ = std::make_unique<FloatComparison>(float_graph_, planned_.plan, program, float_inputs_,
                                                      request_.threads);
      watcher = [&, verify = watcher](const isa::MemoryView& memory, uint16_t token, uint32_t count) {
        if (verify) verify(memory, token, count);
        comparison_->watch(memory, token, count);
      };
    }
    progress_.say("simulate");
    auto* const listening = listener();
    if (request_.mode == Mode::timing_only && planned_.activity && listening == nullptr) {
      execution_.activity = std::move(planned_.activity);
      return;
    }
    ValuesBy values_by = ValuesApart{request_.threads};
    if (verification || watcher) values_by = ValuesInModels{};
    double watch_s = 0;
    if (watcher) watcher = timed(watcher, watch_s);
    execution_ = execute(program, config_, request_.mode, inputs_, watcher, layer_progress(progress_),
                         values_by, listening);
    execution_.simulate_s -= watch_s;
    if (verification) outcome_.report.verify = verification->finish(execution_.outputs);
    if (comparison_) comparison_->finish(execution_.outputs);
    if (verification || comparison_) verify_s_ = stopwatch.seconds() - execution_.simulate_s;
  }

  // The same, its time added up.
  static MemoryWatcher timed(const MemoryWatcher& watcher, double& seconds) {
    return [watcher, &seconds](const isa::MemoryView& memory, uint16_t token, uint32_t count) {
      const Stopwatch stopwatch;
      watcher(memory, token, count);
      seconds += stopwatch.seconds();
    };
  }

  traces::Observer* listener() {
    if (request_.mode == Mode::functional_only) return nullptr;
    return observer_.listener(planned_.lowered.program, config_);
  }

  // Cycles depend on no value: one execution without values is timed, and every image runs untimed.
  void classify() {
    auto& program = planned_.lowered.program;
    const auto& dataset = *prepared().dataset;
    if (request_.mode != Mode::functional_only) {
      progress_.say("simulate");
      execution_ = execute(program, config_, Mode::timing_only, {}, {}, {}, ValuesInModels{}, listener());
    }
    const auto& input = planned_.plan.tensors[network().graph.inputs[0]];
    const auto& exact = prepared().exact;
    const Stopwatch stopwatch;
    const auto answers =
        answer_by_program(program, exact.parts, input, dataset.images, request_.threads, progress_);
    execution_.simulate_s += stopwatch.seconds();
    outcome_.accuracy = accuracy_of(exact, answers, dataset.labels);
  }

  void fill_report() {
    auto& report = outcome_.report;
    const auto& program = planned_.lowered.program;
    const auto* activity = execution_.activity ? &*execution_.activity : nullptr;
    report.network = prepared().network.facts;
    report.config = config_;
    report.overrides = {request_.config.set, request_.quant.set, request_.import.shapes,
                        request_.import.outputs};
    report.precision = planned_.plan.precision;
    report.quant = planned_.plan.name;
    report.input.source = prepared().network.input_source;
    const bool is_planned_here = quantization_.plan.empty();
    if (const auto& used = calibration(); used && is_planned_here) {
      report.input.calibration = {used->source, used->samples};
    }
    report.totals = total_stats(program, config_, activity);
    report.layers = layer_stats(program, config_, activity);
    if (comparison_) comparison_->fill(report.layers);
    report.edges = edge_facts(planned_.lowered.producers);
    report.warnings = outcome_.warnings;
    report.fallbacks = planned_.lowered.fallbacks;
    if (execution_.overflow_count) {
      report.accumulator = AccumulatorFacts{*execution_.overflow_count,
                                            policy_name(runtime::accumulator_policy(planned_.plan))};
    }
    report.host.import_s = prepared().network.import_s;
    report.host.quantize_s = prepared().calibrate_s + adapt_s_ + planned_.quantize_s;
    report.host.lower_s = planned_.lower_s;
    report.host.simulate_s = execution_.simulate_s;
    report.host.verify_s = verify_s_;
  }

  const Request& request_;
  Progress& progress_;
  RunObserver& observer_;
  const Configuration config_;
  Quantization quantization_;
  const PreparedNetwork* const shared_;  // null: this run prepares its own
  PreparedNetwork own_;
  std::optional<Adapted> adapted_;  // none: the quantization takes the network as it was prepared
  runtime::Graph float_graph_;      // what integers are compared with
  PlannedNetwork planned_;
  std::vector<std::vector<uint8_t>> inputs_;
  std::vector<runtime::FloatTensor> float_inputs_;  // of a comparison with float
  std::unique_ptr<FloatComparison> comparison_;
  Execution execution_;
  double adapt_s_ = 0, verify_s_ = 0;
  Outcome outcome_;
};

}  // namespace

Outcome perform_network(const Request& request, Progress& progress, RunObserver& observer,
                        const Groundwork& groundwork) {
  return NetworkRun(request, progress, observer, groundwork).perform();
}

}  // namespace mmasim::sim
