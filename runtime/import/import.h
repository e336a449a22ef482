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

// A network file, read once but for its weights: those are read where a graph with values is built.
class ParsedNetwork {
 public:
  explicit ParsedNetwork(const std::string& path);
  ~ParsedNetwork();
  ParsedNetwork(const ParsedNetwork&) = delete;
  ParsedNetwork& operator=(const ParsedNetwork&) = delete;

  Graph build(const ImportOptions& options) const;  // may be asked again, with other options
  const std::string& sha256() const;                // of the file
  // Of all inputs that the file declares without values, those that no node reads among them.
  std::vector<std::string> declared_inputs() const;

 private:
  struct Content;
  const std::string path_;
  const std::unique_ptr<const Content> content_;
};

ImportedNetwork import_network(const std::string& path, const ImportOptions& options = {});

}  // namespace mmasim::runtime
