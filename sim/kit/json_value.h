// Values of keys.h between C++ and JSON, with what is said of values that do not fit. Knows no struct.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mmasim::sim {

using nlohmann::ordered_json;

// As files have it: indented, ending in a newline, whatever bytes names are made of.
std::string json_text(const ordered_json& json);

// One line, likewise.
std::string json_line(const ordered_json& json);

std::string path_of(const std::string& parent, const std::string& name);  // "data.seed"
std::string path_of(const std::string& parent, size_t index);             // "runs[2]"

// These throw runtime::UserError, a line that begins with the path.
[[noreturn]] void refuse_value(const std::string& path, const ordered_json& seen,
                               const std::string& expected);
[[noreturn]] void refuse_absent(const std::string& path);
void check_names(const ordered_json& object, const std::vector<std::string>& known, const std::string& path);
size_t index_of_word(const ordered_json& json, const std::vector<std::string>& words,
                     const std::string& path);

void value_from_json(const ordered_json& json, const std::string& path, bool& value);
void value_from_json(const ordered_json& json, const std::string& path, uint32_t& value);
void value_from_json(const ordered_json& json, const std::string& path, uint64_t& value);
void value_from_json(const ordered_json& json, const std::string& path, int64_t& value);
void value_from_json(const ordered_json& json, const std::string& path, double& value);
void value_from_json(const ordered_json& json, const std::string& path, std::string& value);

template <class Value>
ordered_json value_to_json(const Value& value) {
  return ordered_json(value);
}
template <class Value>
ordered_json value_to_json(const std::optional<Value>& value) {
  return value ? value_to_json(*value) : ordered_json();
}
template <class Value>
ordered_json value_to_json(const std::map<std::string, Value>& values) {
  ordered_json json = ordered_json::object();
  for (const auto& [name, value] : values) json[name] = value_to_json(value);
  return json;
}

template <class Value>
void value_from_json(const ordered_json& json, const std::string& path, std::optional<Value>& value);
template <class Value>
void value_from_json(const ordered_json& json, const std::string& path, std::vector<Value>& values);
template <class Value>
void value_from_json(const ordered_json& json, const std::string& path, std::map<std::string, Value>& values);

template <class Value>
void value_from_json(const ordered_json& json, const std::string& path, std::optional<Value>& value) {
  if (json.is_null()) {
    value = std::nullopt;
  } else {
    value_from_json(json, path, value.emplace());
  }
}

template <class Value>
void value_from_json(const ordered_json& json, const std::string& path, std::vector<Value>& values) {
  if (!json.is_array()) refuse_value(path, json, "a list");
  values.clear();
  for (const auto& each : json) {
    Value value{};
    value_from_json(each, path_of(path, values.size()), value);
    values.push_back(std::move(value));
  }
}

template <class Value>
void value_from_json(const ordered_json& json, const std::string& path,
                     std::map<std::string, Value>& values) {
  if (!json.is_object()) refuse_value(path, json, "an object");
  values.clear();
  for (const auto& [name, each] : json.items()) value_from_json(each, path_of(path, name), values[name]);
}

}  // namespace mmasim::sim
