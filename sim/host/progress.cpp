#include "sim/host/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "isa/kit/one_line.h"

namespace mmasim::sim {

Progress::Progress(Loudness loudness)
    : is_shown_((loudness == Loudness::normal || loudness == Loudness::unnoted) &&
                isatty(STDERR_FILENO) == 1),
      is_silent_(loudness == Loudness::silent || loudness == Loudness::unnoted) {}

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

ProgressCount::ProgressCount(Progress& progress, std::string text, uint64_t total)
    : progress_(progress), text_(std::move(text)), total_(total), next_(Clock::now()) {}

void ProgressCount::one_more() {
  constexpr auto kBetween = std::chrono::milliseconds(100);
  if (!progress_.is_shown()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  ++count_;
  if (count_ < total_ && Clock::now() < next_) return;
  next_ = Clock::now() + kBetween;
  progress_.say(text_ + " " + std::to_string(count_) + " of " + std::to_string(total_));
}

void note(const std::string& text) { std::fprintf(stderr, "mmasim: %s\n", isa::one_line(text).c_str()); }

}  // namespace mmasim::sim
