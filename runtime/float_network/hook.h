// Who looks at the values of a float run, or puts others in their place. Calibrators, statistics and fake
// quantizers are hooks; what they do with a value is their own business.
#pragma once

#include "runtime/graph/graph.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

class Hook {
 public:
  virtual ~Hook() = default;

  // The node's result before its activation.
  virtual void see_sums(NodeId, const FloatTensor&) {}
  // A tensor that this hook replaces is handed to replace() before anybody reads it: its values may change,
  // its shape may not. An input is copied for that.
  virtual bool replaces(TensorId) const { return false; }
  virtual void replace(TensorId, FloatTensor&) {}
  // An input, or a node's result after its activation, as every reader gets it.
  virtual void see(TensorId, const FloatTensor&) {}
};

}  // namespace mmasim::runtime
