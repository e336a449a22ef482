// Reads an address stream for `mmasim memory`: a line is `address READ|WRITE earliest_cycle`, numbers decimal
// or 0x hexadecimal, from '#' on a comment. Replays nothing: models/memory/stream_replay.h does.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "models/memory/stream_replay.h"

namespace mmasim::sim {

// Throws runtime::UserError naming file and line. `name` stands for the file in messages.
std::vector<models::StreamRequest> parse_stream(std::istream& text, const std::string& name);
// path: "-" is standard input.
std::vector<models::StreamRequest> read_stream_file(const std::string& path);

}  // namespace mmasim::sim
