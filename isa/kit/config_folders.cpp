#include "isa/kit/config_folders.h"

#include <system_error>

namespace mmasim {

std::vector<std::filesystem::path> config_folders() {
  std::vector<std::filesystem::path> folders;
  std::error_code error;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(executable.parent_path().parent_path() / "share" / "mmasim" / "configs");
  folders.insert(folders.end(), {MMASIM_SOURCE_CONFIGS, MMASIM_INSTALL_CONFIGS});
  return folders;
}

}  // namespace mmasim
