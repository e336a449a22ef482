// The results of many requests in one file, results.jsonl: a line per result, {"hash", "request", "outcome"},
// appended as soon as it is there. A process killed while it writes leaves a torn last line at most, which
// the next reader drops; what is missing then is the requests whose hash no line has.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/experiment/perform.h"
#include "sim/experiment/request.h"

namespace mmasim::sim {

struct LoggedResult {
  std::string hash;
  Request request;
  Outcome outcome;
};
const Keys<LoggedResult>& logged_result_keys();

class ResultLog {
 public:
  // Reads what is there. Throws runtime::UserError if the file cannot be opened, another process has it open
  // as a log, or a line but the last is damaged.
  explicit ResultLog(const std::string& path);
  ~ResultLog();
  ResultLog(const ResultLog&) = delete;
  ResultLog& operator=(const ResultLog&) = delete;

  const std::vector<LoggedResult>& results() const { return results_; }  // in the order of the lines
  const LoggedResult* find(const Request& request) const;                // null: not there
  // In their order, each once.
  std::vector<Request> missing(const std::vector<Request>& requests) const;

  // On the disk when this returns. A request that is there already is a std::logic_error.
  void append(const Request& request, const Outcome& outcome);

 private:
  void read();

  const std::string path_;
  int descriptor_;
  std::vector<LoggedResult> results_;
  std::map<std::string, size_t> by_hash_;
};

}  // namespace mmasim::sim
