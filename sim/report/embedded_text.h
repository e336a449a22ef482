// Texts of sim/report/html that the build puts into the program (cmake/embed_texts.cmake).
#pragma once

#include <string>
#include <string_view>

namespace mmasim::sim {

// name: of a file in sim/report/html. Throws std::logic_error if there is none.
std::string_view embedded_text(std::string_view name);

}  // namespace mmasim::sim
