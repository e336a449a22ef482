#include "traces/file/record.h"

#include <limits>

namespace mmasim::traces {
namespace {

template <class Member>
bool assign(Member& member, uint64_t value) {
  if (value > std::numeric_limits<Member>::max()) return false;
  member = static_cast<Member>(value);
  return true;
}

template <auto member>
constexpr RecordField of_event(const char* name) {
  return {name, [](const Record& record) { return static_cast<uint64_t>(record.event.*member); },
          [](Record& record, uint64_t value) { return assign(record.event.*member, value); }};
}

template <auto memory, auto direction>
constexpr RecordField of_memory(const char* name) {
  return {name, [](const Record& record) { return record.event.*memory.*direction; },
          [](Record& record, uint64_t value) { return assign(record.event.*memory.*direction, value); }};
}

bool set_width(Record& record, uint64_t value) {
  return value < kWidths && assign(record.event.width, value);
}

}  // namespace

const RecordField kFields[kRecordFields] = {
    {"sequence", [](const Record& record) { return record.sequence; },
     [](Record& record, uint64_t value) { return assign(record.sequence, value); }},
    of_event<&Event::layer>("layer_index"),
    of_event<&Event::instruction>("instruction"),
    of_event<&Event::descriptor>("descriptor"),
    of_event<&Event::issued>("issued_cycle"),
    of_event<&Event::taken>("taken_cycle"),
    of_event<&Event::data>("data_cycle"),
    of_event<&Event::done>("done_cycle"),
    of_event<&Event::rows>("rows"),
    {"width", [](const Record& record) { return uint64_t{record.event.width}; }, set_width},
    of_event<&Event::operations>("operations"),
    of_event<&Event::activates>("activates"),
    of_event<&Event::refreshes>("refreshes"),
    {"from", [](const Record& record) { return static_cast<uint64_t>(record.event.from); },
     [](Record& record, uint64_t value) {
       record.event.from = static_cast<isa::Space>(value);
       return value <= static_cast<uint64_t>(isa::Space::ddr);
     }},
    {"to", [](const Record& record) { return static_cast<uint64_t>(record.event.to); },
     [](Record& record, uint64_t value) {
       record.event.to = static_cast<isa::Space>(value);
       return value <= static_cast<uint64_t>(isa::Space::ddr);
     }},
    of_memory<&Event::l1, &Traffic::read_bytes>("l1_read_bytes"),
    of_memory<&Event::l1, &Traffic::write_bytes>("l1_write_bytes"),
    of_memory<&Event::l2, &Traffic::read_bytes>("l2_read_bytes"),
    of_memory<&Event::l2, &Traffic::write_bytes>("l2_write_bytes"),
    of_memory<&Event::l3, &Traffic::read_bytes>("l3_read_bytes"),
    of_memory<&Event::l3, &Traffic::write_bytes>("l3_write_bytes"),
    of_memory<&Event::ddr, &Traffic::read_bytes>("ddr_read_bytes"),
    of_memory<&Event::ddr, &Traffic::write_bytes>("ddr_write_bytes"),
    {"channel", [](const Record& record) { return uint64_t{record.event.channel}; },
     [](Record& record, uint64_t value) { return assign(record.event.channel, value); }},
};

const char* unit_of(Kind kind) {
  switch (kind) {
    case Kind::load:
    case Kind::stream:
    case Kind::transfer:
    case Kind::range:
    case Kind::slip:
      return "mma";
    case Kind::copy:
    case Kind::fill:
    case Kind::hold:
    case Kind::moving:
      return "dma";
    case Kind::access:
    case Kind::commands:
      return "ddr";
    default:
      return "dsp";
  }
}

bool has_channel(Kind kind) { return kind == Kind::copy || kind == Kind::fill || kind == Kind::hold; }

}  // namespace mmasim::traces
