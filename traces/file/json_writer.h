// trace.json: Chrome trace events, for ui.perfetto.dev, chrome://tracing and speedscope. A process per core
// and one for the memories that cores share, a thread per track (tracks.h), a slice per record, flow arrows
// from a transfer to the compute that waited for it, counters. docs/traces.md says what a slice's arguments
// are.
#pragma once

#include <memory>
#include <string>

#include "traces/file/text_file.h"
#include "traces/file/writer.h"

namespace mmasim::traces {

// limit_bytes: most bytes of the file's text; 0: any number.
std::unique_ptr<Writer> make_json_writer(std::unique_ptr<TextFile> file, const RunFacts& facts,
                                         uint64_t limit_bytes);

// The text of a JSON string, quotes included; what is no UTF-8 is replaced.
std::string quoted(const std::string& text);

}  // namespace mmasim::traces
