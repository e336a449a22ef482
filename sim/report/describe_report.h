// The keys of everything the commands write as JSON, as `describe stats` shows them.
#pragma once

#include <string>
#include <vector>

#include "sim/kit/keys.h"

namespace mmasim::sim {

struct StatLine {
  std::string name, unit, sentence;
};
struct StatSection {
  std::string file;  // "report.json", ...
  std::string path;  // of an object in it: "", "totals", "totals.energy", "layers[]", ...
  std::vector<StatLine> lines;
};

std::vector<StatSection> describe_report();         // report.json
std::vector<StatSection> describe_comparison();     // compare.json
std::vector<StatSection> describe_evaluation();     // evaluate.json
std::vector<StatSection> describe_tuning();         // tune.json
std::vector<StatSection> describe_network_check();  // mmasim check --format json
std::vector<StatSection> describe_replay();         // mmasim memory --format json

template <class Row>
StatSection described(const std::string& file, const std::string& path, const Keys<Row>& keys) {
  StatSection section{file, path, {}};
  for (const auto& key : keys) section.lines.push_back({key.name, key.unit, key.sentence});
  return section;
}

}  // namespace mmasim::sim
