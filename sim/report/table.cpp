#include "sim/report/table.h"

#include <algorithm>

#include "isa/kit/one_line.h"

namespace mmasim::sim {
namespace {

size_t shown_width(const std::string& text) {  // of UTF-8: continuation bytes show nothing
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, size_t width, Column::Align align) {
  const std::string space(width - std::min(width, shown_width(text)), ' ');
  return align == Column::Align::left ? text + space : space + text;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string markdown_cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

// A network's names may hold line ends and other control characters: escaped, whatever the format.
template <class Cell>
std::string joined(const std::vector<std::string>& row, const std::string& separator, Cell&& cell) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) line += (i == 0 ? "" : separator) + cell(isa::one_line(row[i]), i);
  return line;
}

std::string without_trailing_space(const std::string& line) {
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

std::vector<std::string> headings(const Table& table) {
  std::vector<std::string> row;
  for (const auto& column : table.columns) row.push_back(column.heading);
  return row;
}

}  // namespace

std::string Table::aligned() const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns.size(); ++i) {
    size_t width = shown_width(columns[i].heading);
    for (const auto& row : rows) width = std::max(width, shown_width(isa::one_line(row[i])));
    widths.push_back(width);
  }
  const auto line = [&](const std::vector<std::string>& row) {
    return without_trailing_space(joined(row, "  ",
                                         [&](const std::string& text, size_t i) {
                                           return padded(text, widths[i], columns[i].align);
                                         })) +
           "\n";
  };
  std::string text = line(headings(*this));
  for (const auto& row : rows) text += line(row);
  return text;
}

std::string Table::markdown() const {
  const auto line = [](const std::vector<std::string>& row) {
    return "| " + joined(row, " | ", [](const std::string& text, size_t) { return markdown_cell(text); }) +
           " |\n";
  };
  std::string text = line(headings(*this)) + "|";
  for (const auto& column : columns) text += column.align == Column::Align::left ? "---|" : "---:|";
  text += "\n";
  for (const auto& row : rows) text += line(row);
  return text;
}

std::string Table::csv() const {
  const auto line = [](const std::vector<std::string>& row) {
    return joined(row, ",", [](const std::string& text, size_t) { return csv_cell(text); }) + "\n";
  };
  std::string text = line(headings(*this));
  for (const auto& row : rows) text += line(row);
  return text;
}

}  // namespace mmasim::sim
