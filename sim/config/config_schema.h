// What a hardware configuration may say: sections and their keys, each with unit, range and one sentence.
// Made from the key tables of models/ and the fields of isa::Machine; read by config.cpp, by `describe
// config` and by the report. Does not read YAML.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "sim/config/configuration.h"

namespace mmasim::sim {

using ConfigValue = std::variant<uint64_t, double, bool, std::string>;
enum class ConfigKind : uint8_t { whole, real, flag, text };  // the alternatives of ConfigValue, in order

struct ConfigKey {
  std::string section;  // dotted path, "mma.output"
  std::string name;
  std::string unit;  // "" for counts and ratios
  ConfigKind kind = ConfigKind::whole;
  double min = 0, max = 0;         // inclusive, of whole and real
  std::vector<std::string> words;  // the texts allowed; empty: any
  std::string sentence;
  std::function<void(Configuration&, const ConfigValue&)> set;
  std::function<ConfigValue(const Configuration&)> get;

  std::string path() const { return section + "." + name; }
};

struct ConfigSection {
  std::string path;
  std::string sentence;
  std::vector<ConfigKey> keys;
};

const std::vector<ConfigSection>& config_schema();
const ConfigKey* find_config_key(const std::string& path);  // null: no such key

std::string to_text(const ConfigValue& value);
std::string allowed_text(const ConfigKey& key);  // "1..64 bytes", "true or false", "one of open, closed"

}  // namespace mmasim::sim
