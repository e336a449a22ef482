#include "runtime/emulation/sensitivity.h"

#include "runtime/emulation/fake_quantize.h"
#include "runtime/emulation/tensor_error.h"
#include "runtime/float_network/float_network.h"

namespace mmasim::runtime {

std::vector<Sensitivity> sensitivities(const Graph& graph, const QuantPlan& plan,
                                       const std::vector<FloatTensor>& tensors, unsigned threads) {
  const Graph quantized = with_quantized_weights(graph, plan);
  std::vector<Sensitivity> all(graph.nodes.size());
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    if (std::holds_alternative<std::monostate>(plan.nodes[id])) continue;
    const Node& node = graph.nodes[id];
    quantization::FloatViews operands;
    for (const TensorId input : node.inputs) operands.push_back(&tensors[input]);
    std::vector<FloatTensor> result(1);
    result[0] = quantization::evaluate_node(quantized, id, operands, threads);
    put_on_grid(plan.tensors[node.output], result[0]);
    const auto fresh = quantization::forward_from(graph, tensors, {node.output}, std::move(result), threads);
    TensorError error;
    for (const TensorId output : graph.outputs)
      error.add(tensors[output], fresh[output].values.empty() ? tensors[output] : fresh[output]);
    all[id] = {true, error.sqnr_db()};
  }
  return all;
}

}  // namespace mmasim::runtime
