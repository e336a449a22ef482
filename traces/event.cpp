#include "traces/event.h"

#include <cstring>
#include <stdexcept>

namespace mmasim::traces {
namespace {

constexpr const char* kKindNames[kKinds] = {"layer", "setup",  "issue",    "stall",  "slip",   "finish",
                                            "load",  "stream", "transfer", "range",  "close",  "vectors",
                                            "copy",  "fill",   "hold",     "moving", "access", "commands"};
constexpr const char* kCauseNames[kCauses] = {"", "ddr", "l3", "l2", "dma_start", "dma_queue", "sync"};
constexpr const char* kSpaceNames[] = {"", "l2", "l3", "ddr"};

template <class Enum, size_t count>
bool find(const char* const (&names)[count], const char* word, Enum& value) {
  for (size_t i = 0; i < count; ++i) {
    if (std::strcmp(names[i], word) != 0) continue;
    value = static_cast<Enum>(i);
    return true;
  }
  return false;
}

uint64_t sum(const Traffic& traffic) { return traffic.read_bytes + traffic.write_bytes; }

}  // namespace

Traffic& traffic(Event& event, isa::Space space) {
  switch (space) {
    case isa::Space::l2:
      return event.l2;
    case isa::Space::l3:
      return event.l3;
    case isa::Space::ddr:
      return event.ddr;
    case isa::Space::none:
      break;
  }
  throw std::logic_error("event: traffic of no memory");
}

uint64_t bytes_of(const Event& event) {
  if (event.kind == Kind::copy || event.kind == Kind::fill)
    return event.l2.write_bytes + event.l3.write_bytes + event.ddr.write_bytes;
  return sum(event.l2) + sum(event.l3) + sum(event.ddr);
}

const char* name_of(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }
const char* name_of(Cause cause) { return kCauseNames[static_cast<size_t>(cause)]; }
const char* name_of(isa::Space space) { return kSpaceNames[static_cast<size_t>(space)]; }
bool kind_of(const char* word, Kind& kind) { return find(kKindNames, word, kind); }
bool cause_of(const char* word, Cause& cause) { return find(kCauseNames, word, cause); }
bool space_of(const char* word, isa::Space& space) { return find(kSpaceNames, word, space); }

}  // namespace mmasim::traces
