// Layers behind one another that nothing else reads between: whose channels one can be made to give and the
// other to take differently. Changes nothing.
#pragma once

#include <vector>

#include "runtime/graph/graph.h"

namespace mmasim::runtime::transforming {

struct LayerPair {
  NodeId first = 0, second = 0;
  bool is_homogeneous = true;  // nothing between them but functions with f(s x) = s f(x) for s > 0
  bool is_direct = true;       // nothing between them but the first one's activation
};

// In the order of the first layers. Both have weights with values; between them lie pools and activations.
std::vector<LayerPair> layer_pairs(const Graph& graph);

}  // namespace mmasim::runtime::transforming
