#include "runtime/io/file_text.h"

#include <fstream>

#include "runtime/user_error.h"

namespace mmasim::runtime {

std::string read_file_text(const std::string& file, const std::string& what) {
  constexpr size_t kLargestFileBytes = 1 << 20;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw UserError(file + ": cannot be opened");
  std::string text;
  for (char piece[16384]; text.size() <= kLargestFileBytes && in;
       text.append(piece, static_cast<size_t>(in.gcount())))
    in.read(piece, sizeof piece);
  if (in.bad() || (text.empty() && !in.eof())) throw UserError(file + ": cannot be read");
  if (text.size() > kLargestFileBytes) throw UserError(file + ": is larger than 1 MiB; no " + what + " is");
  return text;
}

}  // namespace mmasim::runtime
