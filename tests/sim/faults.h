// One execution of the program while something goes wrong: its disk fills up, a signal comes, what it prints
// to is gone. Judges nothing.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mmasim::sim::test {

enum class Printed : uint8_t { kept, closed, closed_pipe, full_device };

struct Fault {
  std::optional<uint64_t> most_file_bytes;  // no file may grow beyond
  int signal = 0;                           // sent after a time
  std::chrono::microseconds after{};
  Printed printed = Printed::kept;
};

struct Ended {
  int exit_code = -1;  // 128 + n if signal n ended it
  std::string error;   // what it said on standard error
  std::chrono::microseconds took{};
};

using Arguments = std::vector<std::string>;

Ended execute(const Arguments& arguments, const Fault& fault = {});

// Started and ended apart, for two at once.
struct Started {
  pid_t process = -1;
  int error = -1;  // its standard error, to be read
  std::chrono::steady_clock::time_point at;
};
Started start(const Arguments& arguments, const Fault& fault = {});
Ended end_of(const Started& started);

// Files below a folder by their names, without what differs between equal runs: the host's times.
using Files = std::map<std::string, std::string>;
Files files_below(const std::string& folder);
void put_files(const std::string& folder, const Files& files);

// Runs act in a process whose folder is a disk of its own of so many bytes. False: that is not allowed here,
// and act was not run. Act says with its result whether all was well; if not, the test fails.
bool on_small_disk(const std::string& folder, uint64_t bytes, const std::function<bool()>& act);

void make_read_only(const std::string& folder);  // the disk that act is given

}  // namespace mmasim::sim::test
