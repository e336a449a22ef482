// Rows of keys as a table for programs: a column per key, numbers as JSON has them.
#pragma once

#include <string>
#include <vector>

#include "sim/kit/json_value.h"
#include "sim/report/table.h"

namespace mmasim::sim {

// A value in one cell: nothing for null, elements of a list separated by ';', of an object "key=value".
std::string cell_text(const ordered_json& value);

// rows: objects with the same keys; the members of an object within have columns OBJECT.MEMBER. Throws
// std::logic_error for rows of different keys.
Table flat_table(const std::vector<ordered_json>& rows);
Table flat_table(const ordered_json& rows);  // a list

}  // namespace mmasim::sim
