#include "sim/report/replay.h"

#include "sim/report/describe_report.h"

namespace mmasim::sim {

const Keys<models::StreamResult>& replay_keys() {
  using Row = models::StreamResult;
  static const Keys<Row> keys{
      key(&Row::reads_done, "reads_done", "", "reads done"),
      key(&Row::writes_done, "writes_done", "", "writes done"),
      key(&Row::bandwidth_gbps, "bandwidth_gbps", "GB/s", "bytes both ways over all cycles"),
      key(&Row::mean_read_latency_cycles, "mean_read_latency_cycles", "DRAM cycles",
          "from acceptance by the controller to the last data"),
      key(&Row::row_hit_fraction, "row_hit_fraction", "0..1",
          "reads that found their row opened by an earlier request"),
  };
  return keys;
}

Table ReplayPrintout::table() const {
  using Align = Column::Align;
  Table table{{{"stat", Align::left}, {"value"}, {"unit", Align::left}, {"meaning", Align::left}}, {}};
  for (const auto& key : replay_keys()) {
    table.rows.push_back({key.name, key.get(result_).dump(), key.unit, key.sentence});
  }
  return table;
}

std::vector<StatSection> describe_replay() { return {described("mmasim memory", "", replay_keys())}; }

}  // namespace mmasim::sim
