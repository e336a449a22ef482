// What must be known of a case's network to run and judge it: the names of its inputs, the bounds it clips
// at.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mmasim::cases {

struct NetworkFacts {
  std::vector<std::string> input_names;  // none if the network cannot be imported: running it will say why
  std::vector<double> upper_bounds;      // positive ones, of Clip with a lower bound of 0
  bool has_unit_grids = false;  // Softmax, Sigmoid, HardSigmoid: their results lie on steps of 1/2^bits
};

NetworkFacts network_facts(const std::filesystem::path& network);

}  // namespace mmasim::cases
