#include "sim/config/config_places.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <vector>

#include "isa/kit/config_folders.h"
#include "isa/kit/nearest_word.h"
#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

namespace fs = std::filesystem;

bool is_path(const std::string& text) {
  const auto extension = fs::path(text).extension();
  std::error_code error;
  return text.find('/') != std::string::npos || extension == ".yaml" || extension == ".yml" ||
         (fs::exists(text, error) && !fs::is_directory(text, error));  // a file, or a pipe
}

}  // namespace

std::vector<std::string> config_names() {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& folder : config_folders()) {
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (entry.path().extension() == ".yaml") names.insert(entry.path().stem().string());
    }
  }
  return {names.begin(), names.end()};
}

std::string find_config(const std::string& name_or_path) {
  if (is_path(name_or_path)) return name_or_path;
  std::error_code error;
  for (const auto& folder : config_folders()) {
    const auto path = folder / (name_or_path + ".yaml");
    if (fs::is_regular_file(path, error)) return path.string();
  }
  const auto names = config_names();
  if (names.empty()) {
    std::vector<std::string> folders;
    for (const auto& folder : config_folders()) folders.push_back(folder.string());
    throw runtime::UserError(fmt::format("configuration '{}': no such file, and none by name in {}",
                                         name_or_path, fmt::join(folders, ", ")));
  }
  const auto near = isa::likely_word(name_or_path, names);
  throw runtime::UserError(fmt::format("configuration '{}': no such file, nor one of {}{}", name_or_path,
                                       fmt::join(names, ", "),
                                       near.empty() ? "" : "; did you mean '" + near + "'?"));
}

std::string default_config_path() { return find_config("tda4vm"); }

}  // namespace mmasim::sim
