// Reads a hardware configuration: YAML and --set overrides -> models::SocConfig, checked completely.
// What keys there are is config_schema.h; what they mean is in models/.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/soc_config.h"

namespace mmasim::sim {

struct CheckedConfig {
  models::SocConfig config;         // meaningful if there are no faults
  std::vector<std::string> faults;  // "FILE:LINE:COLUMN: text" in file order, then "--set mma.x: text"
};

// overrides: "path.to.key=value". Throws runtime::UserError only if the file cannot be read.
CheckedConfig check_config(const std::string& file, const std::vector<std::string>& overrides = {});

// As check_config; throws runtime::UserError with the first fault.
models::SocConfig load_config(const std::string& file, const std::vector<std::string>& overrides = {});

// configs/tda4vm.yaml of the source tree, or as installed. Throws runtime::UserError naming the places looked
// at.
std::string default_config_path();

nlohmann::ordered_json to_json(const models::SocConfig& config);  // every key, in the order of the schema

}  // namespace mmasim::sim
