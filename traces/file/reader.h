// Reads a trace file back: trace.json or trace.csv, plain or compressed, told apart by content. Untrusted:
// what is no trace, or a damaged one, is a TraceFileError of one line. Holds no more than a record at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "traces/file/facts.h"
#include "traces/file/record.h"

namespace mmasim::traces {

// In the file's order. Of a JSON trace the facts are whole from the first record on; a CSV trace names its
// layers as they begin, and knows neither network nor clock.
using RecordVisitor = std::function<void(const RunFacts& facts, const Record& record)>;

struct TraceContents {
  RunFacts facts;
  bool knows_clock = false;                 // and the network
  std::optional<uint64_t> truncated_cycle;  // where the file's limit ended it
};

TraceContents read_trace(const std::string& path, const RecordVisitor& visitor);

}  // namespace mmasim::traces
