// One line on standard error that says how far a command is. Silent unless standard error is a terminal and
// the user did not ask for quiet.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace mmasim::sim {

// silent: of a process that works for another one, which says what is to be said. unnoted: of such a process
// that is alone at it, and may say how far it is.
enum class Loudness : uint8_t { normal, quiet, silent, unnoted };

class Progress {
 public:
  explicit Progress(Loudness loudness);
  ~Progress();  // wipes the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void say(const std::string& text);
  void note(const std::string& text);  // as note() below, unless silent
  bool is_shown() const { return is_shown_; }

 private:
  const bool is_shown_, is_silent_;
};

// Counts what is done of so many: "TEXT 12 of 500". Any thread may count; the line changes a few times a
// second.
class ProgressCount {
 public:
  ProgressCount(Progress& progress, std::string text, uint64_t total);
  void one_more();

 private:
  using Clock = std::chrono::steady_clock;

  Progress& progress_;
  const std::string text_;
  const uint64_t total_;
  std::mutex mutex_;
  uint64_t count_ = 0;
  Clock::time_point next_;
};

// A line on standard error that a user should know of, such as a warning; quiet or not.
void note(const std::string& text);

}  // namespace mmasim::sim
