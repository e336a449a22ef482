// Prints all sweeps: what the cliffs test checks, as a table to read. show_sweeps [PART [8|16]]
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <systemc>

#include "sim/config/config.h"
#include "tests/cliffs/sweeps.h"

using namespace mmasim;

int sc_main(int argc, char** argv) {
  const int bits = argc > 2 ? std::atoi(argv[2]) : 8;
  const auto config = sim::resolve_config({argc > 1 ? argv[1] : "tda4vm", {}});
  for (const auto& sweep : cliffs::all_sweeps()) {
    std::printf("%s\n", sweep.name.c_str());
    double before = 0;
    for (size_t i = 0; i < sweep.layers.size(); ++i) {
      const auto& layer = sweep.layers[i];
      const auto measured = cliffs::measure(layer, config, bits, cliffs::Depth::timed);
      const double units = sweep.unit == cliffs::Unit::mac ? cliffs::macs_of(layer) : cliffs::bytes_of(layer);
      const double cost = measured.cycles / units;
      std::printf("  %6lld %12.0f cycles %10.5f a unit %6.2fx  DDR %.2f MB %s%s\n",
                  static_cast<long long>(sweep.values[i]), measured.cycles, cost,
                  before > 0 ? cost / before : 1, 1e-6 * static_cast<double>(measured.ddr_bytes),
                  measured.refusal.c_str(), measured.rows.c_str());
      std::fflush(stdout);
      before = cost;
    }
  }
  return 0;
}

int main(int argc, char** argv) { return sc_core::sc_elab_and_sim(argc, argv); }
