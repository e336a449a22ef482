// A trace.csv, row by row. Columns are found by name; others may stand between them. reader.h is the
// entrance.
#pragma once

#include <istream>

#include "traces/file/reader.h"
#include "traces/file/text_source.h"

namespace mmasim::traces {

TraceContents read_csv_trace(const TextSource& source, std::istream& stream, const RecordVisitor& visitor);

}  // namespace mmasim::traces
