#include "sim/host/progress.h"

#include <unistd.h>

#include <cstdio>

#include "isa/kit/one_line.h"

namespace mmasim::sim {

Progress::Progress(Loudness loudness)
    : is_shown_(loudness == Loudness::normal && isatty(STDERR_FILENO) == 1),
      is_silent_(loudness == Loudness::silent) {}

Progress::~Progress() { say(""); }

void Progress::say(const std::string& text) {
  if (!is_shown_) return;
  constexpr size_t kColumns = 79;
  std::fprintf(stderr, "\r%-*s\r%s", static_cast<int>(kColumns), "",
               isa::one_line(text).substr(0, kColumns).c_str());
  std::fflush(stderr);
}

void Progress::note(const std::string& text) {
  if (!is_silent_) sim::note(text);
}

void note(const std::string& text) { std::fprintf(stderr, "mmasim: %s\n", isa::one_line(text).c_str()); }

}  // namespace mmasim::sim
