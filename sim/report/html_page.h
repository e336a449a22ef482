// A page that opens without a network: style, scripts and the data they show in one file. What is on it, the
// scripts of sim/report/html decide.
#pragma once

#include <string>
#include <vector>

#include "sim/kit/json_value.h"
#include "sim/report/table.h"

namespace mmasim::sim {

// scripts: of sim/report/html, in order; the last calls what builds the page. plain: for a browser without
// scripts.
std::string html_page(const std::string& title, const std::vector<std::string>& scripts,
                      const ordered_json& data, const std::string& plain);

// A table alone, for what has no page of its own.
std::string html_of_table(const Table& table, const std::string& footer);

}  // namespace mmasim::sim
