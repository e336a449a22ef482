// The float network as imported and legalized against the oracle's reading of the same file.
#pragma once

#include <string>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/tensor_data.h"
#include "tests/random_graphs/random_network.h"

namespace mmasim::random_graphs {

// A line naming the first output that differs by more than binary32 explains, or nothing.
std::string other_than_oracle(const runtime::Graph& graph, const std::vector<runtime::FloatTensor>& inputs,
                              const RandomNetwork& network);

}  // namespace mmasim::random_graphs
