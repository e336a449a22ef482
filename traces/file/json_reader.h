// A trace.json, event by event as the parser meets it. reader.h is the entrance.
#pragma once

#include <istream>

#include "traces/file/reader.h"
#include "traces/file/text_source.h"

namespace mmasim::traces {

TraceContents read_json_trace(const TextSource& source, std::istream& stream, const RecordVisitor& visitor);

}  // namespace mmasim::traces
