#include "traces/file/tracks.h"

namespace mmasim::traces {
namespace {

std::string name_of_track(const Record& record) {
  switch (track_of(record.event.kind)) {
    case Track::layers:
      return "layers";
    case Track::dsp:
      return "DSP";
    case Track::mma_streams:
      return "MMA streams";
    case Track::mma_loads:
      return "MMA panel loads";
    case Track::mma_transfers:
      return "MMA transfers";
    case Track::dma_engine:
      return "DMA engine";
    case Track::channel:
      break;
  }
  return "DMA channel " + std::to_string(record.event.channel);
}

}  // namespace

Track track_of(Kind kind) {
  switch (kind) {
    case Kind::layer:
      return Track::layers;
    case Kind::stream:
    case Kind::slip:
      return Track::mma_streams;
    case Kind::load:
      return Track::mma_loads;
    case Kind::transfer:
    case Kind::range:
      return Track::mma_transfers;
    case Kind::moving:
      return Track::dma_engine;
    case Kind::copy:
    case Kind::fill:
    case Kind::hold:
      return Track::channel;
    default:
      return Track::dsp;
  }
}

Lane Lanes::place(const Record& record) {
  const Event& event = record.event;
  const auto track =
      static_cast<uint32_t>(track_of(event.kind)) + (has_channel(event.kind) ? event.channel : 0);
  const uint32_t first = event.core * kPerCore + 1 + track * kLanesPerTrack;
  uint32_t lane = 0;
  auto found = ends_.find(first);
  while (found != ends_.end() && found->second > event.begin && lane + 1 < kLanesPerTrack)
    found = ends_.find(first + ++lane);
  Lane place{first + lane, found == ends_.end(), {}};
  if (place.is_new) place.name = name_of_track(record) + (lane > 0 ? " +" + std::to_string(lane) : "");
  ends_[place.id] = event.end;
  return place;
}

}  // namespace mmasim::traces
