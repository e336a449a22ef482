#include "runtime/emulation/threshold_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "runtime/emulation/error_energy.h"
#include "runtime/emulation/fake_quantize.h"
#include "runtime/float_network/float_network.h"
#include "runtime/quantize/recipe.h"
#include "runtime/transform/layer_weights.h"
#include "runtime/transform/sample_corrections.h"

namespace mmasim::runtime {
namespace {

using quantization::FloatViews;
using Tensors = std::vector<FloatTensor>;

// A network as it would be executed: the plan, and its weights in float.
struct Candidate {
  Graph graph;  // with float weights, clipped
  Ranges ranges;
  QuantPlan plan;
  Graph emulated;  // with the plan's integers for weights
};

bool same_grid(const TensorPlan& a, const TensorPlan& b) {
  return a.bits == b.bits && a.is_signed == b.is_signed && a.inv_step == b.inv_step &&
         a.zero_point == b.zero_point && a.min() == b.min() && a.max() == b.max();
}

bool same_weights(const Node& a, const Node& b) {
  if (!transforming::has_weights(a)) return true;
  return transforming::effective_weights(a) == transforming::effective_weights(b);
}

Graph with_clipped_weights(const Graph& graph, NodeId id, double threshold) {
  Graph clipped = graph;
  auto weights = transforming::effective_weights(graph.nodes[id]);
  for (double& weight : weights) weight = std::clamp(weight, -threshold, threshold);
  transforming::set_effective_weights(clipped.nodes[id], weights);
  return clipped;
}

class Search {
 public:
  Search(const Graph& graph, const Ranges& ranges, const Samples& samples, unsigned threads,
         const ChoiceValues& values, const MakePlan& make)
      : make_(make),
        threads_(threads),
        exponents_(static_cast<int>(values.at("exponents"))),
        sees_own_result_(values.at("own") != 0) {
    const auto frames = static_cast<int64_t>(values.at("frames"));
    const int64_t runs = std::min(samples.runs(), (frames + samples.batch() - 1) / samples.batch());
    best_ = candidate(graph, ranges);
    Hook nobody;
    for (int64_t run = 0; run < runs; ++run) {
      samples.with_run(run, [&](const FloatViews& inputs) {
        Frame frame;
        const auto lifetime = sees_own_result_ ? quantization::Lifetime::whole_run
                                               : quantization::Lifetime::until_last_use_or_output;
        frame.exact = quantization::forward(graph, inputs, threads, lifetime, nobody);
        frame.exact.resize(graph.tensors.size());
        for (size_t i = 0; i < inputs.size(); ++i) frame.exact[graph.inputs[i]] = *inputs[i];
        for (const auto* input : inputs) frame.inputs.push_back(*input);
        frame.seen.resize(graph.tensors.size());
        frame.seen = advanced(frame, best_, std::vector<bool>(graph.tensors.size(), true));
        frames_.push_back(std::move(frame));
      });
    }
    first_error_ = error_of(best_.graph.outputs);
  }

  SearchedThresholds run(int sweeps) {
    const size_t count = best_.graph.tensors.size();
    for (const TensorId input : Graph(best_.graph).inputs) cut_range(input);
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      const size_t before = changes_;
      for (NodeId id = 0; id < best_.graph.nodes.size(); ++id) {
        cut_weights(id);
        const Node& node = best_.graph.nodes[id];
        if (!keeps_grid(node.op)) cut_range(node.output);
      }
      if (changes_ == before) break;
    }
    return {best_.graph, best_.ranges,
            fmt::format("threshold_search: {} thresholds of weights and {} of {} tensors cut; mean squared "
                        "error of the outputs {:.3g} times that before",
                        weight_cuts_, range_cuts_, count,
                        first_error_ > 0 ? error_of(best_.graph.outputs) / first_error_ : 1.0)};
  }

 private:
  struct Frame {
    Tensors exact;   // of the float network: outputs, or every tensor
    Tensors inputs;  // in float
    Tensors seen;    // every tensor, of the best candidate
  };

  Candidate candidate(Graph graph, Ranges ranges) const {
    Candidate made{std::move(graph), std::move(ranges), {}, {}};
    made.plan = make_(made.graph, made.ranges);
    made.emulated = with_quantized_weights(made.graph, made.plan);
    return made;
  }

  // Every tensor under a candidate. What does not hang on a changed grid or weight is not computed again.
  Tensors advanced(const Frame& frame, const Candidate& by, std::vector<bool> changed) const {
    Tensors tensors = frame.seen;
    for (size_t i = 0; i < by.graph.inputs.size(); ++i) {
      const TensorId id = by.graph.inputs[i];
      if (!changed[id]) continue;
      tensors[id] = frame.inputs[i];
      put_on_grid(by.plan.tensors[id], tensors[id]);
    }
    for (NodeId id = 0; id < by.graph.nodes.size(); ++id) {
      const Node& node = by.graph.nodes[id];
      const bool follows =
          std::any_of(node.inputs.begin(), node.inputs.end(), [&](TensorId input) { return changed[input]; });
      if (!changed[node.output] && !follows) continue;
      changed[node.output] = true;
      FloatViews operands;
      for (const TensorId input : node.inputs) operands.push_back(&tensors[input]);
      FloatTensor result = quantization::evaluate_node(by.emulated, id, operands, threads_);
      if (!keeps_grid(node.op)) put_on_grid(by.plan.tensors[node.output], result);
      tensors[node.output] = std::move(result);
    }
    return tensors;
  }

  static double error_of(const Frame& frame, const Tensors& tensors, const std::vector<TensorId>& of) {
    double error = 0;
    for (const TensorId id : of) error += energy_between(frame.exact[id], tensors[id]);
    return error;
  }

  // Of the best candidate, over all frames.
  double error_of(const std::vector<TensorId>& of) const {
    double error = 0;
    for (const auto& frame : frames_) error += error_of(frame, frame.seen, of);
    return error;
  }

  std::vector<bool> changes_of(const Candidate& next) const {
    std::vector<bool> changed(next.graph.tensors.size());
    for (size_t id = 0; id < changed.size(); ++id)
      changed[id] = !same_grid(next.plan.tensors[id], best_.plan.tensors[id]);
    for (NodeId id = 0; id < next.graph.nodes.size(); ++id)
      if (!same_weights(next.emulated.nodes[id], best_.emulated.nodes[id]))
        changed[next.graph.nodes[id].output] = true;
    return changed;
  }

  // Takes the candidate if what is judged comes nearer: the outputs, or the tensor. Equal ones stay as they
  // are.
  bool try_candidate(Candidate next, TensorId tensor) {
    const auto changed = changes_of(next);
    if (std::none_of(changed.begin(), changed.end(), [](bool is_changed) { return is_changed; }))
      return false;
    const auto judged = sees_own_result_ ? std::vector<TensorId>{tensor} : best_.graph.outputs;
    const double most = error_of(judged);
    double error = 0;
    std::vector<Tensors> seen;
    for (const auto& frame : frames_) {
      seen.push_back(advanced(frame, next, changed));
      error += error_of(frame, seen.back(), judged);
      if (error >= most) return false;
    }
    for (size_t i = 0; i < frames_.size(); ++i) frames_[i].seen = std::move(seen[i]);
    best_ = std::move(next), ++changes_;
    return true;
  }

  void cut_range(TensorId id) {
    const Ranges whole = best_.ranges;
    bool is_cut = false;
    for (int exponent = 1; exponent < exponents_; ++exponent) {
      Ranges ranges = whole;
      ranges[id] = {std::ldexp(whole[id].low, -exponent), std::ldexp(whole[id].high, -exponent)};
      is_cut = try_candidate(candidate(best_.graph, std::move(ranges)), id) || is_cut;
    }
    range_cuts_ += is_cut ? 1 : 0;
  }

  void cut_weights(NodeId id) {
    if (!transforming::has_weights(best_.graph.nodes[id])) return;
    const auto* linear = std::get_if<LinearPlan>(&best_.plan.nodes[id]);
    if (linear == nullptr || linear->weight_inv_step.size() != 1) return;  // a threshold per channel
    const Graph whole = best_.graph;
    double largest = 0;
    for (const double weight : transforming::effective_weights(whole.nodes[id]))
      largest = std::max(largest, std::fabs(weight));
    if (largest == 0) return;
    int exponent = 0;
    const double fraction = std::frexp(largest, &exponent);  // in [0.5, 1)
    const int top = fraction == 0.5 ? exponent - 1 : exponent;
    bool is_cut = false;
    for (int i = 1; i < exponents_; ++i)
      is_cut =
          try_candidate(candidate(with_clipped_weights(whole, id, std::ldexp(1.0, top - i)), best_.ranges),
                        whole.nodes[id].output) ||
          is_cut;
    weight_cuts_ += is_cut ? 1 : 0;
  }

  const MakePlan& make_;
  const unsigned threads_;
  const int exponents_;
  const bool sees_own_result_;
  Candidate best_;
  std::vector<Frame> frames_;
  double first_error_ = 0;  // of the outputs
  size_t changes_ = 0, weight_cuts_ = 0, range_cuts_ = 0;
};

}  // namespace

SearchedThresholds search_thresholds(const Graph& graph, const Ranges& ranges, const Samples& samples,
                                     unsigned threads, const Choice& choice, const MakePlan& make) {
  std::vector<ChoiceRow> rows;
  for (const auto& info : sample_corrections()) rows.push_back({info.name, &info.parameters});
  const auto values =
      all_values(sample_corrections()[find_choice("correction", rows, choice)].parameters, choice);
  return Search(graph, ranges, samples, threads, values, make).run(static_cast<int>(values.at("sweeps")));
}

}  // namespace mmasim::runtime
