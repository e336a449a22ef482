// Events in a word, for tests that feed folds by hand.
#pragma once

#include "traces/event.h"

namespace mmasim::traces::test {

inline Event piece(Kind kind, uint64_t begin, uint64_t end) {
  Event event;
  event.kind = kind;
  event.begin = begin;
  event.end = end;
  return event;
}

inline Event layer(uint32_t index, uint64_t cycle) {
  Event event = piece(Kind::layer, cycle, cycle);
  event.layer = index;
  return event;
}

inline Event stall(uint64_t begin, uint64_t end, Cause cause, uint32_t descriptor = 0) {
  Event event = piece(Kind::stall, begin, end);
  event.cause = cause;
  event.descriptor = descriptor;
  return event;
}

// A command that the core hands over at `issued` and whose results are there at `done`; of them so many rows
// are streamed from the first cycle on.
inline Event array(uint64_t issued, uint64_t done, uint32_t rows = 0) {
  Event event = piece(rows > 0 ? Kind::stream : Kind::load, issued, done);
  event.issued = event.taken = issued;
  event.done = done;
  event.rows = rows;
  return event;
}

}  // namespace mmasim::traces::test
