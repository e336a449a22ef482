#include "sim/experiment/mixed_precision.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "runtime/emulation/mixed_gains.h"
#include "runtime/quantize/match.h"
#include "runtime/quantize/quantize.h"
#include "runtime/quantize/recipe.h"
#include "runtime/user_error.h"
#include "sim/experiment/layer_cycles.h"

namespace mmasim::sim {
namespace {

using runtime::Graph;
using runtime::NodeId;
using runtime::QuantSpec;

constexpr uint32_t kWideBits = 16;
// Gains are measured on a quarter of the calibration runs, of which every tensor is held.
constexpr int64_t kShareOfRuns = 4, kMostRuns = 8;

struct Candidate {
  NodeId node = 0;
  double gain = 0;      // noise at the outputs that it takes away
  uint64_t cycles = 0;  // that it takes more in 16 bits
};

class MixedSearch {
 public:
  MixedSearch(const Graph& graph, const runtime::Ranges& ranges, const runtime::Samples& samples,
              const Configuration& config, const QuantSpec& spec, unsigned threads)
      : graph_(graph), ranges_(ranges), samples_(samples), config_(config), spec_(spec), threads_(threads) {
    narrow_spec_ = spec;
    narrow_spec_.mixed_factor = 1.0;
  }

  MixedChoice choose() {
    const auto recipe = runtime::make_recipe(graph_, narrow_spec_);
    check_one_kind(recipe);
    measure_gains(recipe);
    const auto narrow = cycles_of({});
    budget_ = static_cast<uint64_t>(static_cast<double>(narrow.total) * spec_.mixed_factor);
    price(narrow);
    size_t count = most_within_budget();
    while (count > 0 && gains_->noise(first_nodes(count)) > narrow_noise_) --count;
    MixedChoice choice;
    choice.layers = first_names(count);
    choice.note = fmt::format(
        "mixed.factor {:g}: {} of {} layers have 16 bits, for {:.3f} times the cycles of 8 bits: {}",
        spec_.mixed_factor, count, graph_.nodes.size(),
        static_cast<double>(count == 0 ? narrow.total : cycles_of_first(count)) /
            static_cast<double>(narrow.total),
        fmt::join(choice.layers, ", "));
    return choice;
  }

 private:
  void check_one_kind(const runtime::Recipe& recipe) const {
    const bool is_fixed = std::all_of(recipe.nodes.begin(), recipe.nodes.end(), [](const auto& choices) {
      return choices.mode == runtime::QuantChoices::Mode::fixed;
    });
    const auto bits = runtime::tensor_bits(graph_, recipe);
    const bool is_narrow =
        std::all_of(bits.begin(), bits.end(), [](uint32_t b) { return b == 8 || b == 64; });
    if (is_fixed && is_narrow) return;
    throw runtime::UserError(
        "mixed.factor chooses among layers of 8 bits, and overrides give some of them other numbers; name "
        "the "
        "layers of 16 bits in mixed.layers instead");
  }

  // Where the width may change: products, sums and averages. All others follow what they get.
  bool is_candidate(NodeId id) const {
    const auto& node = graph_.nodes[id];
    const auto& op = node.op;
    const bool may_change =
        std::holds_alternative<runtime::Conv>(op) || std::holds_alternative<runtime::ConvTranspose>(op) ||
        std::holds_alternative<runtime::Gemm>(op) || std::holds_alternative<runtime::BatchNorm>(op) ||
        std::holds_alternative<runtime::Add>(op) || std::holds_alternative<runtime::Sub>(op) ||
        std::holds_alternative<runtime::Mul>(op) || std::holds_alternative<runtime::AveragePool>(op) ||
        std::holds_alternative<runtime::GlobalAveragePool>(op);
    if (!may_change || node.name.empty()) return false;
    return spec_.mixed_candidates == "auto" ||
           runtime::matches(spec_.mixed_candidates, runtime::subject_of(graph_, node));
  }

  QuantSpec wide_spec() const {
    QuantSpec spec = narrow_spec_;
    spec.weight_bits = spec.act_bits = kWideBits;
    return spec;
  }

  void measure_gains(const runtime::Recipe& recipe) {
    narrow_plan_ = runtime::make_plan(graph_, recipe, ranges_);
    wide_plan_ = runtime::make_plan(graph_, runtime::make_recipe(graph_, wide_spec()), ranges_);
    const int64_t runs = std::min((samples_.runs() + kShareOfRuns - 1) / kShareOfRuns, kMostRuns);
    gains_.emplace(graph_, narrow_plan_, wide_plan_, samples_, runs, threads_);
    std::vector<NodeId> nodes;
    for (NodeId id = 0; id < graph_.nodes.size(); ++id)
      if (is_candidate(id)) nodes.push_back(id);
    narrow_noise_ = gains_->noise({});
    for (const NodeId node : nodes) {
      const double noise = gains_->noise({node});
      if (noise < narrow_noise_) candidates_.push_back({node, narrow_noise_ - noise, 0});
    }
  }

  std::vector<NodeId> first_nodes(size_t count) const {
    std::vector<NodeId> nodes;
    for (size_t i = 0; i < count; ++i) nodes.push_back(candidates_[i].node);
    return nodes;
  }

  std::vector<std::string> first_names(size_t count) const {
    std::vector<std::string> names;
    for (const NodeId node : first_nodes(count)) names.push_back(graph_.nodes[node].name);
    return names;
  }

  LayerCycles cycles_of(const std::vector<std::string>& wide) const {
    auto spec = narrow_spec_;
    spec.wide_layers = wide;
    return simulate_cycles(graph_, config_, spec);
  }

  uint64_t cycles_of_first(size_t count) {
    const auto [known, is_new] = totals_.try_emplace(count, 0);
    if (is_new) known->second = cycles_of(first_names(count)).total;
    return known->second;
  }

  // What a layer adds is taken from the network with every candidate in 16 bits. Those that alone exceed the
  // budget are left out; the others come by gain per cycle, and of equal ones the earlier layer first.
  void price(const LayerCycles& narrow) {
    const auto wide = candidates_.empty() ? narrow : cycles_of(first_names(candidates_.size()));
    const auto at = [](const LayerCycles& cycles, const std::string& name) {
      const auto found = cycles.layers.find(name);
      return found == cycles.layers.end() ? uint64_t{0} : found->second;
    };
    for (auto& each : candidates_) {
      const auto& name = graph_.nodes[each.node].name;
      const uint64_t before = at(narrow, name), after = at(wide, name);
      each.cycles = after > before ? after - before : 1;
    }
    const uint64_t room = budget_ - narrow.total;
    candidates_.erase(std::remove_if(candidates_.begin(), candidates_.end(),
                                     [&](const Candidate& each) { return each.cycles > room; }),
                      candidates_.end());
    std::stable_sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
      return a.gain * static_cast<double>(b.cycles) > b.gain * static_cast<double>(a.cycles);
    });
  }

  // The longest beginning of the candidates that the simulator finds within the budget, by halving.
  size_t most_within_budget() {
    size_t fits = 0, too_many = candidates_.size() + 1;
    while (fits + 1 < too_many) {
      const size_t count = (fits + too_many) / 2;
      (cycles_of_first(count) <= budget_ ? fits : too_many) = count;
    }
    return fits;
  }

  const Graph& graph_;
  const runtime::Ranges& ranges_;
  const runtime::Samples& samples_;
  const Configuration& config_;
  const QuantSpec& spec_;
  const unsigned threads_;
  QuantSpec narrow_spec_;
  runtime::QuantPlan narrow_plan_, wide_plan_;  // of 8 and of 16 bits throughout
  std::optional<runtime::MixedGains> gains_;
  double narrow_noise_ = 0;
  uint64_t budget_ = 0;
  std::vector<Candidate> candidates_;
  std::map<size_t, uint64_t> totals_;  // cycles with so many of the first candidates in 16 bits
};

}  // namespace

MixedChoice choose_wide_layers(const Graph& graph, const runtime::Ranges& ranges,
                               const runtime::Samples& samples, const Configuration& config,
                               const QuantSpec& spec, unsigned threads) {
  return MixedSearch(graph, ranges, samples, config, spec, threads).choose();
}

}  // namespace mmasim::sim
