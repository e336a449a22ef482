// An event as a trace file has it, and the table of its numbers: what writers write and readers read.
#pragma once

#include <cstdint>

#include "traces/event.h"

namespace mmasim::traces {

struct Record {
  Event event;
  uint32_t tile = 0;  // of its layer: which of the core's steps the work belongs to
  uint64_t sequence =
      0;  // among the core's events in the order in which folds take them, from 1; 0: for show
};

// Most layers and cores that a file may have: sizes are checked before memory is taken.
constexpr uint32_t kMostLayers = 1 << 20, kMostCores = 1 << 10;

// A number of a record beyond core, channel, tile, begin and end, which every format has in a way of its own.
struct RecordField {
  const char* name;
  uint64_t (*get)(const Record& record);
  bool (*set)(Record& record, uint64_t value);  // false: out of range
};
constexpr uint32_t kRecordFields = 24;
extern const RecordField kFields[kRecordFields];

// The unit whose track an event is on: "mma", "dsp", "dma" or "ddr".
const char* unit_of(Kind kind);
bool has_channel(Kind kind);

}  // namespace mmasim::traces
