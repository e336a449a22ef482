// The results of many requests in one file, results.jsonl: a line per result, {"hash", "request", "outcome",
// "error"}, appended as soon as it is there. Equal requests have equal lines: what differs between equal runs
// (`host`) is left out. A process killed while it writes leaves a torn last line at most, which the next
// reader drops; what is missing then is the requests whose hash no line has.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/experiment/perform.h"
#include "sim/experiment/request.h"

namespace mmasim::sim {

struct LoggedResult {
  std::string hash;
  Request request;
  std::optional<Outcome> outcome;    // none: the request failed,
  std::optional<std::string> error;  // with this message
};
const Keys<LoggedResult>& logged_result_keys();

LoggedResult logged(const Request& request, const Outcome& outcome);
LoggedResult logged(const Request& request, const std::string& error);
std::string line_of(const LoggedResult& result);  // without the newline

using LogVisitor = std::function<void(const LoggedResult& result)>;

// Shows every result of a log, in the order of the lines; a torn last line is passed over. Throws
// runtime::UserError if the file cannot be read or a line but the last is damaged.
void read_results(const std::string& path, const LogVisitor& visitor);

// fresh: what was there counts for nothing, and goes as the first new result comes.
enum class LogStart : uint8_t { resumed, fresh };

class ResultLog {
 public:
  // Shows what is there. Throws runtime::UserError as read_results(), and if another process has the file
  // open as a log: one that has just been killed is waited for.
  explicit ResultLog(const std::string& path, const LogVisitor& visitor = {},
                     LogStart start = LogStart::resumed);
  ~ResultLog();
  ResultLog(const ResultLog&) = delete;
  ResultLog& operator=(const ResultLog&) = delete;

  bool holds_earlier() const { return holds_earlier_; }  // of a fresh log: still what was there before
  size_t size() const { return hashes_.size(); }
  bool has(const std::string& hash) const { return hashes_.count(hash) != 0; }
  // In their order, each once.
  std::vector<Request> missing(const std::vector<Request>& requests) const;

  // On the disk when this returns; nothing of it if the disk is full, which is a runtime::UserError. A
  // request that is there already is a std::logic_error.
  void append(const LoggedResult& result) { append(result.hash, line_of(result)); }
  void append(const std::string& hash, const std::string& line);

 private:
  void lock();
  void read(const LogVisitor& visitor);

  const std::string path_;
  int descriptor_;
  bool holds_earlier_ = false;
  std::set<std::string> hashes_;
};

}  // namespace mmasim::sim
