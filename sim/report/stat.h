// The table idiom for reports: each key once, with its unit, one sentence, and how it is read from a row. The
// report writer and `describe stats` walk the same tables.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mmasim::sim {

using nlohmann::ordered_json;

template <class Row>
struct Stat {
  const char* name;
  const char* unit;  // "" where it has none
  const char* sentence;
  ordered_json (*value)(const Row&);
};

template <class Row>
using StatTable = std::vector<Stat<Row>>;

template <class Row>
ordered_json to_json(const StatTable<Row>& table, const Row& row) {
  ordered_json json = ordered_json::object();
  for (const auto& stat : table) json[stat.name] = stat.value(row);
  return json;
}

}  // namespace mmasim::sim
