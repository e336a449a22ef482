#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "sim/report/trace_report.h"

namespace mmasim::sim {
namespace {

using Align = Column::Align;

std::string percent(uint64_t part, uint64_t of) {
  return of == 0 ? "" : fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(of));
}

std::string fraction(uint64_t part, uint64_t of) {
  return of == 0 ? "" : fmt::format("{:.6f}", static_cast<double>(part) / static_cast<double>(of));
}

using Share = std::string (*)(uint64_t part, uint64_t of);

// Rows of one table: what, of what, how much, and its share of the whole time.
class Rows {
 public:
  Rows(uint64_t cycles, Share share) : cycles_(cycles), share_(share) {}

  void add(const char* what, const std::string& of, uint64_t value, const char* unit) {
    table_.rows.push_back({what, of, std::to_string(value), unit, ""});
  }
  void add_cycles(const char* what, const std::string& of, uint64_t value) {
    table_.rows.push_back({what, of, std::to_string(value), "cycles", share_(value, cycles_)});
  }
  void add_text(const char* what, const std::string& of, const std::string& text, const char* unit) {
    table_.rows.push_back({what, of, text, unit, ""});
  }
  // The largest first.
  void add_all(const char* what, const std::map<std::string, uint64_t>& values) {
    std::vector<std::pair<std::string, uint64_t>> sorted(values.begin(), values.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [of, value] : sorted) add_cycles(what, of, value);
  }
  Table take() { return std::move(table_); }

 private:
  const uint64_t cycles_;
  const Share share_;
  Table table_{
      {{"what", Align::left}, {"of", Align::left}, {"value"}, {"unit", Align::left}, {"of the time"}}, {}};
};

// The timeline in a few rows.
void add_bandwidth(const TraceReport& report, Rows& rows) {
  constexpr uint64_t kRows = 16;
  const auto& bins = report.timeline;
  const size_t per_row = std::max<size_t>(1, (bins.size() + kRows - 1) / kRows);
  for (size_t first = 0; first < bins.size(); first += per_row) {
    const size_t end = std::min(bins.size(), first + per_row);
    uint64_t bytes = 0, cycles = 0;
    for (size_t i = first; i < end; ++i) {
      bytes += bins[i].ddr_read_bytes + bins[i].ddr_write_bytes;
      cycles += bins[i].cycles;
    }
    rows.add_text("DDR bandwidth", fmt::format("from cycle {}", bins[first].start_cycle),
                  fmt::format("{:.2f}", static_cast<double>(bytes) / static_cast<double>(cycles)),
                  "bytes/cycle");
  }
}

std::vector<size_t> largest(size_t count, uint64_t most, const std::function<uint64_t(size_t)>& value) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return value(a) > value(b); });
  if (order.size() > most) order.resize(most);
  return order;
}

uint64_t difference(uint64_t a, uint64_t b) { return a > b ? a - b : b - a; }

std::string change(uint64_t first, uint64_t second) {
  if (first == 0) return "";
  return fmt::format("{:+.1f} %", 100.0 * (static_cast<double>(second) / static_cast<double>(first) - 1));
}

// What two traces both have, by name.
struct Compared {
  std::string what, of;
  uint64_t first = 0, second = 0;
};

void compare_maps(const char* what, const std::map<std::string, uint64_t>& first,
                  const std::map<std::string, uint64_t>& second, std::vector<Compared>& rows) {
  auto names = first;
  names.insert(second.begin(), second.end());
  const auto value = [](const auto& map, const std::string& name) {
    const auto found = map.find(name);
    return found == map.end() ? uint64_t{0} : found->second;
  };
  for (const auto& [name, cycles] : names)
    rows.push_back({what, name, value(first, name), value(second, name)});
}

std::map<std::string, uint64_t> cycles_by_layer(const TraceReport& report) {
  std::map<std::string, uint64_t> cycles;
  for (const auto& layer : report.layers) cycles[layer.name] += layer.cycles;
  return cycles;
}

std::vector<Compared> compare(const TraceReport& first, const TraceReport& second) {
  std::vector<Compared> rows{
      {"total", "cycles", first.totals.cycles, second.totals.cycles},
      {"total", "ddr_read_bytes", first.totals.ddr_read_bytes, second.totals.ddr_read_bytes},
      {"total", "ddr_write_bytes", first.totals.ddr_write_bytes, second.totals.ddr_write_bytes}};
  for (size_t i = 0; i < first.units.size() && i < second.units.size(); ++i)
    rows.push_back({"busy", first.units[i].unit, first.units[i].busy_cycles, second.units[i].busy_cycles});
  compare_maps("stalled", first.stall_cycles, second.stall_cycles, rows);
  compare_maps("critical path", first.critical_cycles, second.critical_cycles, rows);
  std::vector<Compared> layers;
  compare_maps("layer", cycles_by_layer(first), cycles_by_layer(second), layers);
  std::stable_sort(layers.begin(), layers.end(), [](const Compared& a, const Compared& b) {
    return difference(a.first, a.second) > difference(b.first, b.second);
  });
  rows.insert(rows.end(), layers.begin(), layers.end());
  return rows;
}

}  // namespace

Table TracePrintout::table_for(For reader) const {
  const TraceTotals& totals = report_.totals;
  Rows rows(totals.cycles, reader == For::person ? percent : fraction);
  rows.add("total", "cycles", totals.cycles, "cycles");
  rows.add("total", "DDR read", totals.ddr_read_bytes, "bytes");
  rows.add("total", "DDR written", totals.ddr_write_bytes, "bytes");
  rows.add("total", "L3 read", totals.l3_read_bytes, "bytes");
  rows.add("total", "L3 written", totals.l3_write_bytes, "bytes");
  rows.add("total", "L2 read", totals.l2_read_bytes, "bytes");
  rows.add("total", "L2 written", totals.l2_write_bytes, "bytes");
  for (const auto& unit : report_.units) rows.add_cycles("busy", unit.unit, unit.busy_cycles);
  for (size_t a = 0; a < report_.units.size(); ++a) {
    for (size_t b = a + 1; b < report_.units.size(); ++b) {
      const auto &one = report_.units[a], &other = report_.units[b];
      rows.add_cycles("both busy", one.unit + " and " + other.unit, one.overlap_cycles.at(other.unit));
    }
  }
  rows.add_all("stalled", report_.stall_cycles);
  rows.add_all("critical path", report_.critical_cycles);
  for (size_t i = 0; i < report_.critical_path.size() && i < top_; ++i) {
    const auto& piece = report_.critical_path[i];
    rows.add_cycles("longest on it",
                    fmt::format("{} of {}, instruction {}", piece.step, piece.layer, piece.instruction),
                    piece.cycles);
  }
  const auto cycles = [&](size_t i) { return report_.layers[i].cycles; };
  for (const size_t i : largest(report_.layers.size(), top_, cycles))
    rows.add_cycles("layer", report_.layers[i].name, report_.layers[i].cycles);
  add_bandwidth(report_, rows);
  return rows.take();
}

Table TraceComparisonPrintout::table() const {
  Table table{{{"what", Align::left}, {"of", Align::left}, {"first"}, {"second"}, {"change"}}, {}};
  uint64_t layers = 0;
  for (const auto& row : compare(first_, second_)) {
    if (row.what == "layer" && ++layers > top_) break;
    table.rows.push_back({row.what, row.of, std::to_string(row.first), std::to_string(row.second),
                          change(row.first, row.second)});
  }
  return table;
}

ordered_json TraceComparisonPrintout::json() const {
  ordered_json rows = ordered_json::array();
  for (const auto& row : compare(first_, second_))
    rows.push_back({{"what", row.what}, {"of", row.of}, {"first", row.first}, {"second", row.second}});
  return {{"schema", "mmasim.trace-comparison/1"},
          {"first", first_.file},
          {"second", second_.file},
          {"rows", rows}};
}

}  // namespace mmasim::sim
