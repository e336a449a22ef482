// Where a sweep's results go: results.jsonl, which is the truth, and results.csv, which is made anew from it
// when a sweep goes on. What an earlier sweep left is there until the first point is done. Both whole at any
// moment but for a line being written.
#pragma once

#include <map>
#include <string>

#include "sim/experiment/result_log.h"
#include "sim/host/output_folder.h"
#include "sim/sweep/local_engine.h"
#include "sim/sweep/rows.h"

namespace mmasim::sim {

class SweepFolder {
 public:
  // Throws runtime::UserError, among others if another sweep writes there.
  SweepFolder(const std::string& path, const SweepRows& rows, LogStart start);
  ~SweepFolder();
  SweepFolder(const SweepFolder&) = delete;
  SweepFolder& operator=(const SweepFolder&) = delete;

  const ResultLog& log() const { return log_; }
  std::string path_of(const std::string& name) const { return folder_.path_of(name).string(); }
  void write(const std::string& name, const std::string& text);

  // On the disk when this returns. Throws runtime::UserError if the disk is full: what was there is whole.
  void append(const PointResult& result);

  // Rows of these requests, as far as they have a result, in their order.
  std::vector<ordered_json> rows_of(const std::vector<Request>& requests) const;

 private:
  void begin_csv();

  OutputFolder folder_;
  const SweepRows rows_;
  std::string csv_text_;                         // of what was there when it was opened
  std::map<std::string, ordered_json> by_hash_;  // rows
  ResultLog log_;
  int csv_ = -1;
};

}  // namespace mmasim::sim
