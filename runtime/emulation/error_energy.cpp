#include "runtime/emulation/error_energy.h"

namespace mmasim::runtime {

double energy_between(const FloatTensor& exact, const FloatTensor& seen) {
  double energy = 0;
  for (size_t i = 0; i < exact.values.size(); ++i) {
    const double error = static_cast<double>(seen.values[i]) - static_cast<double>(exact.values[i]);
    energy += error * error;
  }
  return energy;
}

}  // namespace mmasim::runtime
