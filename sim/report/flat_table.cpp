#include "sim/report/flat_table.h"

#include <stdexcept>

namespace mmasim::sim {
namespace {

// A row in its columns.
void flatten(const ordered_json& row, const std::string& prefix, std::vector<std::string>& names,
             std::vector<std::string>& cells) {
  for (const auto& [name, value] : row.items()) {
    if (value.is_object()) {
      flatten(value, prefix + name + ".", names, cells);
    } else {
      names.push_back(prefix + name);
      cells.push_back(cell_text(value));
    }
  }
}

}  // namespace

std::string cell_text(const ordered_json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [key, each] : value.items())
    text += (text.empty() ? "" : ";") + (value.is_object() ? key + "=" : "") + cell_text(each);
  return text;
}

Table flat_table(const std::vector<ordered_json>& rows) {
  Table table;
  std::vector<std::string> first;
  for (const auto& row : rows) {
    std::vector<std::string> names, cells;
    flatten(row, "", names, cells);
    if (first.empty()) first = names;
    if (names != first) throw std::logic_error("rows of one table with different keys");
    table.rows.push_back(std::move(cells));
  }
  for (const auto& name : first) table.columns.push_back({name, Column::Align::left});
  return table;
}

Table flat_table(const ordered_json& rows) {
  return flat_table(std::vector<ordered_json>(rows.begin(), rows.end()));
}

}  // namespace mmasim::sim
