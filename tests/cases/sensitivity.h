// How far a network's outputs move when its inputs move by a step of their grid: found by running the float
// network on inputs moved in random directions. What rounding inputs and weights costs is of this size, also
// where outputs are small differences of large values. Says nothing of what the outputs should be.
#pragma once

#include <map>
#include <string>

#include "tests/cases/index.h"

namespace mmasim::cases {

// By output, '/' as '_'. Empty if the network cannot be run in float: running it in integers will say why.
std::map<std::string, double> output_shifts(const Case& each, int bits);

}  // namespace mmasim::cases
