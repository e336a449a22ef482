// A configuration as JSON: an object per section, nested as the dots of the section's path say.
#include <algorithm>

#include "sim/config/config.h"
#include "sim/config/config_schema.h"
#include "sim/kit/json_value.h"

namespace mmasim::sim {
namespace {

// Calls visit(name) for every part of a dotted path.
template <class Visit>
void for_each_part(const std::string& path, const Visit& visit) {
  size_t begin = 0;
  while (begin <= path.size()) {
    const auto dot = std::min(path.find('.', begin), path.size());
    visit(path.substr(begin, dot - begin));
    begin = dot + 1;
  }
}

const ordered_json& member(const ordered_json& json, const std::string& name, const std::string& path) {
  if (!json.is_object()) refuse_value(path, json, "an object of keys");
  const auto found = json.find(name);
  if (found == json.end()) refuse_absent(path_of(path, name));
  return *found;
}

template <class Value>
ConfigValue value_of(const ordered_json& json, const std::string& path) {
  Value value{};
  value_from_json(json, path, value);
  return value;
}

void check_range(const ConfigKey& key, const ordered_json& json, const std::string& path) {
  const double number = json.is_number() ? json.get<double>() : key.min;
  if (number < key.min || number > key.max) refuse_value(path, json, allowed_text(key));
}

ConfigValue value_of(const ConfigKey& key, const ordered_json& json, const std::string& path) {
  switch (key.kind) {
    case ConfigKind::whole:
      check_range(key, json, path);
      return value_of<uint64_t>(json, path);
    case ConfigKind::real:
      check_range(key, json, path);
      return value_of<double>(json, path);
    case ConfigKind::flag:
      return value_of<bool>(json, path);
    case ConfigKind::text:
      break;
  }
  return value_of<std::string>(json, path);
}

}  // namespace

ordered_json to_json(const Configuration& config) {
  ordered_json json = ordered_json::object();
  for (const auto& section : config_schema()) {
    auto* object = &json;
    for_each_part(section.path, [&](const std::string& part) { object = &(*object)[part]; });
    for (const auto& key : section.keys) {
      std::visit([&](const auto& value) { (*object)[key.name] = value; }, key.get(config));
    }
  }
  return json;
}

Configuration config_from_json(const ordered_json& json, const std::string& path) {
  Configuration config;
  for (const auto& section : config_schema()) {
    const auto* object = &json;
    auto object_path = path;
    for_each_part(section.path, [&](const std::string& part) {
      object = &member(*object, part, object_path);
      object_path = path_of(object_path, part);
    });
    for (const auto& key : section.keys) {
      key.set(config, value_of(key, member(*object, key.name, object_path), path_of(object_path, key.name)));
    }
  }
  return config;
}

}  // namespace mmasim::sim
