#include "sim/report/run_printout.h"

#include <fmt/format.h>

#include "sim/report/layer_table.h"

namespace mmasim::sim {

Table RunPrintout::table() const { return layer_table(report_.layers); }

Table RunPrintout::rows() const { return layer_csv(report_.layers); }

std::string RunPrintout::footer() const {
  const auto title = report_.network.name + " " + report_.precision +
                     (report_.quant ? " " + *report_.quant : "") + " on " + report_.config.name;
  std::string text = "\n" + totals_text(report_.totals, title);
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
