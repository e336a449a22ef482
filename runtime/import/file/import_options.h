// What a user may say of a network's import.
#pragma once

#include <cstdint>

namespace mmasim::runtime {

struct ImportOptions {
  int64_t batch =
      0;  // N of the inputs' first axis where the network says N or 1; 0: what it says (1 if dynamic)
  bool keep_values = true;  // false: weights keep shape and name only, and are not read (timing-only)
};

}  // namespace mmasim::runtime
