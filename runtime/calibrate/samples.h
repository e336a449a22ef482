// A calibration set, cut into runs of a network: one run takes as many samples as the network's batch.
#pragma once

#include <functional>
#include <vector>

#include "runtime/float_network/float_network.h"
#include "runtime/graph/graph.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

class Samples {
 public:
  // arrays: one per graph input, first axis the sample; they must outlive this. Arrays of just the graph's
  // shapes are one run of it. Throws UserError saying what does not fit the network.
  Samples(const Graph& graph, std::vector<const FloatTensor*> arrays);

  int64_t count() const { return count_; }
  int64_t batch() const { return batch_; }  // samples per run
  int64_t runs() const { return (count_ + batch_ - 1) / batch_; }
  // The network's inputs for one run; of the last one, missing samples repeat the last that is there.
  // Calls use(inputs), which are not to be kept.
  void with_run(int64_t run, const std::function<void(const quantization::FloatViews&)>& use) const;

 private:
  std::vector<const FloatTensor*> arrays_;
  std::vector<Shape> shapes_;  // of the inputs
  int64_t count_ = 0, batch_ = 1;
};

}  // namespace mmasim::runtime
