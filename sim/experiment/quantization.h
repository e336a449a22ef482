// What a QuantChoice comes to: a saved plan, or choices for make_recipe(). Reads quantization files; knows no
// network.
#pragma once

#include <string>

#include "runtime/quantize/spec.h"
#include "sim/experiment/request.h"

namespace mmasim::sim {

struct Quantization {
  std::string plan;             // file of a saved plan; empty: none, then
  runtime::QuantSpec spec;      // these choices
  std::string name, precision;  // as reports say them before the network is known
};

// --quant may name a plan, too. Throws runtime::UserError.
Quantization quantization_of(const QuantChoice& choice);

}  // namespace mmasim::sim
