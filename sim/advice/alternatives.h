// What `mmasim advise` tries of a whole network: changed hardware, other precisions and quantizations, and
// other rules by which layers are cut. Every alternative is a request; performs none. Single layers:
// layer_alternatives.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/request.h"

namespace mmasim::sim {

// Whether a change gives the network more to work with: then it should not be slower.
enum class Expected : uint8_t { faster, slower, either };

// A layer that is quantized otherwise than the rest.
struct SingleLayer {
  std::string layer, how;  // "at 16 bits"
};

struct Alternative {
  std::string change;  // "DDR rate x2"
  std::string kind;    // "hardware", "precision", "layer" or "network"
  Expected expected = Expected::either;
  Request request;
  std::vector<std::string> set, set_quant;  // what it overrides beyond the base
  std::optional<std::string> refused;       // why the part cannot be so; then it is not run
  std::optional<SingleLayer> single = std::nullopt;
};

// base: a request of a network. The most telling ones first. Throws runtime::UserError if the base's own
// configuration is at fault.
std::vector<Alternative> alternatives_of(const Request& base);

}  // namespace mmasim::sim
