#include "sim/sweep/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/config/config_schema.h"
#include "sim/report/html_page.h"
#include "sim/sweep/sweep_file.h"

namespace mmasim::sim {
namespace {

// The value of a `set` key as the request gives it; the last one counts.
std::optional<std::string> given_value(const Request& request, const std::string& key) {
  std::optional<std::string> value;
  for (const auto& text : request.config.set) {
    if (text.compare(0, key.size() + 1, key + "=") == 0) value = text.substr(key.size() + 1);
  }
  return value;
}

ordered_json set_value(const LoggedResult& result, const std::string& key) {
  const auto* resolved = find_config_key(key);  // null: a shorthand, which the request alone knows
  if (result.outcome && resolved != nullptr) {
    const auto value = resolved->get(result.outcome->report.config);
    return std::visit([](const auto& held) { return ordered_json(held); }, value);
  }
  const auto given = given_value(result.request, key);
  return given ? ordered_json(*given) : ordered_json();
}

void add_totals(ordered_json& row, const LoggedResult& result) {
  const TotalStats none;
  const auto& totals = result.outcome ? result.outcome->report.totals : none;
  for (const auto& key : total_stat_keys()) {
    const auto value = key.get(totals);
    if (!value.is_object()) {
      row[key.name] = result.outcome ? value : ordered_json();
      continue;
    }
    for (const auto& [name, part] : value.items()) row[std::string(key.name) + "." + name] = part;
  }
}

std::string csv_text(const ordered_json& value) {
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

Table table_of(const std::vector<ordered_json>& rows) {
  Table table;
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const auto& [name, value] : row.items()) {
      if (table.rows.empty()) table.columns.push_back({name, Column::Align::left});
      cells.push_back(csv_text(value));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

// What was asked stands before the first total.
std::vector<std::string> asked_columns(const ordered_json& row) {
  std::vector<std::string> names;
  for (const auto& [name, value] : row.items()) {
    if (name == total_stat_keys().front().name) break;
    if (name != "hash") names.push_back(name);
  }
  return names;
}

bool differs(const std::vector<ordered_json>& rows, const std::string& column) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return row.at(column) != rows.front().at(column); });
}

std::string number_text(const ordered_json& value, double scale, int digits) {
  return value.is_null() ? "-" : fmt::format("{:.{}f}", value.get<double>() * scale, digits);
}

std::vector<std::string> result_cells(const ordered_json& row) {
  const auto bytes = [&] {
    if (row["ddr_read_bytes"].is_null()) return ordered_json();
    return ordered_json(row["ddr_read_bytes"].get<double>() + row["ddr_write_bytes"].get<double>());
  };
  return {row["cycles"].is_null() ? "-" : row["cycles"].dump(), number_text(row["time_ms"], 1, 3),
          number_text(bytes(), 1e-6, 3), number_text(row["energy_mj"], 1, 4),
          number_text(row["area_proxy_kib"], 1, 0)};
}

}  // namespace

AreaProxy area_proxy(const Configuration& config) {
  const auto& machine = config.machine;
  const uint64_t cores = config.cores, side = machine.array_bytes;
  return {cores * side * side, cores * (uint64_t{machine.l2_bytes} + machine.l3_bytes)};
}

ordered_json SweepRows::row(const LoggedResult& result) const {
  const auto& request = result.request;
  ordered_json row = ordered_json::object();
  row["hash"] = result.hash;
  row["network"] = request.network;
  row["config"] = request.config.file;
  for (const auto& key : set_keys_) row[key] = set_value(result, key);
  row["precision"] = result.outcome ? result.outcome->report.precision : request.quant.precision;
  row["quant"] = request.quant.preset;
  row["mode"] = to_json(request_keys(), request).at("mode");
  add_totals(row, result);
  for (const auto* name : {"array_macs", "sram_bytes", "area_proxy_kib", "top1", "agreement_with_float"}) {
    row[name] = nullptr;
  }
  if (result.outcome) {
    const auto area = area_proxy(result.outcome->report.config);
    row["array_macs"] = area.array_macs;
    row["sram_bytes"] = area.sram_bytes;
    row["area_proxy_kib"] = area.kib();
    if (const auto& accuracy = result.outcome->accuracy) {
      row["top1"] = accuracy->top1 ? ordered_json(*accuracy->top1) : ordered_json();
      row["agreement_with_float"] = accuracy->agreement_with_float;
    }
  }
  row["error"] = result.error ? ordered_json(*result.error) : ordered_json();
  return row;
}

std::string SweepRows::csv_header() const {
  const auto text = table_of({row(LoggedResult())}).csv();
  return text.substr(0, text.find('\n') + 1);
}

std::string SweepRows::csv_line(const ordered_json& row) {
  const auto text = table_of({row}).csv();
  return text.substr(text.find('\n') + 1);
}

std::vector<std::string> set_keys_of(const std::vector<Request>& requests) {
  std::vector<std::string> keys;
  for (const auto& request : requests) {
    for (const auto& text : request.config.set) {
      const auto key = text.substr(0, text.find('='));
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  return keys;
}

ordered_json SweepPrintout::json() const {
  uint64_t failed = 0;
  for (const auto& row : rows_) failed += row["error"].is_null() ? 0 : 1;
  return {{"schema", "mmasim.sweep/1"}, {"points", rows_.size()}, {"failed", failed}, {"rows", rows_}};
}

Table SweepPrintout::rows() const { return table_of(rows_); }

Table SweepPrintout::table() const {
  Table table{{{"point", Column::Align::left}}, {}};
  if (rows_.empty()) return table;
  std::vector<std::string> shown;
  for (const auto& name : asked_columns(rows_.front())) {
    if (differs(rows_, name)) shown.push_back(name);
  }
  for (const auto& name : shown) table.columns.push_back({name, Column::Align::left});
  for (const auto* heading : {"cycles", "ms", "DDR MB", "energy mJ*", "area KiB*"})
    table.columns.push_back({heading});
  const bool shows_errors = differs(rows_, "error") || !rows_.front()["error"].is_null();
  if (shows_errors) table.columns.push_back({"error", Column::Align::left});
  for (const auto& row : rows_) {
    std::vector<std::string> cells{row["hash"].get<std::string>().substr(0, 8)};
    for (const auto& name : shown) cells.push_back(csv_text(row[name]));
    for (auto& cell : result_cells(row)) cells.push_back(std::move(cell));
    if (shows_errors) cells.push_back(csv_text(row["error"]));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string SweepPrintout::footer() const {
  const auto failed = json()["failed"].get<uint64_t>();
  std::string text = fmt::format("\n{} points", rows_.size());
  if (failed > 0) text += fmt::format(", {} failed", failed);
  return text + "; * energy is relative and uncalibrated, area is a proxy: SRAM in KiB and a tenth per MAC\n";
}

std::string SweepPrintout::page() const {
  return html_page("Sweep", {"kit.js", "sweep.js"}, json(), table().aligned() + footer());
}

std::vector<StatSection> describe_sweep() {
  constexpr const char* kCsv = "results.csv";
  StatSection columns{kCsv, "", {}};
  columns.lines = {
      {"hash", "", "of the request: names the point"},
      {"network", "", "its file"},
      {"config", "", "its file; empty: the TDA4VM's"},
      {"SECTION.KEY", "", "a column per configuration key that the sweep sets: its value, in its own unit"},
      {"precision", "", "of operands"},
      {"quant", "", "quantization preset"},
      {"mode", "", "full, timing-only or functional-only"},
      {"cycles ... energy.static_mj", "", "all of `totals` of report.json; its parts with a dot"},
      {"array_macs", "", "8-bit multiply-accumulators of all arrays"},
      {"sram_bytes", "bytes", "L2 and L3 of all cores"},
      {"area_proxy_kib", "KiB", "sram_bytes / 1024 + array_macs / 10: a stand-in for area, no more"},
      {"top1", "0..1", "where data.dataset is classified"},
      {"agreement_with_float", "0..1", "likewise"},
      {"error", "", "why the point failed; empty if it did not"}};
  StatSection file{"SWEEP.yaml", "", {}};
  for (const auto& key : sweep_file_keys()) file.lines.push_back({key.name, "", key.sentence});
  return {file, columns, described("results.jsonl", "", logged_result_keys())};
}

}  // namespace mmasim::sim
