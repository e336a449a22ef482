#include "isa/kit/config_folders.h"

#include <system_error>

namespace mmasim {

std::vector<std::filesystem::path> config_folders() {
  std::vector<std::filesystem::path> folders{MMASIM_SOURCE_CONFIGS, MMASIM_INSTALL_CONFIGS};
  std::error_code error;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(executable.parent_path().parent_path() / "share" / "mmasim" / "configs");
  return folders;
}

}  // namespace mmasim
