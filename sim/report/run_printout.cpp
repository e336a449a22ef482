#include "sim/report/run_printout.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sim/report/html_page.h"

namespace mmasim::sim {
namespace {

std::string with(const Overrides& overrides) {
  const auto text = text_of(overrides);
  return text.empty() ? "" : " with " + text;
}

// A line per unit and reason, with the first few nodes.
std::string elsewhere_text(const std::vector<runtime::Fallback>& fallbacks) {
  constexpr size_t kShown = 3;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> nodes;  // by unit and reason
  for (const auto& each : fallbacks) nodes[{each.ran_on, each.reason}].push_back(each.node);
  std::string text;
  for (const auto& [why, names] : nodes) {
    const std::vector<std::string> first(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
    const auto more = names.size() > kShown ? fmt::format(" and {} more", names.size() - kShown) : "";
    text += fmt::format("! on the {}, as {}: {}{}\n", why.first, why.second, fmt::join(first, ", "), more);
  }
  return text;
}

}  // namespace

std::vector<LayerStats> RunPrintout::shown() const {
  return selection_.is_all() ? report_.layers : selected(report_.layers, selection_);
}

Table RunPrintout::table() const { return layer_table(shown(), elsewhere()); }

Table RunPrintout::rows() const { return layer_csv(shown()); }

std::string RunPrintout::title() const {
  return report_.network.name + " " + report_.precision + (report_.quant ? " " + *report_.quant : "") +
         " on " + report_.config.name + with(report_.overrides);
}

// Layers with a node that ran elsewhere than its operator usually does.
std::set<std::string> RunPrintout::elsewhere() const {
  std::set<std::string> nodes, layers;
  for (const auto& fallback : report_.fallbacks) nodes.insert(fallback.node);
  for (const auto& layer : report_.layers) {
    const auto& names = layer.operators;
    const bool is_one = std::any_of(names.begin(), names.end(),
                                    [&](const std::string& name) { return nodes.count(name) != 0; });
    if (is_one || nodes.count(layer.name) != 0) layers.insert(layer.name);
  }
  return layers;
}

std::string RunPrintout::call_text() const {
  const auto& layers = report_.layers;
  if (layers.empty() || layers.front().kind != "call" || !layers.front().cycles) return "";
  const uint64_t configured = report_.config.overhead.network_call_cycles, cycles = *layers.front().cycles;
  if (cycles <= configured) return "";
  return fmt::format(
      "network call: {} cycles as configured, {} to issue what is fetched ahead of the first layer\n",
      configured, cycles - configured);
}

std::string RunPrintout::page() const {
  return html_page(title(), {"kit.js", "roofline.js", "timeline.js", "memory.js", "graph.js", "report.js"},
                   json(), layer_table(report_.layers, elsewhere()).aligned() + footer());
}

std::string RunPrintout::footer() const {
  std::string text =
      "\n" + totals_text(report_.totals, title()) + call_text() + elsewhere_text(report_.fallbacks);
  const auto& calibration = report_.input.calibration;
  if (calibration.source == "synthetic" && !report_.outputs.empty()) {
    text += fmt::format(
        "calibrated on {} synthetic sample{}: the outputs show the arithmetic, not what a trained network "
        "says; "
        "--calibration gives it real ones\n",
        calibration.samples, calibration.samples == 1 ? "" : "s");
  }
  const auto errors = error_table(report_.layers);
  if (!errors.rows.empty()) {
    text +=
        "\nerror against float, the layers first that cost the outputs most (output dB, it alone: signal to "
        "noise "
        "of the outputs with this layer alone quantized)\n" +
        errors.aligned();
  }
  if (!report_.verify) return text;
  const auto& verify = *report_.verify;
  return text + fmt::format("verify: {} values of {} tensors compared with the reference, {} differ\n",
                            verify.compared_values, verify.compared_tensors, verify.mismatches);
}

}  // namespace mmasim::sim
