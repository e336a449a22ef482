// Gives the records of a file to folds in the order in which the run gave its events: per core by their
// numbers. A file is in the order of time, so a record may have to wait for some that stand behind it, never
// for many.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "traces/file/record.h"

namespace mmasim::traces {

class Sequencer {
 public:
  using Deliver = std::function<void(const Record& record)>;
  explicit Sequencer(Deliver deliver) : deliver_(std::move(deliver)) {}

  // False for a number that came before, or when too many wait.
  bool take(const Record& record);
  // The file has ended. False if records wait for one that never came; where some may lack, those are given
  // all the same.
  bool finish(bool may_lack);

 private:
  static constexpr size_t kMostWaiting = 1 << 18;
  struct Core {
    uint64_t next = 1;
    std::map<uint64_t, Record> waiting;
  };
  std::vector<Core> cores_;
  const Deliver deliver_;
};

}  // namespace mmasim::traces
