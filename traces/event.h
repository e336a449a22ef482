// What a unit of the hardware did, in which cycles of the core clock: the one word that models say to whoever
// listens (observer.h). Reports are folds over events (ledger.h); a trace file is their recording.
#pragma once

#include <cstdint>

#include "isa/address.h"
#include "isa/element.h"

namespace mmasim::traces {

struct Traffic {
  uint64_t read_bytes = 0, write_bytes = 0;
};

// What is told. The comment says whose time an event is, and what its fields mean beyond begin and end.
enum class Kind : uint8_t {
  // The core's own time. Its pieces come in order and leave no cycle out.
  layer,   // a layer begins at `begin`, which is `end`
  setup,   // the layer's fixed overhead
  issue,   // of an instruction that is no array command
  stall,   // the core waits for `cause`, and `descriptor` if it is one
  slip,    // so many cycles that the array loses of what it is busy next, for `cause`
  finish,  // the program has ended at `begin`, which is `end`
  // The array: [issued, taken) the core hands the command over, [begin, end) a unit of the array is occupied,
  // at `done` the results are in L2.
  load,
  stream,
  transfer,
  range,
  close,  // the core waits [begin, end) until the array has drained
  // The vector core. The core's own time too.
  vectors,
  // The DMA engine. A transfer: posted at `issued`, at the head of its queue at `begin`, its first byte moved
  // at `data` and its last at `done`, told at `end`.
  copy,
  fill,
  hold,    // a queue entry waits for a token; `descriptor` raised it, or 0: the core
  moving,  // at least one chunk is under way
  // Of a transfer or a vector instruction: some of its bytes cross one memory's port. Those bytes are in the
  // transfer's or the instruction's own event as well.
  access,
  // The DRAM: commands since it was last told, this core's share.
  commands,
};
constexpr uint32_t kKinds = static_cast<uint32_t>(Kind::commands) + 1;

// Why a core or a channel waited.
enum class Cause : uint8_t { none, ddr, l3, l2, dma_start, dma_queue, sync };
constexpr uint32_t kCauses = static_cast<uint32_t>(Cause::sync) + 1;

// Element width of operands: 1, 2, 4 or more bytes.
constexpr uint32_t kWidths = isa::kNumWidths + 1;  // by isa::width_index; the last on reals

// Fields that a kind does not speak of are 0.
struct Event {
  Kind kind = Kind::issue;
  Cause cause = Cause::none;
  uint8_t width = 0;    // index of the operand width
  uint8_t channel = 0;  // of the DMA engine
  uint16_t core = 0;
  isa::Space from = isa::Space::none, to = isa::Space::none;  // of a transfer; none: the core, or a constant
  uint32_t layer = 0;                                         // that the work is for
  uint32_t instruction = 0;                                   // index in the program
  uint32_t descriptor = 0;  // number of the transfer, counted from 1 per core
  uint32_t rows = 0;        // A vectors streamed
  uint32_t activates = 0, refreshes = 0;
  uint64_t issued = 0, taken = 0;
  uint64_t begin = 0, end = 0;
  uint64_t data = 0, done = 0;
  uint64_t operations = 0;  // multiply-accumulates of the array, element operations of the vector core
  Traffic l1, l2, l3, ddr;
};

// The event's bytes at a memory. Throws std::logic_error for none.
Traffic& traffic(Event& event, isa::Space space);

// What crossed: of a transfer each byte once, of all else reads and writes.
uint64_t bytes_of(const Event& event);

// The words of trace files and reports. kind_of and cause_of: false if the word is none of them.
const char* name_of(Kind kind);
const char* name_of(Cause cause);  // "" for none
const char* name_of(isa::Space space);
bool kind_of(const char* word, Kind& kind);
bool cause_of(const char* word, Cause& cause);
bool space_of(const char* word, isa::Space& space);

}  // namespace mmasim::traces
