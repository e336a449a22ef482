#include "traces/analysis/critical_path.h"

#include <algorithm>
#include <tuple>

namespace mmasim::traces {
namespace {

constexpr const char* kStepNames[kSteps] = {"mma", "dsp", "setup",     "issue", "ddr",
                                            "l3",  "l2",  "dma_start", "other"};

PathStep step_of(Cause cause) {
  switch (cause) {
    case Cause::ddr:
      return PathStep::ddr;
    case Cause::l3:
      return PathStep::l3;
    case Cause::l2:
      return PathStep::l2;
    case Cause::dma_start:
      return PathStep::dma_start;
    default:
      return PathStep::other;
  }
}

}  // namespace

const char* name_of(PathStep step) { return kStepNames[static_cast<size_t>(step)]; }

void PathFinder::on(const Event& event) {
  Work work{event.kind,  event.cause, event.channel, event.layer,  event.instruction, event.descriptor,
            event.begin, event.end,   event.done,    event.issued, event.data};
  switch (event.kind) {
    case Kind::load:
    case Kind::stream:
    case Kind::transfer:
    case Kind::range:
      work.second = event.taken;
      array_.push_back(work);
      work.begin = event.issued;
      work.end = event.taken;
      [[fallthrough]];
    case Kind::setup:
    case Kind::issue:
    case Kind::stall:
    case Kind::close:
    case Kind::vectors:
      if (work.end > work.begin) own_.push_back(work);
      return;
    case Kind::copy:
    case Kind::fill:
      return transfers_.push_back(work);
    case Kind::hold:
      return holds_.push_back(work);
    default:
      return;
  }
}

std::vector<PathPiece> PathFinder::find(uint64_t end_cycle) {
  const auto by_done = [](const Work& a, const Work& b) { return a.done < b.done; };
  const auto by_descriptor = [](const Work& a, const Work& b) { return a.descriptor < b.descriptor; };
  const auto by_end = [](const Work& a, const Work& b) {
    return std::tie(a.channel, a.end) < std::tie(b.channel, b.end);
  };
  const auto by_begin = [](const Work& a, const Work& b) { return a.begin < b.begin; };
  std::stable_sort(own_.begin(), own_.end(), by_begin);
  std::stable_sort(array_.begin(), array_.end(), by_done);
  std::stable_sort(transfers_.begin(), transfers_.end(), by_descriptor);
  std::stable_sort(holds_.begin(), holds_.end(), by_end);
  path_.clear();
  Place place{At::core, end_cycle, 0};
  // A place may lead to another of the same cycle a few times; a damaged trace must not for ever.
  for (int idle = 0; place.cycle > 0;) {
    const uint64_t before = place.cycle;
    if (idle > 8) {
      Work nothing{};
      const uint64_t begin = own_.empty() || own_.front().begin >= before ? 0 : before - 1;
      add(PathStep::other, nothing, begin, before);
      place = {At::core, begin, 0};
    } else if (place.at == At::core) {
      place = step_core(place);
    } else {
      place = place.at == At::array ? step_array(place) : step_transfer(place);
    }
    idle = place.cycle < before ? 0 : idle + 1;
    place.cycle = std::min(place.cycle, before);
  }
  return std::move(path_);
}

void PathFinder::add(PathStep step, const Work& work, uint64_t begin, uint64_t end) {
  if (begin >= end) return;
  if (!path_.empty()) {  // the same work in two pieces is one
    PathPiece& last = path_.back();
    if (last.step == step && last.instruction == work.instruction && last.descriptor == work.descriptor &&
        last.begin == end) {
      last.begin = begin;
      return;
    }
  }
  path_.push_back({step, work.layer, work.instruction, work.descriptor, begin, end});
}

PathFinder::Place PathFinder::step_core(Place place) {
  auto found = std::partition_point(own_.begin(), own_.end(),
                                    [&](const Work& work) { return work.begin < place.cycle; });
  if (found == own_.begin()) {
    add(PathStep::other, Work{}, 0, place.cycle);
    return {At::core, 0, 0};
  }
  const Work& work = *--found;
  if (work.end < place.cycle) {  // nobody told what the core did since
    add(PathStep::other, work, work.end, place.cycle);
    return {At::core, work.end, 0};
  }
  const Place before{At::core, work.begin, 0};
  switch (work.kind) {
    case Kind::setup:
      add(PathStep::setup, work, work.begin, place.cycle);
      return before;
    case Kind::issue:
      add(PathStep::issue, work, work.begin, place.cycle);
      return before;
    case Kind::vectors:
      add(PathStep::dsp, work, work.begin, place.cycle);
      return before;
    case Kind::close:
      return wait_for_array(PathStep::mma, work, place);
    case Kind::stall: {
      if (work.cause == Cause::sync) return wait_for_array(PathStep::other, work, place);
      const Place transfer = transfer_of(work.descriptor, place.cycle);
      if (work.descriptor != 0 && transfer.at == At::transfer &&
          transfers_[transfer.transfer].begin < place.cycle)
        return transfer;
      add(step_of(work.cause), work, work.begin, place.cycle);
      return before;
    }
    default:  // hands a command over, and waits where the array's queue is full
      add(PathStep::mma, work, work.begin, place.cycle);
      return before;
  }
}

// The array's own work within the wait, if there is any, or else the wait.
PathFinder::Place PathFinder::wait_for_array(PathStep step, const Work& work, Place place) {
  const Work* const command = command_done_by(place.cycle);
  if (command != nullptr && command->done > work.begin) return {At::array, place.cycle, 0};
  add(step, work, work.begin, place.cycle);
  return {At::core, work.begin, 0};
}

const PathFinder::Work* PathFinder::command_done_by(uint64_t cycle) const {
  const auto found = std::partition_point(array_.begin(), array_.end(),
                                          [&](const Work& work) { return work.done <= cycle; });
  return found == array_.begin() ? nullptr : &*std::prev(found);
}

PathFinder::Place PathFinder::step_array(Place place) {
  const Work* const work = command_done_by(place.cycle);
  if (work == nullptr || work->begin >= place.cycle) return {At::core, place.cycle, 0};
  add(PathStep::mma, *work, work->begin, place.cycle);
  // It began when the array was free, or when the core had handed it over.
  const Work* const before = command_done_by(work->begin);
  if (before != nullptr && before->done > work->second) return {At::array, work->begin, 0};
  add(PathStep::mma, *work, std::min(work->first, work->begin), work->begin);
  return {At::core, std::min(work->first, work->begin), 0};
}

PathFinder::Place PathFinder::step_transfer(Place place) {
  const Work& work = transfers_[place.transfer];
  const uint64_t data = std::clamp(work.second, work.begin, std::max(work.begin, place.cycle));
  add(step_of(work.cause), work, data, place.cycle);
  add(PathStep::dma_start, work, work.begin, std::min(data, place.cycle));
  return before_transfer(work, {At::core, std::min(work.begin, place.cycle), 0});
}

PathFinder::Place PathFinder::before_transfer(const Work& transfer, Place place) const {
  if (transfer.begin <= transfer.first) return place;  // it went at once
  const auto hold = std::partition_point(holds_.begin(), holds_.end(), [&](const Work& work) {
    return std::tie(work.channel, work.end) <= std::tie(transfer.channel, transfer.begin);
  });
  if (hold != holds_.begin()) {
    const Work& last = *std::prev(hold);
    if (last.channel == transfer.channel && last.end == transfer.begin) {
      if (last.descriptor != 0) return transfer_of(last.descriptor, place.cycle);
      const Work* const command =
          command_done_by(place.cycle);  // the core's signal, behind its array or itself
      return {command != nullptr && command->done == place.cycle ? At::array : At::core, place.cycle, 0};
    }
  }
  // The one before it on the channel.
  const auto own = std::partition_point(transfers_.begin(), transfers_.end(), [&](const Work& work) {
    return work.descriptor < transfer.descriptor;
  });
  constexpr int kMostLookedAt = 256;  // descriptors count over all channels
  int looked_at = 0;
  for (auto before = own; before != transfers_.begin() && looked_at < kMostLookedAt; ++looked_at) {
    --before;
    if (before->channel != transfer.channel) continue;
    if (before->begin >= transfer.begin) break;
    return {At::transfer, place.cycle, static_cast<size_t>(before - transfers_.begin())};
  }
  return place;
}

PathFinder::Place PathFinder::transfer_of(uint32_t descriptor, uint64_t cycle) const {
  const auto found = std::partition_point(transfers_.begin(), transfers_.end(),
                                          [&](const Work& work) { return work.descriptor < descriptor; });
  if (descriptor == 0 || found == transfers_.end() || found->descriptor != descriptor)
    return {At::core, cycle, 0};
  return {At::transfer, cycle, static_cast<size_t>(found - transfers_.begin())};
}

}  // namespace mmasim::traces
