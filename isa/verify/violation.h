// What the checks of isa/verify/ throw: one broken rule, without the place. verify_program() adds the place.
#pragma once

#include <fmt/format.h>

#include <stdexcept>

namespace mmasim::isa {

struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class... Values>
[[noreturn, gnu::cold, gnu::noinline]] void violate(fmt::format_string<Values...> text, Values&&... values) {
  throw Violation(fmt::format(text, std::forward<Values>(values)...));
}

// Seen and allowed, in one line.
inline void expect_in_range(const char* name, int64_t seen, int64_t first, int64_t last) {
  if (seen < first || seen > last) violate("{} is {}; expected {}..{}", name, seen, first, last);
}

}  // namespace mmasim::isa
