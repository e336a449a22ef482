#include "traces/timeline.h"

#include <algorithm>

namespace mmasim::traces {
namespace {

void add(Traffic& to, const Traffic& traffic) {
  to.read_bytes += traffic.read_bytes;
  to.write_bytes += traffic.write_bytes;
}

void add(TimelineBin& to, const TimelineBin& bin) {
  add(to.l2, bin.l2);
  add(to.l3, bin.l3);
  add(to.ddr, bin.ddr);
  to.mma_cycles += bin.mma_cycles;
  to.dsp_cycles += bin.dsp_cycles;
  to.dma_cycles += bin.dma_cycles;
  to.stall_cycles += bin.stall_cycles;
}

// Of `amount` spread evenly over so many cycles, what falls into the first `passed` of them: parts add up.
uint64_t share(uint64_t amount, uint64_t passed, uint64_t cycles) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>(static_cast<Wide>(amount) * passed / cycles);
}

}  // namespace

void Timeline::on(const Event& event) {
  switch (event.kind) {
    case Kind::access:
      spread(event.begin, event.end, event.l2, &TimelineBin::l2);
      spread(event.begin, event.end, event.l3, &TimelineBin::l3);
      return spread(event.begin, event.end, event.ddr, &TimelineBin::ddr);
    case Kind::stream:
      add_busy(event, &TimelineBin::mma_cycles);
      return spread(event.begin, event.end, event.l2, &TimelineBin::l2);
    case Kind::load:
    case Kind::transfer:
    case Kind::range:
      return spread(event.begin, event.end, event.l2, &TimelineBin::l2);
    case Kind::vectors:  // what it moves in L3 and DDR are accesses
      add_busy(event, &TimelineBin::dsp_cycles);
      return spread(event.begin, event.end, event.l2, &TimelineBin::l2);
    case Kind::moving:
      return add_busy(event, &TimelineBin::dma_cycles);
    case Kind::stall:
      return add_busy(event, &TimelineBin::stall_cycles);
    case Kind::finish:
      end_cycle_ = std::max(end_cycle_, event.begin);
      return;
    default:
      return;
  }
}

double Timeline::bytes_per_cycle(const Traffic& traffic) const {
  return static_cast<double>(traffic.read_bytes + traffic.write_bytes) / static_cast<double>(bin_cycles_);
}

void Timeline::add_busy(const Event& event, uint64_t TimelineBin::*unit) {
  if (event.end == event.begin) return;
  make_room(event.end);
  for (uint64_t cycle = event.begin; cycle < event.end;) {
    const uint64_t bin = cycle / bin_cycles_, end = std::min(event.end, (bin + 1) * bin_cycles_);
    bins_[bin].*unit += end - cycle;
    cycle = end;
  }
}

void Timeline::spread(uint64_t begin, uint64_t end, const Traffic& traffic, Traffic TimelineBin::*memory) {
  if (traffic.read_bytes + traffic.write_bytes == 0) return;
  end = std::max(end, begin + 1);  // what takes no time moves in its cycle
  make_room(end);
  const uint64_t cycles = end - begin;
  uint64_t read = 0, written = 0;
  for (uint64_t cycle = begin; cycle < end;) {
    const uint64_t bin = cycle / bin_cycles_;
    cycle = std::min(end, (bin + 1) * bin_cycles_);
    const uint64_t read_until = share(traffic.read_bytes, cycle - begin, cycles);
    const uint64_t written_until = share(traffic.write_bytes, cycle - begin, cycles);
    add(bins_[bin].*memory, {read_until - read, written_until - written});
    read = read_until;
    written = written_until;
  }
}

void Timeline::make_room(uint64_t end) {
  while ((end + bin_cycles_ - 1) / bin_cycles_ > kMostBins) {
    for (size_t pair = 0; 2 * pair < bins_.size(); ++pair) {
      TimelineBin both = bins_[2 * pair];
      if (2 * pair + 1 < bins_.size()) add(both, bins_[2 * pair + 1]);
      bins_[pair] = both;
    }
    bins_.resize((bins_.size() + 1) / 2);
    bin_cycles_ *= 2;
  }
  const uint64_t needed = (end + bin_cycles_ - 1) / bin_cycles_;
  if (bins_.size() < needed) bins_.resize(needed);
}

}  // namespace mmasim::traces
