// One line on standard error that says how far a command is. Silent unless standard error is a terminal and
// the user did not ask for quiet.
#pragma once

#include <cstdint>
#include <string>

namespace mmasim::sim {

// silent: of a process that works for another one, which says what is to be said.
enum class Loudness : uint8_t { normal, quiet, silent };

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

// A line on standard error that a user should know of, such as a warning; quiet or not.
void note(const std::string& text);

}  // namespace mmasim::sim
