#include "tests/cases/index.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace mmasim::cases {
namespace {

namespace fs = std::filesystem;

// A line of comma-separated fields, of which some stand in double quotes.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

Allowed allowed_of(const std::string& word) {
  if (word == "right") return Allowed::right;
  if (word == "either" || word == "refuse") return Allowed::right_or_refused;
  throw std::runtime_error("allowed is '" + word + "'; expected right, either or refuse");
}

fs::path existing(const fs::path& path) {
  if (!fs::is_regular_file(path)) throw std::runtime_error(path.string() + " is missing");
  return path;
}

// "CASE.expected.OUTPUT.npy"
Expected expected_of(const fs::path& folder, const std::string& name, const std::string& file) {
  const std::string begin = name + ".expected.", end = ".npy";
  if (file.size() <= begin.size() + end.size() || file.compare(0, begin.size(), begin) != 0)
    throw std::runtime_error(file + " is not named " + begin + "OUTPUT" + end);
  return {file.substr(begin.size(), file.size() - begin.size() - end.size()), existing(folder / file)};
}

Case case_of(const fs::path& folder, std::map<std::string, std::string>& of) {
  Case each;
  each.name = of["case"];
  each.allowed = allowed_of(of["allowed"]);
  each.network = existing(folder / (each.name + ".onnx"));
  for (const auto& file : words_of(of["inputs"])) each.inputs.push_back(existing(folder / file));
  if (!of["calibration"].empty()) each.calibration = existing(folder / of["calibration"]);
  for (const auto& file : words_of(of["expected"]))
    each.expected.push_back(expected_of(folder, each.name, file));
  return each;
}

}  // namespace

std::string flat_name(std::string name) {
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

std::vector<Case> read_index(const fs::path& folder) {
  const fs::path file = folder / "index.csv";
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) throw std::runtime_error(file.string() + ": cannot be read, or is empty");
  const auto columns = fields_of(line);
  std::vector<Case> cases;
  for (size_t number = 2; std::getline(in, line); ++number) {
    try {
      const auto fields = fields_of(line);
      if (fields.size() != columns.size())
        throw std::runtime_error(std::to_string(fields.size()) + " fields; expected " +
                                 std::to_string(columns.size()));
      std::map<std::string, std::string> of;
      for (size_t i = 0; i < columns.size(); ++i) of[columns[i]] = fields[i];
      cases.push_back(case_of(folder, of));
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(file.string() + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  return cases;
}

}  // namespace mmasim::cases
