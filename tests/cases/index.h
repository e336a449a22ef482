// The index of a folder of cases: small networks, their inputs, and what each must give. index.csv names
// them, a line per case: case,allowed,today,inputs,calibration,expected,source,note. Reads the index only;
// says nothing of right and wrong.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mmasim::cases {

enum class Allowed { right, right_or_refused };

struct Expected {
  std::string output;  // flat_name() of it
  std::filesystem::path file;
};

struct Case {
  std::string name;
  Allowed allowed = Allowed::right;
  std::filesystem::path network;
  std::vector<std::filesystem::path> inputs;  // of the graph's inputs, in their order
  std::filesystem::path calibration;          // empty: the inputs serve
  std::vector<Expected> expected;             // none: nothing but the refusal or --verify is checked
};

std::string flat_name(std::string name);  // '/' as '_'

// Throws std::runtime_error that names the file and the line.
std::vector<Case> read_index(const std::filesystem::path& folder);

}  // namespace mmasim::cases
