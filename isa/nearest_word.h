// The word that a misspelt one was probably meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mmasim::isa {

// Of equally near ones the first; empty if none is near: more than a third of the letters would have to
// change.
std::string nearest_word(std::string_view seen, const std::vector<std::string>& allowed);

}  // namespace mmasim::isa
