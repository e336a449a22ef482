// The known word that a mistyped one most resembles, for messages such as "did you mean 'images'?".
#pragma once

#include <string>
#include <vector>

namespace mmasim::runtime {

// By the fewest insertions, deletions and replacements of characters; the first of equals; empty if none is
// known.
std::string nearest_word(const std::string& word, const std::vector<std::string>& known);

}  // namespace mmasim::runtime
