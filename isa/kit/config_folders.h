// Where the files of configs/ lie: beside the executable if it is installed, in the source tree, where mmasim
// was to be installed. Opens none.
#pragma once

#include <filesystem>
#include <vector>

namespace mmasim {

// In the order in which they are looked at; some may not exist.
std::vector<std::filesystem::path> config_folders();

}  // namespace mmasim
