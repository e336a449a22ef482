// The text of a configuration file as located values, before anything is converted: what YAML says and where.
// A file that names a `base` says only what differs from it. Finds faults of form (unknown, doubled and
// misplaced keys); config.cpp judges the values.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace mmasim::sim {

struct ConfigPlace {
  std::string file;          // or "--set path"
  int line = 0, column = 0;  // from 1; 0: no such thing
  int order = 0;             // files before overrides

  std::string text() const;
};

struct ConfigFault {
  ConfigPlace place;
  std::string text;
};

struct ConfigEntry {
  std::string text;
  ConfigPlace place;
};

// A memory, and what a byte of it costs.
struct PricedMemory {
  const char* size_path;
  const char* price_path;
};
constexpr PricedMemory kPricedMemories[] = {{"l2.size_bytes", "energy.l2_pj_per_byte"},
                                            {"l3.size_bytes", "energy.l3_pj_per_byte"}};

struct ConfigEntries {
  std::map<std::string, ConfigEntry> values;    // by path
  std::map<std::string, ConfigPlace> sections;  // those present
  std::vector<ConfigFault> faults;
  std::map<std::string, std::string> priced_sizes;  // sizes of the base that gave the price, by path
  std::string origin;                               // the last of its bases, or the file itself
  bool has_base = false;                            // what is left out is the base's to give
};

// Throws runtime::UserError if the file cannot be read; everything else becomes a fault.
ConfigEntries read_config_entries(const std::string& file);
ConfigEntries config_entries_of(const std::string& text, const std::string& file);  // which holds the text

std::string unknown_key_text(const std::string& path);  // with the nearest known one
std::vector<ConfigFault> in_order(std::vector<ConfigFault> faults);

}  // namespace mmasim::sim
