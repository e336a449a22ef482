#include "traces/file/recorder.h"

#include <algorithm>
#include <utility>

#include "traces/file/steps.h"

namespace mmasim::traces {
namespace {

// Pieces of the core's own time and commands of its array: folds take them in their order.
bool is_in_core_order(Kind kind) { return kind < Kind::copy; }

}  // namespace

Recorder::Recorder(const isa::Program& program, uint32_t cores, std::vector<bool> is_recorded,
                   Writers writers)
    : tiles_(tiles_of(program)),
      is_recorded_(std::move(is_recorded)),
      writers_(std::move(writers)),
      cores_(cores),
      window_(kWindowRecords),
      meters_(cores, l2_use(program)) {}

void Recorder::on(const Event& event) {
  Core& core = cores_[event.core];
  if (event.kind == Kind::layer || event.kind == Kind::finish) {
    core.layer_cycle = event.begin;
    flush(core, true);
  }
  if (is_dropped(event)) return;
  if (event.kind == Kind::access) return sort({event, 0, 0});
  if (event.kind == Kind::commands) {
    core.commands.core = event.core;
    core.commands.kind = Kind::commands;
    core.commands.layer = event.layer;
    core.commands.activates += event.activates;
    core.commands.refreshes += event.refreshes;
    return;
  }
  if (goes_on(core, event)) return;
  if (is_in_core_order(event.kind)) flush(core, false);
  if (event.kind == Kind::issue) {
    core.issue = event;
  } else {
    number(core, event);
  }
}

bool Recorder::is_dropped(const Event& event) const {
  return !is_recorded_.empty() && event.kind != Kind::layer && event.kind != Kind::finish &&
         !is_recorded_[event.layer];
}

bool Recorder::goes_on(Core& core, const Event& event) const {
  if (event.kind != Kind::issue || !core.issue || core.issue->end != event.begin) return false;
  core.issue->end = event.end;
  return true;
}

void Recorder::flush(Core& core, bool with_commands) {
  if (core.issue) number(core, *std::exchange(core.issue, std::nullopt));
  if (!with_commands || core.commands.activates + core.commands.refreshes == 0) return;
  Event commands = std::exchange(core.commands, Event{});
  commands.begin = commands.end = core.layer_cycle;
  number(core, commands);
}

void Recorder::number(Core& core, const Event& event) {
  const uint32_t tile = event.instruction < tiles_.size() ? tiles_[event.instruction] : 0;
  sort({event, tile, ++core.sequence});
}

void Recorder::sort(const Record& record) {
  if (window_.full()) stage(window_.pop());
  window_.push(record);
}

// Records wait until the window in which they begin has ended, as its samples stand before them.
void Recorder::stage(const Record& record) {
  if (staged_.empty()) meters_.skip_to(record.event.begin);
  while (record.event.begin >= meters_.window_end()) {
    end_window();
    if (staged_.empty()) meters_.skip_to(record.event.begin);
  }
  meters_.add(record.event);
  if (record.event.kind != Kind::access) staged_.push_back(record);
}

void Recorder::end_window() {
  meters_.end_window(metered_);
  for (const Event& busy : metered_.ddr_busy) staged_.push_back({busy, 0, 0});
  std::stable_sort(staged_.begin(), staged_.end(),
                   [](const Record& a, const Record& b) { return a.event.begin < b.event.begin; });
  for (const auto& writer : writers_) {
    for (const Sample& sample : metered_.samples) writer->write(sample);
    for (const Record& record : staged_) writer->write(record);
  }
  staged_.clear();
}

void Recorder::finish() {
  for (Core& core : cores_) flush(core, true);
  while (!window_.empty()) stage(window_.pop());
  end_window();
  end_window();  // counters fall back to what they are at rest
  for (const auto& writer : writers_) writer->end();
}

}  // namespace mmasim::traces
