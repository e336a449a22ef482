#include "sim/report/run_printout.h"

#include <fmt/format.h>

#include "sim/report/html_page.h"

namespace mmasim::sim {

std::vector<LayerStats> RunPrintout::shown() const {
  return selection_.is_all() ? report_.layers : selected(report_.layers, selection_);
}

Table RunPrintout::table() const { return layer_table(shown()); }

Table RunPrintout::rows() const { return layer_csv(shown()); }

std::string RunPrintout::title() const {
  return report_.network.name + " " + report_.precision + (report_.quant ? " " + *report_.quant : "") +
         " on " + report_.config.name;
}

std::string RunPrintout::page() const {
  return html_page(title(), {"kit.js", "roofline.js", "timeline.js", "memory.js", "graph.js", "report.js"},
                   json(), layer_table(report_.layers).aligned() + footer());
}

std::string RunPrintout::footer() const {
  std::string text = "\n" + totals_text(report_.totals, title());
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
