#include "traces/file/meters.h"

#include <algorithm>
#include <utility>

namespace mmasim::traces {
namespace {

// The longest work that is spread in full: what is longer would take a window's memory for each of its own.
constexpr uint64_t kMostWindows = 1 << 12;

uint64_t share(uint64_t amount, uint64_t passed, uint64_t cycles) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>(static_cast<Wide>(amount) * passed / cycles);
}

void add_share(Traffic& to, const Traffic& of, uint64_t from, uint64_t until, uint64_t cycles) {
  to.read_bytes += share(of.read_bytes, until, cycles) - share(of.read_bytes, from, cycles);
  to.write_bytes += share(of.write_bytes, until, cycles) - share(of.write_bytes, from, cycles);
}

}  // namespace

void Meters::add(const Event& event) {
  switch (event.kind) {
    case Kind::access:
      if (event.ddr.read_bytes + event.ddr.write_bytes > 0) add_ddr(event);
      return spread(event, true);
    case Kind::load:
    case Kind::stream:
    case Kind::transfer:
    case Kind::range:
    case Kind::vectors:  // what they move in L3 and DDR are accesses
      add_l2(event);
      return spread(event, false);
    case Kind::copy:
    case Kind::fill: {
      Outstanding& of = outstanding_[event.core];
      while (!of.ends.empty() && of.ends.top() <= event.begin) of.ends.pop();
      of.ends.push(event.end);
      of.peak = std::max<uint64_t>(of.peak, of.ends.size());
      return add_l2(event);
    }
    default:
      return;
  }
}

void Meters::add_l2(const Event& event) {
  if (event.instruction >= l2_use_.size()) return;
  const L2Change& change = l2_use_[event.instruction];
  Held& held = held_[event.core];
  held.free_until(event.begin);
  held.bytes += change.taken_bytes;
  held.peak = std::max(held.peak, held.bytes);
  if (change.freed_bytes > 0) held.ends.emplace(std::max(event.end, event.done), change.freed_bytes);
}

Meters::Bytes& Meters::bytes_at(uint64_t window) {
  while (bytes_.size() <= window) bytes_.push_back({{}, {}, std::vector<Traffic>(cores_)});
  return bytes_[window];
}

void Meters::spread(const Event& event, bool with_shared) {
  const uint64_t begin = std::max(event.begin, begin_);
  const uint64_t end = std::clamp(event.end, begin + 1, begin + kMostWindows * kWindowCycles);
  for (uint64_t cycle = begin; cycle < end;) {
    const uint64_t window = (cycle - begin_) / kWindowCycles;
    const uint64_t until = std::min(end, begin_ + (window + 1) * kWindowCycles);
    Bytes& bytes = bytes_at(window);
    add_share(bytes.l2[event.core], event.l2, cycle - begin, until - begin, end - begin);
    if (with_shared) {
      add_share(bytes.l3, event.l3, cycle - begin, until - begin, end - begin);
      add_share(bytes.ddr, event.ddr, cycle - begin, until - begin, end - begin);
    }
    cycle = until;
  }
}

void Meters::add_ddr(const Event& event) {
  if (ddr_open_ && event.begin > ddr_open_->end) ddr_busy_.push_back(*std::exchange(ddr_open_, std::nullopt));
  if (!ddr_open_) {
    ddr_open_ = Event{};
    ddr_open_->kind = Kind::access;
    ddr_open_->layer = event.layer;
    ddr_open_->begin = ddr_open_->end = std::max(event.begin, begin_);
  }
  ddr_open_->end = std::max(ddr_open_->end, event.end);
  ddr_open_->ddr.read_bytes += event.ddr.read_bytes;
  ddr_open_->ddr.write_bytes += event.ddr.write_bytes;
}

void Meters::sample(Window& window, Meter meter, uint16_t core, uint64_t read, uint64_t written) {
  Sample& last = last_[static_cast<size_t>(meter) * cores_ + core];
  if (last.read == read && last.written == written) return;
  last = {meter, core, begin_, read, written};
  window.samples.push_back(last);
}

void Meters::end_window(Window& window) {
  window.samples.clear();
  const Bytes& bytes = bytes_at(0);
  sample(window, Meter::ddr, 0, bytes.ddr.read_bytes, bytes.ddr.write_bytes);
  sample(window, Meter::l3, 0, bytes.l3.read_bytes, bytes.l3.write_bytes);
  for (uint16_t core = 0; core < cores_; ++core) {
    sample(window, Meter::l2, core, bytes.l2[core].read_bytes, bytes.l2[core].write_bytes);
    Outstanding& of = outstanding_[core];
    sample(window, Meter::outstanding, core, of.peak, 0);
    while (!of.ends.empty() && of.ends.top() <= window_end()) of.ends.pop();
    of.peak = of.ends.size();
    Held& held = held_[core];
    sample(window, Meter::l2_held, core, held.peak, 0);
    held.free_until(window_end());
    held.peak = held.bytes;
  }
  if (ddr_open_) {
    Event part = *ddr_open_;
    const bool goes_on = part.end > window_end();
    part.end = std::min(part.end, window_end());
    ddr_busy_.push_back(part);
    ddr_open_->begin = part.end;
    ddr_open_->ddr = {};
    if (!goes_on) ddr_open_.reset();
  }
  window.ddr_busy = std::exchange(ddr_busy_, {});
  bytes_.pop_front();
  begin_ += kWindowCycles;
}

void Meters::skip_to(uint64_t cycle) {
  bool is_still = bytes_.empty() && !ddr_open_;
  for (size_t core = 0; core < cores_; ++core) {
    is_still = is_still && outstanding_[core].ends.empty() && outstanding_[core].peak == 0 &&
               held_[core].ends.empty() && held_[core].peak == held_[core].bytes;
  }
  for (size_t i = 0; i < last_.size(); ++i) {
    const bool is_held = i / cores_ == static_cast<size_t>(Meter::l2_held);  // may rest at any value
    const uint64_t at_rest = is_held ? held_[i % cores_].bytes : 0;
    is_still = is_still && last_[i].read == at_rest && last_[i].written == 0;
  }
  if (is_still && cycle > begin_) begin_ = cycle / kWindowCycles * kWindowCycles;
}

}  // namespace mmasim::traces
