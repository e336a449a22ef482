# Writes a C++ file that holds texts: cmake -DOUTPUT=x.cpp -DFOLDER=dir -DNAMES=a.css,b.js -P embed_texts.cmake. What it
# defines is declared in sim/report/embedded_text.h.
string(REPLACE "," ";" names "${NAMES}")
set(code "// Made of ${NAMES} by cmake/embed_texts.cmake.\n#include \"sim/report/embedded_text.h\"\n\n#include <stdexcept>\n\n")
string(APPEND code "namespace mmasim::sim {\n\nstd::string_view embedded_text(std::string_view name) {\n")
foreach(name ${names})
  file(READ "${FOLDER}/${name}" text)
  string(APPEND code "  if (name == \"${name}\")\n    return R\"mmasim_text(${text})mmasim_text\";\n")
endforeach()
string(APPEND code "  throw std::logic_error(\"no embedded text '\" + std::string(name) + \"'\");\n}\n\n}  // namespace mmasim::sim\n")
file(WRITE "${OUTPUT}" "${code}")
