// The word that a misspelt one was probably meant to be, for messages such as "did you mean 'images'?".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mmasim::isa {

// The first that begins with what was seen (three letters or more); else by the fewest insertions, deletions
// and replacements of characters, of equally near ones the first; empty if nothing is allowed.
std::string nearest_word(std::string_view seen, const std::vector<std::string>& allowed);

// The same, but empty if none is near: more than a third of the letters would have to change.
std::string likely_word(std::string_view seen, const std::vector<std::string>& allowed);

}  // namespace mmasim::isa
