// trace.csv: a row per record, first the columns that people read, then what folds need (record.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "traces/file/text_file.h"
#include "traces/file/writer.h"

namespace mmasim::traces {

// limit_bytes: most bytes of the file's text; 0: any number.
std::unique_ptr<Writer> make_csv_writer(std::unique_ptr<TextFile> file, const RunFacts& facts,
                                        uint64_t limit_bytes);

// The columns by name, in order.
std::vector<std::string> csv_columns();

// What stands in `kind` of the last row of a file that its limit cut short.
constexpr const char* kTruncatedKind = "truncated";

}  // namespace mmasim::traces
