#include "traces/analysis/summary.h"

#include <algorithm>
#include <memory>

#include "traces/analysis/intervals.h"
#include "traces/analysis/sequencer.h"
#include "traces/file/text_file.h"
#include "traces/ledger.h"

namespace mmasim::traces {
namespace {

constexpr const char* kBusyNames[kBusy] = {"mma", "dsp", "dma", "ddr", "wait"};

using UnitIntervals = std::array<Intervals, kBusy>;

// What is kept of a core until it is known which one ended last.
struct CoreFold {
  Ledger ledger{0};
  PathFinder path;
  UnitIntervals busy;
  uint64_t end_cycle = 0, moved_until = 0;
  bool has_finished = false;
};

class Folding {
 public:
  explicit Folding(const std::string& path)
      : path_(path), sequencer_([this](const Record& record) { fold(record); }) {}

  TraceSummary run() {
    TraceSummary summary;
    summary.contents =
        read_trace(path_, [this](const RunFacts& facts, const Record& record) { take(facts, record); });
    summary.is_whole = !summary.contents.truncated_cycle;
    if (!sequencer_.finish(!summary.is_whole)) refuse("damaged: a record lacks");
    finish(summary);
    return summary;
  }

 private:
  // Each record costs the search some memory.
  static constexpr uint64_t kMostRecords = uint64_t{1} << 24;
  static constexpr uint64_t kMostLayersOfAll = uint64_t{1} << 20;

  [[noreturn]] void refuse(const std::string& what) const { throw TraceFileError(path_ + ": " + what); }

  void take(const RunFacts& facts, const Record& record) {
    const Event& event = record.event;
    layers_ = std::max<uint64_t>(facts.layers.size(), 1);
    const bool is_sound = event.end >= event.begin && event.layer < layers_ && event.core < facts.cores;
    if (!is_sound) refuse("damaged: record " + std::to_string(records_ + 1));
    if (++records_ > kMostRecords)
      refuse("more than " + std::to_string(kMostRecords) +
             " records; record fewer layers with --trace-layers");
    if (record.sequence == 0) {
      if (event.kind == Kind::access) ddr_.add(event.begin, event.end);
      return;
    }
    if (!sequencer_.take(record)) refuse("damaged: record " + std::to_string(records_));
  }

  CoreFold& core_of(const Event& event) {
    if (cores_.size() <= event.core) cores_.resize(event.core + size_t{1});
    auto& core = cores_[event.core];
    if (!core) {
      core = std::make_unique<CoreFold>();
      core->ledger.allow_gaps();  // check_sums() looks for them
    }
    return *core;
  }

  void fold(const Record& record);
  void show(const Event& event);
  void finish(TraceSummary& summary);
  void check_sums(TraceSummary& summary) const;

  const std::string path_;
  Sequencer sequencer_;
  uint64_t records_ = 0, layers_ = 1;
  std::vector<std::unique_ptr<CoreFold>> cores_;
  Intervals ddr_;
  Timeline timeline_;
};

void Folding::fold(const Record& record) {
  const Event& event = record.event;
  CoreFold& core = core_of(event);
  if (event.kind == Kind::moving && event.begin < core.moved_until)
    refuse("damaged: the DMA engine moves twice at once");
  if (event.kind == Kind::moving) core.moved_until = event.end;
  if (layers_ * cores_.size() > kMostLayersOfAll) refuse("damaged: too many layers");
  core.ledger.grow(layers_);
  core.ledger.on(event);
  core.path.on(event);
  show(event);
  if (event.kind == Kind::finish) core.has_finished = true;
  if (event.kind == Kind::finish || event.kind == Kind::layer) core.end_cycle = event.begin;
  const auto busy = [&](Busy unit) { core.busy[static_cast<size_t>(unit)].add(event.begin, event.end); };
  if (event.kind == Kind::stall) busy(Busy::wait);
  if (event.kind == Kind::vectors) busy(Busy::dsp);
  if (event.kind == Kind::moving) busy(Busy::dma);
  if (event.kind >= Kind::load && event.kind <= Kind::range) busy(Busy::mma);
}

// The timeline takes accesses, which files leave out: a transfer's bytes are spread over its time instead.
void Folding::show(const Event& event) {
  timeline_.on(event);
  const bool is_transfer = event.kind == Kind::copy || event.kind == Kind::fill;
  if (!is_transfer && event.kind != Kind::vectors) return;
  Event access = event;
  access.kind = Kind::access;
  if (is_transfer) {
    access.begin = std::max(event.begin, event.data);
    access.end = std::max(access.begin, event.done);
  } else {
    access.l2 = {};
  }
  timeline_.on(access);
}

void Folding::finish(TraceSummary& summary) {
  CoreFold* last = nullptr;
  for (size_t index = 0; index < cores_.size(); ++index) {
    if (!cores_[index]) refuse("damaged: core " + std::to_string(index) + " has no records");
    if (summary.is_whole && !cores_[index]->has_finished) refuse("damaged: a program does not end");
    if (last != nullptr && cores_[index]->end_cycle <= last->end_cycle) continue;
    last = cores_[index].get();
    summary.core = static_cast<uint32_t>(index);
  }
  if (last == nullptr) refuse("the trace has no records");
  last->ledger.grow(summary.contents.facts.layers.size());
  summary.activity = last->ledger.finish(last->end_cycle);
  summary.activity.layers.resize(summary.contents.facts.layers.size());
  check_sums(summary);
  summary.path = last->path.find(last->end_cycle);
  last->busy[static_cast<size_t>(Busy::ddr)] = std::move(ddr_);
  for (Intervals& unit : last->busy) unit.join();
  for (size_t a = 0; a < kBusy; ++a)
    for (size_t b = 0; b < kBusy; ++b)
      summary.overlap[a][b] = Intervals::overlap(last->busy[a], last->busy[b]);
  summary.timeline = std::move(timeline_);
}

// A layer of which nothing was recorded has cycles and no pieces; any other adds up.
void Folding::check_sums(TraceSummary& summary) const {
  for (size_t index = 0; index < summary.activity.layers.size(); ++index) {
    const LayerActivity& layer = summary.activity.layers[index];
    uint64_t booked = layer.core_busy_cycles + layer.overhead_cycles;
    for (const auto& [cause, cycles] : layer.stall_cycles) booked += cycles;
    const uint64_t cycles = layer.end_cycle - layer.start_cycle;
    summary.is_recorded.push_back(booked > 0 || cycles == 0);
    if (booked == cycles || booked == 0 || !summary.is_whole) continue;
    refuse("damaged: layer " + std::to_string(index) + " lasts " + std::to_string(cycles) +
           " cycles, its records make " + std::to_string(booked));
  }
}

}  // namespace

const char* name_of(Busy unit) { return kBusyNames[static_cast<size_t>(unit)]; }

TraceSummary summarize_trace(const std::string& path) { return Folding(path).run(); }

std::vector<std::array<uint64_t, kSteps>> path_by_layer(const TraceSummary& summary) {
  std::vector<std::array<uint64_t, kSteps>> cycles(summary.activity.layers.size());
  if (cycles.empty()) return cycles;
  size_t index = cycles.size() - 1;
  for (const PathPiece& piece : summary.path) {  // both go back in time
    uint64_t end = piece.end;
    for (;;) {
      const LayerActivity& layer = summary.activity.layers[index];
      const uint64_t begin = std::max(piece.begin, layer.start_cycle);
      if (begin < end) cycles[index][static_cast<size_t>(piece.step)] += end - begin;
      end = std::min(end, begin);
      if (piece.begin >= layer.start_cycle || index == 0) break;
      --index;
    }
  }
  return cycles;
}

}  // namespace mmasim::traces
