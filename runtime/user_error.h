// The user's mistake: one clear line with file, place, what was seen and what is allowed. Caught once, in
// main (exit 2).
#pragma once

#include <stdexcept>

namespace mmasim::runtime {

struct UserError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace mmasim::runtime
