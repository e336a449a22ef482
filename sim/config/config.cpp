// Overrides and values: the second half of reading a configuration. The YAML half is config_entries.cpp.
#include "sim/config/config.h"

#include <algorithm>
#include <cmath>

#include "runtime/user_error.h"
#include "sim/config/config_check.h"
#include "sim/config/config_entries.h"
#include "sim/config/config_places.h"
#include "sim/config/config_schema.h"
#include "sim/config/config_shorthands.h"
#include "sim/config/config_units.h"

namespace mmasim::sim {
namespace {

// One `--set path.to.key=value`, as if the file had said it.
void override_entry(const std::string& text, ConfigEntries& entries) {
  const auto equals = text.find('=');
  const std::string path = text.substr(0, equals);
  const ConfigPlace place{"--set " + path, 0, 0, 1};
  if (equals == std::string::npos) {
    entries.faults.push_back({place, "expected path.to.key=value"});
    return;
  }
  if (!find_config_key(path) && !find_config_shorthand(path)) {
    entries.faults.push_back({place, unknown_key_text(path)});
    return;
  }
  entries.values[path] = {text.substr(equals + 1), place};
}

struct Conversion {
  ConfigValue value;
  std::string fault;  // empty: none
};

Conversion to_number(const ConfigKey& key, const std::string& text) {
  const std::string seen = key.path() + " is " + (text.empty() ? "empty" : text);
  const auto parsed = parse_number(text, key.unit);
  if (parsed.fault && parsed.fault->kind == UnitFault::Kind::wrong_unit) {
    const auto units = allowed_units(key.unit);
    return {{}, seen + "; " + (units.empty() ? "it has no unit" : "its unit is one of " + units)};
  }
  const bool whole = key.kind == ConfigKind::whole;
  if (parsed.fault || (whole && *parsed.value != std::floor(*parsed.value))) {
    return {{}, seen + "; expected a " + (whole ? "whole number, " : "number, ") + allowed_text(key)};
  }
  if (*parsed.value < key.min || *parsed.value > key.max)
    return {{}, seen + "; expected " + allowed_text(key)};
  if (whole) return {static_cast<uint64_t>(*parsed.value), ""};
  return {*parsed.value, ""};
}

Conversion convert(const ConfigKey& key, const std::string& text) {
  const std::string expected =
      key.path() + " is " + (text.empty() ? "empty" : text) + "; expected " + allowed_text(key);
  switch (key.kind) {
    case ConfigKind::whole:
    case ConfigKind::real:
      return to_number(key, text);
    case ConfigKind::flag:
      if (text == "true" || text == "1") return {true, ""};
      if (text == "false" || text == "0") return {false, ""};
      return {{}, expected};
    case ConfigKind::text:
      break;
  }
  constexpr size_t kLongestText = 100;
  bool known = key.words.empty() ? !text.empty() && text.size() <= kLongestText : false;
  for (const auto& word : key.words) known = known || word == text;
  if (!known) return {{}, expected};
  return {text, ""};
}

void set_keys(ConfigEntries& entries, Configuration& config) {
  for (const auto& section : config_schema()) {
    const auto found_section = entries.sections.find(section.path);
    for (const auto& key : section.keys) {
      const auto found = entries.values.find(key.path());
      if (found == entries.values.end()) {
        if (found_section != entries.sections.end() && !entries.has_base) {
          entries.faults.push_back({found_section->second, "key '" + key.path() + "' is missing"});
        }
        continue;
      }
      const auto converted = convert(key, found->second.text);
      if (converted.fault.empty()) {
        key.set(config, converted.value);
      } else {
        entries.faults.push_back({found->second.place, converted.fault});
      }
    }
  }
}

// A price is that of the size in the file that gives it: where an override, or a file with a base, changes
// the size alone, the price follows it by the square root (hardware.md 7).
void follow_sizes(const ConfigEntries& of_file, const ConfigEntries& entries, Configuration& config) {
  for (const auto& memory : kPricedMemories) {
    const auto priced = of_file.priced_sizes.find(memory.size_path);
    const auto in_file = of_file.values.find(memory.size_path);
    const bool is_priced_anew = entries.values.at(memory.price_path).place.order > 0;
    if (is_priced_anew || (priced == of_file.priced_sizes.end() && in_file == of_file.values.end())) continue;
    const auto* size = find_config_key(memory.size_path);
    const auto* price = find_config_key(memory.price_path);
    const auto reference =
        convert(*size, priced != of_file.priced_sizes.end() ? priced->second : in_file->second.text);
    if (!reference.fault.empty() || std::get<uint64_t>(reference.value) == 0) continue;
    const double ratio = static_cast<double>(std::get<uint64_t>(size->get(config))) /
                         static_cast<double>(std::get<uint64_t>(reference.value));
    price->set(config, std::get<double>(price->get(config)) * std::sqrt(ratio));
  }
}

}  // namespace

ConfigFile::ConfigFile(const std::string& file)
    : entries_(std::make_shared<const ConfigEntries>(read_config_entries(file))) {}

ConfigFile::ConfigFile(const std::string& text, const std::string& file)
    : entries_(std::make_shared<const ConfigEntries>(config_entries_of(text, file))) {}

CheckedConfig ConfigFile::check(const std::vector<std::string>& overrides) const {
  auto entries = *entries_;
  ConfigEntries asked;
  for (const auto& text : overrides) override_entry(text, asked);
  expand_shorthands(asked, entries);
  for (auto& [path, entry] : asked.values) entries.values[path] = std::move(entry);
  entries.faults.insert(entries.faults.end(), asked.faults.begin(), asked.faults.end());
  CheckedConfig checked;
  set_keys(entries, checked.config);
  checked.config.origin = entries.origin;
  checked.config.is_origin = overrides.empty() && !entries.has_base;
  if (entries.faults.empty()) follow_sizes(*entries_, entries, checked.config);
  if (entries.faults.empty()) check_consistency(checked.config, entries);
  for (const auto& fault : in_order(entries.faults))
    checked.faults.push_back(fault.place.text() + ": " + fault.text);
  return checked;
}

Configuration ConfigFile::load(const std::vector<std::string>& overrides) const {
  auto checked = check(overrides);
  if (checked.faults.empty()) return checked.config;
  // A misspelt key is also missing under its right name: what is there and wrong says more than what is not.
  const auto there = std::find_if(checked.faults.begin(), checked.faults.end(), [](const std::string& fault) {
    return fault.size() < 10 || fault.compare(fault.size() - 10, 10, "is missing") != 0;
  });
  throw runtime::UserError(there != checked.faults.end() ? *there : checked.faults.front());
}

CheckedConfig check_config(const std::string& file, const std::vector<std::string>& overrides) {
  return ConfigFile(file).check(overrides);
}

Configuration load_config(const std::string& file, const std::vector<std::string>& overrides) {
  return ConfigFile(file).load(overrides);
}

std::string config_value_fault(const std::string& path, const std::string& text) {
  if (const auto* shorthand = find_config_shorthand(path)) return shorthand_fault(*shorthand, text);
  const auto* key = find_config_key(path);
  if (key == nullptr) throw std::logic_error("no configuration key " + path);
  return convert(*key, text).fault;
}

std::string config_path_of(const ConfigChoice& choice) {
  return choice.file.empty() ? default_config_path() : find_config(choice.file);
}

Configuration resolve_config(const ConfigChoice& choice) {
  return load_config(config_path_of(choice), choice.set);
}

}  // namespace mmasim::sim
