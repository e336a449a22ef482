// What of a network runs where, node by node, and what does not: what `mmasim check` prints.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/import/import.h"
#include "sim/kit/keys.h"
#include "sim/report/flat_table.h"
#include "sim/report/layer_stats.h"
#include "sim/report/printout.h"

namespace mmasim::sim {

struct CheckedNode {
  std::string name, op;
  // "array", "vector core", "moved" (the DMA copies it), "folded" (no instruction of its own); none: it does
  // not run, or was not looked at
  std::optional<std::string> runs_on;
  std::optional<std::string> layer;   // that covers it
  std::optional<std::string> reason;  // why it does not run
};

struct NetworkCheck {
  std::vector<CheckedNode> nodes;
  std::vector<std::string> cut;  // tensors up to which the network runs, where not all of it does
  std::optional<std::string> other_obstacle;  // what no single node is to blame for

  bool runs() const;
};

// layers: of the whole network, timed; none where not all of it runs.
NetworkCheck network_check(const runtime::NetworkReading& reading, const std::vector<LayerStats>& layers);

const Keys<NetworkCheck>& network_check_keys();

class NetworkCheckPrintout : public Printout {
 public:
  explicit NetworkCheckPrintout(const NetworkCheck& check) : check_(check) {}
  ordered_json json() const override { return to_json(network_check_keys(), check_); }
  Table table() const override;
  Table rows() const override { return flat_table(json().at("nodes")); }
  std::string footer() const override;

 private:
  const NetworkCheck& check_;
};

}  // namespace mmasim::sim
