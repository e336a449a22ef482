// Reads a network file into a Graph. By content, not by extension. Untrusted input: every size is checked
// before memory is taken, and every fault is a UserError that names the file, the node and the operator.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/import/file/import_options.h"

namespace mmasim::runtime {

struct ImportedNetwork {
  Graph graph;
  std::string sha256;  // of the file
};

// What became of a node of the file.
struct NodeReading {
  std::string node, op;
  std::string fault;       // empty: it was read
  bool is_behind = false;  // behind a node with a fault: not looked at
};

struct NetworkReading {
  std::vector<NodeReading> nodes;  // those that the outputs need, in the order of the data
  std::vector<std::string> cut;    // where there are faults: tensors up to which the network runs
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
  std::vector<std::string> warnings() const;        // of what may have been read wrong
  // As build(), but goes on behind what cannot run: everything that build() would refuse of nodes, at once.
  NetworkReading read_nodes(const ImportOptions& options) const;
  // Of all inputs that the file declares without values, those that no node reads among them.
  std::vector<std::string> declared_inputs() const;

 private:
  struct Content;
  const std::string path_;
  const std::unique_ptr<const Content> content_;
};

ImportedNetwork import_network(const std::string& path, const ImportOptions& options = {});

}  // namespace mmasim::runtime
