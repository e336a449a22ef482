// Where configuration files lie: by path, or by the name of one that comes with mmasim. Reads none.
#pragma once

#include <string>
#include <vector>

namespace mmasim::sim {

// `name_or_path` itself if it has a folder, ends in .yaml or .yml or is a file here; else NAME.yaml of the
// first of config_folders() (isa/kit) that has it. Throws runtime::UserError with the names there are.
std::string find_config(const std::string& name_or_path);

std::vector<std::string> config_names();  // that come with mmasim, sorted

// find_config("tda4vm")
std::string default_config_path();

}  // namespace mmasim::sim
