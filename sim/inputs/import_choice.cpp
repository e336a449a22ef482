#include "sim/inputs/import_choice.h"

#include <charconv>
#include <optional>

#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

std::optional<int64_t> whole_number(const char* begin, const char* end) {
  int64_t value = 0;
  const auto read = std::from_chars(begin, end, value);
  if (read.ec != std::errc() || read.ptr != end || value < 1) return std::nullopt;
  return value;
}

std::optional<std::vector<int64_t>> dimensions(const std::string& text) {
  std::vector<int64_t> read;
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    const auto value = whole_number(text.data() + at, text.data() + comma);
    if (!value) return std::nullopt;
    read.push_back(*value);
    at = comma + 1;
  }
  return read;
}

}  // namespace

runtime::ImportOptions import_options(const ImportChoice& choice) {
  runtime::ImportOptions options;
  options.keep_values = false;
  options.outputs = choice.outputs;
  for (const auto& text : choice.shapes) {
    const auto equals = text.rfind('=');  // a name may hold others
    const auto shape =
        equals == std::string::npos || equals == 0 ? std::nullopt : dimensions(text.substr(equals + 1));
    if (!shape) throw runtime::UserError("--shape " + text + ": expected NAME=1,3,224,224, sizes from 1");
    const auto name = text.substr(0, equals);
    if (!options.shapes.emplace(name, *shape).second)
      throw runtime::UserError("--shape: input '" + name + "' is given twice");
  }
  return options;
}

}  // namespace mmasim::sim
