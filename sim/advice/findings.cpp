#include "sim/advice/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

namespace mmasim::sim {
namespace {

constexpr double kNoEffect = 0.001;  // changes below are none

uint64_t cycles_of(const LayerStats& layer) { return layer.cycles.value_or(0); }

const std::map<std::string, const char*>& bound_words() {
  static const std::map<std::string, const char*> words{
      {"mma", "the array's arithmetic"}, {"dsp", "the vector core"},
      {"ddr", "waiting for DDR"},        {"l3", "waiting for L3"},
      {"l2", "waiting for L2"},          {"overhead", "set-up and other fixed costs"}};
  return words;
}

// The layers that take most of the time by their bound.
std::string bound_finding(const RunReport& base) {
  std::map<std::string, uint64_t> by_bound;
  for (const auto& layer : base.layers) by_bound[layer.bound.value_or("overhead")] += cycles_of(layer);
  std::vector<std::pair<uint64_t, std::string>> sorted;
  for (const auto& [bound, cycles] : by_bound) sorted.emplace_back(cycles, bound);
  std::sort(sorted.rbegin(), sorted.rend());
  std::string text = "What bounds it, by the share of the cycles of layers that are bound so: ";
  for (size_t i = 0; i < sorted.size(); ++i) {
    const auto word = bound_words().find(sorted[i].second);
    text += fmt::format(
        "{}{} {:.1f} %", i == 0 ? "" : ", ", word == bound_words().end() ? sorted[i].second : word->second,
        100.0 * static_cast<double>(sorted[i].first) / static_cast<double>(*base.totals.cycles));
  }
  return text + ".";
}

std::string longest_finding(const RunReport& base) {
  auto layers = base.layers;
  std::stable_sort(layers.begin(), layers.end(),
                   [](const auto& a, const auto& b) { return cycles_of(a) > cycles_of(b); });
  std::string text = "The layers that take longest: ";
  for (size_t i = 0; i < std::min<size_t>(3, layers.size()); ++i) {
    text += fmt::format(
        "{}{} ({:.1f} %, {})", i == 0 ? "" : ", ", layers[i].name,
        100.0 * static_cast<double>(cycles_of(layers[i])) / static_cast<double>(*base.totals.cycles),
        layers[i].bound.value_or("-"));
  }
  return text + ".";
}

// The layers whose time goes to waits for one memory, the longest first.
std::string memory_finding(const RunReport& base) {
  std::vector<const LayerStats*> waiting;
  for (const auto& layer : base.layers) {
    if (layer.bound == "ddr" || layer.bound == "l3" || layer.bound == "l2") waiting.push_back(&layer);
  }
  if (waiting.empty()) return "No layer is bound by a memory.";
  std::stable_sort(waiting.begin(), waiting.end(),
                   [](const auto* a, const auto* b) { return cycles_of(*a) > cycles_of(*b); });
  std::vector<std::string> names;
  for (const auto* layer : waiting) {
    std::string memory = *layer->bound;
    for (char& letter : memory) letter = static_cast<char>(std::toupper(letter));
    names.push_back(fmt::format(
        "{} ({:.1f} %, {})", layer->name,
        100.0 * static_cast<double>(cycles_of(*layer)) / static_cast<double>(*base.totals.cycles), memory));
  }
  return "Bound by a memory: " + some_of(names) + ".";
}

std::string effect(const Change& change) {
  auto text = fmt::format("{}: {} ({} cycles)", change.change, percent_text(*change.ratio), *change.cycles);
  if (!change.layers.empty()) text += ", most of it in " + some_of(change.layers);
  return text;
}

// What a sentence is about: part of the changes.
struct Topic {
  const char *what, *nothing;
  bool (*includes)(const Change&);
};

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all{
      {"Of the hardware", "No change of the hardware", [](const Change& c) { return c.kind == "hardware"; }},
      {"Of the quantization", "No other precision or quantization",
       [](const Change& c) { return c.kind == "precision" || !c.set_quant.empty(); }},
      {"Of the network", "No change of the network", [](const Change& c) { return c.kind == "network"; }},
  };
  return all;
}

void add_best(const Topic& topic, const std::vector<Change>& changes, std::vector<std::string>& findings) {
  constexpr size_t kBest = 3;
  static const char* const kOrder[kBest] = {"helps most", "second", "third"};
  size_t found = 0;
  const Change* nearest = nullptr;
  for (const auto& change : changes) {  // sorted by cycles
    if (!topic.includes(change) || !change.ratio) continue;
    if (nearest == nullptr) nearest = &change;
    if (found == kBest || *change.ratio > 1 - kNoEffect) break;
    findings.push_back(fmt::format("{}, {}: {}.", topic.what, kOrder[found++], effect(change)));
  }
  if (nearest == nullptr || found > 0) return;
  findings.push_back(fmt::format("{} makes it faster; the nearest is {}: {}.", topic.nothing, nearest->change,
                                 percent_text(*nearest->ratio)));
}

void add_best_cut(const std::vector<Change>& changes, std::vector<std::string>& findings) {
  const auto best = std::find_if(changes.begin(), changes.end(),
                                 [](const auto& each) { return each.kind == "layer" && !each.single; });
  if (best == changes.end() || !best->ratio || *best->ratio > 1 - kNoEffect) return;
  findings.push_back("If the part's compiler cut layers by another rule: " + effect(*best) + ".");
}

// From the cheapest to the dearest of the layers that were tried alone, for each way in which they were.
void add_single_layers(const std::vector<Change>& changes, std::vector<std::string>& findings) {
  std::map<std::string, std::vector<const Change*>> by_way;
  for (const auto& change : changes) {  // sorted by cycles
    if (change.single && change.ratio) by_way[change.single->how].push_back(&change);
  }
  const auto told = [](const Change* change) {
    return change->single->layer + " " + percent_text(*change->ratio);
  };
  for (const auto& [how, tried] : by_way) {
    findings.push_back(fmt::format("One layer {}: {}{} ({} tried).", how, told(tried.front()),
                                   tried.size() > 1 ? " to " + told(tried.back()) : "", tried.size()));
  }
}

void add_surprises(const std::vector<Change>& changes, std::vector<std::string>& findings) {
  for (const auto& change : changes) {
    if (change.expected != Expected::faster || !change.ratio || *change.ratio < 1 + kNoEffect) continue;
    findings.push_back(fmt::format("{}: {}, although it gives the network more to work with: {}.",
                                   change.change, percent_text(*change.ratio),
                                   change.rescheduled.empty()
                                       ? "no layer is cut in another way, so transfers meet in worse moments"
                                       : "it cuts " + some_of(change.rescheduled) + " in another way"));
  }
}

void add_spare(const std::vector<Change>& changes, std::vector<std::string>& findings) {
  std::vector<std::string> spare;
  for (const auto& change : changes) {
    if (change.expected == Expected::slower && change.ratio && *change.ratio < 1.005)
      spare.push_back(change.change);
  }
  if (spare.empty()) return;
  findings.push_back("Costs less than 0.5 %, so there is more of it than this network needs: " +
                     fmt::format("{}", fmt::join(spare, ", ")) + ".");
}

void add_refused(const std::vector<Change>& changes, std::vector<std::string>& findings) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const auto& change : changes) {
    if (change.refused) by_reason[*change.refused].push_back(change.change);
  }
  for (const auto& [reason, names] : by_reason) {
    findings.push_back(some_of(names) + (names.size() == 1 ? " was" : " were") + " not run: " + reason + ".");
  }
}

}  // namespace

std::string percent_text(double ratio) { return fmt::format("{:+.1f} %", 100 * (ratio - 1)); }

std::string some_of(const std::vector<std::string>& names) {
  constexpr size_t kNamed = 3;
  const auto named = std::min(names.size(), kNamed);
  std::string text =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(named), ", "));
  return names.size() > kNamed ? text + fmt::format(" and {} more", names.size() - kNamed) : text;
}

std::vector<std::string> findings_of(const RunReport& base, const std::vector<Change>& changes) {
  std::vector<std::string> findings{bound_finding(base), longest_finding(base), memory_finding(base)};
  for (const auto& topic : topics()) add_best(topic, changes, findings);
  add_best_cut(changes, findings);
  add_single_layers(changes, findings);
  add_surprises(changes, findings);
  add_spare(changes, findings);
  add_refused(changes, findings);
  return findings;
}

}  // namespace mmasim::sim
