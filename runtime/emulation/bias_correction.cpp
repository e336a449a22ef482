#include "runtime/emulation/bias_correction.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>

#include "runtime/emulation/channel_means.h"
#include "runtime/emulation/fake_quantize.h"
#include "runtime/float_network/float_network.h"
#include "runtime/graph/axes.h"

namespace mmasim::runtime {
namespace {

using namespace quantization;

// Runs of the samples that a correction looks at: all, or the first `frames`.
int64_t runs_of(const Samples& samples, const ChoiceValues& values) {
  const auto frames = static_cast<int64_t>(values.at("frames"));
  return std::min(samples.runs(), (frames + samples.batch() - 1) / samples.batch());
}

// Means with a quantizer between: the hook of a run is one, so this one hands on.
class QuantizedMeans final : public MeanHook {
 public:
  QuantizedMeans(const Graph& graph, Hook& quantizer) : MeanHook(graph), quantizer_(quantizer) {}
  bool replaces(TensorId id) const override { return quantizer_.replaces(id); }
  void replace(TensorId id, FloatTensor& values) override { quantizer_.replace(id, values); }

 private:
  Hook& quantizer_;
};

std::map<NodeId, ChannelMean> means_of(const Graph& graph, const Samples& samples, int64_t runs,
                                       unsigned threads, Hook* quantizer) {
  Hook nobody;
  QuantizedMeans hook(graph, quantizer != nullptr ? *quantizer : nobody);
  for (int64_t run = 0; run < runs; ++run) {
    samples.with_run(run, [&](const FloatViews& inputs) {
      forward(graph, inputs, threads, Lifetime::until_last_use, hook);
    });
  }
  return hook.means();
}

void add_to_bias(Graph& graph, NodeId id, const std::vector<double>& shift, double factor) {
  Parameter parameter;
  if (!find_shift(graph, id, parameter)) return;
  if (parameter.kind == Parameter::Kind::bias) give_bias(graph.nodes[id]);
  auto bias = values_of(graph, parameter);
  for (size_t c = 0; c < bias.size(); ++c) bias[c] += factor * shift[c];
  set_values(graph, parameter, bias);
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> d(a.size());
  for (size_t c = 0; c < a.size(); ++c) d[c] = a[c] - b[c];
  return d;
}

// E[dW x] of every layer, x being what the float network gives it.
Graph correct_by_expectation(const Graph& graph, const QuantPlan& plan, const Samples& samples,
                             unsigned threads, const ChoiceValues& values) {
  const Graph quantized = with_quantized_weights(graph, plan);
  std::map<NodeId, ChannelMean> exact, seen;
  for (int64_t run = 0, runs = runs_of(samples, values); run < runs; ++run) {
    samples.with_run(run, [&](const FloatViews& inputs) {
      Hook nobody;
      auto tensors = forward(graph, inputs, threads, Lifetime::whole_run, nobody);
      FloatViews views = views_of(tensors);
      for (size_t i = 0; i < inputs.size(); ++i) views[graph.inputs[i]] = inputs[i];
      for (NodeId id = 0; id < graph.nodes.size(); ++id) {
        Parameter shift;
        if (!find_shift(graph, id, shift)) continue;
        const Node& node = graph.nodes[id];
        const FloatViews operands = operands_of(node, views);
        exact[id].add(node, evaluate_sums(graph, id, operands, threads));
        seen[id].add(node, evaluate_sums(quantized, id, operands, threads));
      }
    });
  }
  Graph corrected = graph;
  for (const auto& [id, mean] : exact)
    add_to_bias(corrected, id, difference(mean.mean(), seen.at(id).mean()), 1.0);
  return corrected;
}

// Every run's tensors side by side, exact and quantized, node by node: a layer is corrected by what the
// corrected layers before it give.
class SequentialCorrection {
 public:
  SequentialCorrection(const Graph& graph, const QuantPlan& plan, const Samples& samples, int64_t runs,
                       unsigned threads)
      : graph_(graph),
        plan_(plan),
        quantized_(with_quantized_weights(graph, plan)),
        threads_(threads),
        exact_(static_cast<size_t>(runs), std::vector<FloatTensor>(graph.tensors.size())),
        seen_(exact_) {
    for (int64_t run = 0; run < runs; ++run) {
      samples.with_run(run, [&](const FloatViews& inputs) {
        for (size_t i = 0; i < inputs.size(); ++i) {
          const TensorId id = graph.inputs[i];
          exact_[static_cast<size_t>(run)][id] = seen_[static_cast<size_t>(run)][id] = *inputs[i];
          put_on_grid(plan.tensors[id], seen_[static_cast<size_t>(run)][id]);
        }
      });
    }
  }

  Graph correct() {
    Graph corrected = graph_;
    const auto dying = dying_tensors(graph_, Lifetime::until_last_use);
    for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
      const auto shift = correct_node(id);
      if (!shift.empty()) add_to_bias(corrected, id, shift, 1.0);
      for (auto* side : {&exact_, &seen_}) {
        for (auto& tensors : *side)
          for (const TensorId dead : dying[id]) tensors[dead] = FloatTensor{};
      }
    }
    return corrected;
  }

 private:
  std::vector<double> correct_node(NodeId id) {
    const Node& node = graph_.nodes[id];
    ChannelMean exact_mean, seen_mean;
    Parameter parameter;
    const bool has_shift = find_shift(graph_, id, parameter);
    for (size_t run = 0; run < exact_.size(); ++run) {
      FloatTensor& exact = exact_[run][node.output];
      FloatTensor& seen = seen_[run][node.output];
      exact = evaluate_sums(graph_, id, operands_of(node, views_of(exact_[run])), threads_);
      seen = evaluate_sums(quantized_, id, operands_of(node, views_of(seen_[run])), threads_);
      if (!has_shift) continue;
      exact_mean.add(node, exact);
      seen_mean.add(node, seen);
    }
    std::vector<double> shift;
    if (has_shift) shift = difference(exact_mean.mean(), seen_mean.mean());
    for (size_t run = 0; run < exact_.size(); ++run) {
      FloatTensor& seen = seen_[run][node.output];
      if (has_shift) add_shift(node, shift, seen);
      activate(node.activation, exact_[run][node.output]);
      activate(node.activation, seen);
      put_on_grid(plan_.tensors[node.output], seen);
    }
    return shift;
  }

  static void add_shift(const Node& node, const std::vector<double>& shift, FloatTensor& y) {
    const auto axes = channel_axes(node.op, y.shape.size()).value();
    const int64_t inner = inner_count(y.shape, axes);
    for (size_t i = 0; i < y.values.size(); ++i) {
      const size_t channel = static_cast<size_t>(static_cast<int64_t>(i) / inner) % shift.size();
      y.values[i] = static_cast<float>(y.values[i] + shift[channel]);
    }
  }

  const Graph& graph_;
  const QuantPlan& plan_;
  const Graph quantized_;
  const unsigned threads_;
  std::vector<std::vector<FloatTensor>> exact_, seen_;  // by run and tensor
};

Graph correct_in_sequence(const Graph& graph, const QuantPlan& plan, const Samples& samples, unsigned threads,
                          const ChoiceValues& values) {
  return SequentialCorrection(graph, plan, samples, runs_of(samples, values), threads).correct();
}

// The first and the last tenth of the iterations move a tenth as far.
double rate_of(int64_t iteration, int64_t iterations, double rate) {
  const bool is_edge = 10 * iteration < iterations || 10 * (iterations - 1 - iteration) < iterations;
  return is_edge && iterations > 1 ? rate / 10 : rate;
}

Graph correct_in_iterations(const Graph& graph, const QuantPlan& plan, const Samples& samples,
                            unsigned threads, const ChoiceValues& values) {
  const int64_t runs = runs_of(samples, values);
  const auto iterations = static_cast<int64_t>(values.at("iterations"));
  FakeQuantizer quantizer(plan);
  const auto exact = means_of(graph, samples, runs, threads, nullptr);
  Graph corrected = graph, quantized = with_quantized_weights(graph, plan);
  for (int64_t i = 0; i < iterations; ++i) {
    const double rate = rate_of(i, iterations, values.at("rate"));
    for (const auto& [id, mean] : means_of(quantized, samples, runs, threads, &quantizer)) {
      const auto shift = difference(exact.at(id).mean(), mean.mean());
      add_to_bias(corrected, id, shift, rate);
      add_to_bias(quantized, id, shift, rate);
    }
  }
  return corrected;
}

using Apply = Graph (*)(const Graph&, const QuantPlan&, const Samples&, unsigned, const ChoiceValues&);

Apply function_of(const std::string& name) {
  if (name == "bias_analytic") return correct_by_expectation;
  if (name == "bias_correct") return correct_in_sequence;
  if (name == "bias_iterative") return correct_in_iterations;
  throw std::logic_error("bias correction '" + name + "' is in the table and nowhere else");
}

}  // namespace

Graph correct_biases(const Graph& graph, const QuantPlan& plan, const Samples& samples, unsigned threads,
                     const Choice& choice) {
  std::vector<ChoiceRow> rows;
  for (const auto& info : sample_corrections()) rows.push_back({info.name, &info.parameters});
  const auto& info = sample_corrections()[find_choice("bias correction", rows, choice)];
  return function_of(info.name)(graph, plan, samples, threads, all_values(info.parameters, choice));
}

void copy_biases(const Graph& from, Graph& to) {
  std::map<std::string, NodeId> ids;
  for (NodeId id = 0; id < from.nodes.size(); ++id) ids[from.tensors[from.nodes[id].output].name] = id;
  for (NodeId id = 0; id < to.nodes.size(); ++id) {
    const auto found = ids.find(to.tensors[to.nodes[id].output].name);
    Parameter here, there;
    if (found == ids.end() || !find_shift(to, id, here) || !find_shift(from, found->second, there)) continue;
    if (here.kind != there.kind ||
        output_channels(to.nodes[id]) != output_channels(from.nodes[found->second]))
      continue;
    Node source = from.nodes[found->second];  // shares its weights
    if (here.kind == Parameter::Kind::bias) give_bias(source), give_bias(to.nodes[id]);
    Graph one;
    one.nodes.push_back(std::move(source));
    set_values(to, here, values_of(one, {0, there.kind}));
  }
}

}  // namespace mmasim::runtime
