#include "sim/config/config_entries.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <tuple>

#include "isa/kit/nearest_word.h"
#include "runtime/io/file_text.h"
#include "runtime/user_error.h"
#include "sim/config/config_places.h"
#include "sim/config/config_schema.h"
#include "sim/config/config_shorthands.h"

namespace mmasim::sim {
namespace {

const ConfigSection* find_section(const std::string& path) {
  for (const auto& section : config_schema()) {
    if (section.path == path) return &section;
  }
  return nullptr;
}

bool is_parent_of_section(const std::string& path) {
  const auto& schema = config_schema();
  return std::any_of(schema.begin(), schema.end(),
                     [&](const auto& section) { return section.path.rfind(path + ".", 0) == 0; });
}

// Walks the mappings of one file.
class EntryReader {
 public:
  EntryReader(const std::string& file, ConfigEntries& entries) : file_(file), entries_(entries) {}

  void read_document(const YAML::Node& root) {
    if (!root.IsMap()) {
      fault(root.Mark(), "expected sections (soc, mma, dsp, ...), each a mapping of keys");
      return;
    }
    read_mapping(root, "");
    if (entries_.has_base) return;
    for (const auto& section : config_schema()) {
      const auto dot = section.path.rfind('.');
      const auto parent = dot == std::string::npos ? "" : section.path.substr(0, dot);
      if (entries_.sections.count(section.path) || faulty_.count(section.path)) continue;
      if (!parent.empty() && !entries_.sections.count(parent)) continue;  // said of the parent already
      const auto at = parent.empty() ? place(root.Mark()) : entries_.sections[parent];
      entries_.faults.push_back({at, "section '" + section.path + "' is missing"});
    }
  }

  void fault(const YAML::Mark& mark, const std::string& text) {
    entries_.faults.push_back({place(mark), text});
  }

  const std::string& base() const { return base_; }  // empty: none is named
  const ConfigPlace& base_place() const { return base_place_; }

 private:
  ConfigPlace place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 1, 1, 0};
    return {file_, mark.line + 1, mark.column + 1, 0};
  }

  void read_mapping(const YAML::Node& mapping, const std::string& section) {
    std::map<std::string, int> first_line;
    for (const auto& pair : mapping) {
      const auto mark = pair.first.Mark();
      if (!pair.first.IsScalar()) {
        fault(mark, "expected a key");
        continue;
      }
      const std::string path = section.empty() ? pair.first.Scalar() : section + "." + pair.first.Scalar();
      const auto [first, is_new] = first_line.emplace(path, mark.line + 1);
      if (!is_new) {
        fault(mark, "key '" + path + "' is given twice; first on line " + std::to_string(first->second));
        continue;
      }
      read_pair(path, mark, pair.second);
    }
  }

  void read_pair(const std::string& path, const YAML::Mark& mark, const YAML::Node& value) {
    if (path == "base") {
      base_place_ = place(mark);
      entries_.has_base = true;
      if (value.IsScalar() && !value.Scalar().empty()) {
        base_ = value.Scalar();
      } else {
        fault(mark, "base is no name; expected the name or the file of a configuration");
      }
    } else if (find_section(path) || is_parent_of_section(path)) {
      read_section(path, mark, value);
    } else if (!find_config_key(path) && !find_config_shorthand(path)) {
      fault(mark, unknown_key_text(path));
    } else if (value.IsScalar() || value.IsNull()) {
      entries_.values[path] = {value.IsNull() ? "" : value.Scalar(),
                               place(value.IsNull() ? mark : value.Mark())};
    } else {
      entries_.values[path] = {value.IsMap() ? "a mapping" : "a list", place(value.Mark())};
    }
  }

  void read_section(const std::string& path, const YAML::Mark& mark, const YAML::Node& value) {
    if (value.IsMap()) {
      entries_.sections[path] = place(mark);
      read_mapping(value, path);
    } else {
      faulty_.insert(path);
      fault(mark, "section '" + path + "' is not a mapping of keys");
    }
  }

  const std::string& file_;
  ConfigEntries& entries_;
  std::set<std::string> faulty_;
  std::string base_;
  ConfigPlace base_place_;
};

// A base is named as --config names it; a relative path is seen from the folder of the file that names it.
std::string base_file(const std::string& base, const std::string& file) {
  const std::filesystem::path beside = std::filesystem::path(file).parent_path() / base;
  std::error_code error;
  return std::filesystem::is_regular_file(beside, error) ? beside.string() : find_config(base);
}

// Fills in what `own` leaves to its base.
void complete_from(ConfigEntries base, ConfigEntries& own) {
  for (const auto& memory : kPricedMemories) {
    if (own.values.count(memory.price_path) != 0) continue;
    const auto priced = base.priced_sizes.find(memory.size_path);
    const auto size = base.values.find(memory.size_path);
    if (priced != base.priced_sizes.end()) {
      own.priced_sizes.insert(*priced);
    } else if (own.values.count(memory.size_path) != 0 && size != base.values.end()) {
      own.priced_sizes[memory.size_path] = size->second.text;
    }
  }
  own.origin = base.origin;
  own.values.insert(base.values.begin(), base.values.end());
  own.sections.insert(base.sections.begin(), base.sections.end());
  for (auto& fault : base.faults) own.faults.push_back(std::move(fault));
}

ConfigEntries entries_of(const std::string& text, const std::string& file, std::vector<std::string> readers);

void read_base(const EntryReader& reader, std::vector<std::string> readers, ConfigEntries& entries) {
  constexpr size_t kMostBases = 8;
  if (reader.base().empty()) return expand_shorthands(entries, {});
  try {
    const auto base = base_file(reader.base(), readers.back());
    if (std::find(readers.begin(), readers.end(), base) != readers.end() || readers.size() > kMostBases)
      throw runtime::UserError("base '" + reader.base() +
                               "' leads back to itself, or over more than 8 files");
    auto below = entries_of(runtime::read_file_text(base, "configuration"), base, std::move(readers));
    expand_shorthands(entries, below);
    complete_from(std::move(below), entries);
  } catch (const runtime::UserError& error) {
    entries.faults.push_back({reader.base_place(), error.what()});
  }
}

// readers: the files whose bases led here.
ConfigEntries entries_of(const std::string& text, const std::string& file, std::vector<std::string> readers) {
  readers.push_back(file);
  ConfigEntries entries;
  entries.origin = file;
  EntryReader reader(file, entries);
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.size() != 1) {
      reader.fault(YAML::Mark(), documents.empty() ? "is empty" : "holds more than one document");
    } else {
      reader.read_document(documents.front());
    }
  } catch (const YAML::Exception& error) {
    reader.fault(error.mark, "not YAML: " + error.msg);
  }
  read_base(reader, std::move(readers), entries);
  return entries;
}

}  // namespace

std::string ConfigPlace::text() const {
  if (line == 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

ConfigEntries config_entries_of(const std::string& text, const std::string& file) {
  return entries_of(text, file, {});
}

ConfigEntries read_config_entries(const std::string& file) {
  return config_entries_of(runtime::read_file_text(file, "configuration"), file);
}

std::string unknown_key_text(const std::string& path) {
  const bool is_section = path.find('.') == std::string::npos;
  std::vector<std::string> known;
  for (const auto& section : config_schema()) {
    if (is_section) known.push_back(section.path);
    for (const auto& key : section.keys) {
      if (!is_section) known.push_back(key.path());
    }
  }
  for (const auto& shorthand : config_shorthands()) {
    if (!is_section) known.push_back(shorthand.path);
  }
  return std::string("unknown ") + (is_section ? "section" : "key") + " '" + path + "'; did you mean '" +
         isa::nearest_word(path, known) + "'?";
}

std::vector<ConfigFault> in_order(std::vector<ConfigFault> faults) {
  std::stable_sort(faults.begin(), faults.end(), [](const ConfigFault& a, const ConfigFault& b) {
    return std::tie(a.place.order, a.place.line, a.place.column) <
           std::tie(b.place.order, b.place.line, b.place.column);
  });
  return faults;
}

}  // namespace mmasim::sim
