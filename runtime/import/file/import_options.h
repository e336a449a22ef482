// What a user may say of a network's import.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mmasim::runtime {

struct ImportOptions {
  int64_t batch =
      0;  // N of the inputs' first axis where the network says N or 1; 0: what it says (1 if dynamic)
  bool keep_values = true;  // false: weights keep shape and name only, and are not read (timing-only)
  std::map<std::string, std::vector<int64_t>>
      shapes{};                        // by input; its open dimensions and its batch are these
  std::vector<std::string> outputs{};  // the network is cut there; empty: its own outputs
};

}  // namespace mmasim::runtime
