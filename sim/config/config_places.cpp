#include "sim/config/config_places.h"

#include <algorithm>
#include <filesystem>
#include <set>

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
         fs::is_regular_file(text, error);
}

std::vector<std::string> names_there_are() {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& folder : config_folders()) {
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (entry.path().extension() == ".yaml") names.insert(entry.path().stem().string());
    }
  }
  return {names.begin(), names.end()};
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string joined(const std::vector<fs::path>& paths) {
  std::vector<std::string> words;
  for (const auto& path : paths) words.push_back(path.string());
  return joined(words);
}

}  // namespace

std::string find_config(const std::string& name_or_path) {
  if (is_path(name_or_path)) return name_or_path;
  std::error_code error;
  for (const auto& folder : config_folders()) {
    const auto path = folder / (name_or_path + ".yaml");
    if (fs::is_regular_file(path, error)) return path.string();
  }
  const auto names = names_there_are();
  if (names.empty()) {
    throw runtime::UserError("configuration '" + name_or_path + "': no such file, and none by name in " +
                             joined(config_folders()));
  }
  const auto near = isa::likely_word(name_or_path, names);
  throw runtime::UserError("configuration '" + name_or_path + "': no such file, nor one of " + joined(names) +
                           (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

std::string default_config_path() { return find_config("tda4vm"); }

}  // namespace mmasim::sim
