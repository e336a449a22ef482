// Rows and columns of text, printed as an aligned table, as Markdown or as CSV.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mmasim::sim {

struct Column {
  std::string heading;
  enum class Align : uint8_t { left, right } align = Align::right;
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;

  std::string aligned() const;
  std::string markdown() const;
  std::string csv() const;  // RFC 4180: quoted where needed, lines end in \n; control characters are escaped
};

}  // namespace mmasim::sim
