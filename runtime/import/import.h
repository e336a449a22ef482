// Reads a network file into a Graph. By content, not by extension. Untrusted input: every size is checked
// before memory is taken, and every fault is a UserError that names the file, the node and the operator.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/graph/graph.h"

namespace mmasim::runtime {

struct ImportOptions {
  int64_t batch =
      0;  // N of the inputs' first axis where the network says N or 1; 0: what it says (1 if dynamic)
  bool keep_values = true;  // false: weights keep shape and name only, and are not read (timing-only)
};

struct ImportedNetwork {
  Graph graph;
  std::string sha256;  // of the file
};

// A network file, read once but for its weights: those are read where a graph with values is built.
class ParsedNetwork {
 public:
  explicit ParsedNetwork(const std::string& path);
  ~ParsedNetwork();
  ParsedNetwork(const ParsedNetwork&) = delete;
  ParsedNetwork& operator=(const ParsedNetwork&) = delete;

  Graph build(const ImportOptions& options) const;  // may be asked again, with other options
  const std::string& sha256() const;                // of the file

 private:
  struct Content;
  const std::string path_;
  const std::unique_ptr<const Content> content_;
};

ImportedNetwork import_network(const std::string& path, const ImportOptions& options = {});

// Gives values to weights declared without: N(0, 2 / fan_in), fan_in = product of the dimensions other than
// the output-channel axis, from a counter-based generator keyed by seed and weight name. Weights with values
// stay.
void fill_random_weights(Graph& graph, uint64_t seed);
bool has_missing_weights(const Graph& graph);

// Folds BatchNorm into the convolution before it, fuses activations, drops what computes nothing, turns
// Flatten + Gemm into a convolution by the whole map, zero Pad + Conv into padding where that is the same.
// Keeps the function of the network. Works with and without values, to the same structure.
Graph legalize(const Graph& graph);

// A sentence per supported operator with its constraints: the source of `describe operators`.
struct OperatorSupport {
  std::string onnx_name;
  std::string opsets;
  std::string runs_on;      // "MMA", "DSP", "DMA", "folded"
  std::string constraints;  // one sentence, or empty
};
const std::vector<OperatorSupport>& supported_operators();

}  // namespace mmasim::runtime
