// Reads a hardware configuration: YAML and --set overrides -> Configuration, checked completely.
// What keys there are is config_schema.h; what they mean is in models/.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/config/configuration.h"

namespace mmasim::sim {

// A configuration as it is asked for.
struct ConfigChoice {
  std::string file;              // or the name of one that comes with mmasim; empty: the default one
  std::vector<std::string> set;  // overrides, "path.to.key=value"
};

struct ConfigEntries;

struct CheckedConfig {
  Configuration config;             // meaningful if there are no faults
  std::vector<std::string> faults;  // "FILE:LINE:COLUMN: text" in file order, then "--set mma.x: text"
};

// overrides: "path.to.key=value". Throws runtime::UserError only if the file cannot be read.
CheckedConfig check_config(const std::string& file, const std::vector<std::string>& overrides = {});

// A file read once, for many sets of overrides.
class ConfigFile {
 public:
  explicit ConfigFile(const std::string& file);  // throws runtime::UserError if it cannot be read
  ConfigFile(const std::string& text, const std::string& file);  // which holds the text
  CheckedConfig check(const std::vector<std::string>& overrides) const;
  Configuration load(const std::vector<std::string>& overrides) const;  // as load_config

 private:
  std::shared_ptr<const ConfigEntries> entries_;
};

// What is wrong with the text as a value of the key or shorthand, which there is; empty: nothing that shows
// without the rest of a configuration.
std::string config_value_fault(const std::string& path, const std::string& text);

// As check_config; throws runtime::UserError with the first fault.
Configuration load_config(const std::string& file, const std::vector<std::string>& overrides = {});

Configuration resolve_config(const ConfigChoice& choice);
std::string config_path_of(const ConfigChoice& choice);  // the default configuration's, if it names none

// Every key, in the order of the schema; and back, where every key must be there. Throws runtime::UserError
// beginning with the path of the key at fault, path being that of the whole.
nlohmann::ordered_json to_json(const Configuration& config);
Configuration config_from_json(const nlohmann::ordered_json& json, const std::string& path);

}  // namespace mmasim::sim
