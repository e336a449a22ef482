// Records a run while it runs, in constant memory: numbers the events, says their tiles, puts them into the
// order of time, meters them, and hands them to the writers of each format. Where files lie is its caller's
// matter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "isa/program.h"
#include "traces/file/meters.h"
#include "traces/file/order_window.h"
#include "traces/file/writer.h"
#include "traces/observer.h"

namespace mmasim::traces {

class Recorder final : public Observer {
 public:
  using Writers = std::vector<std::unique_ptr<Writer>>;

  // is_recorded: by layer; of the other layers only their begins are. Empty: all of them.
  Recorder(const isa::Program& program, uint32_t cores, std::vector<bool> is_recorded, Writers writers);

  void on(const Event& event) override;
  void finish();  // when the run has ended: writes what is left, and closes the files
  const Writers& writers() const { return writers_; }

  static constexpr size_t kWindowRecords = 1 << 15;

 private:
  // What a core told last, and may go on with.
  struct Core {
    uint64_t sequence = 0;
    std::optional<Event> issue;  // pieces that follow each other without a gap become one
    Event commands;              // summed until the layer ends
    uint64_t layer_cycle = 0;    // the last layer began, or the program ended
  };
  bool is_dropped(const Event& event) const;
  bool goes_on(Core& core, const Event& event) const;
  void flush(Core& core, bool with_commands);
  void number(Core& core, const Event& event);
  void sort(const Record& record);
  void stage(const Record& record);
  void end_window();

  const std::vector<uint32_t> tiles_;  // by instruction
  const std::vector<bool> is_recorded_;
  const Writers writers_;
  std::vector<Core> cores_;
  OrderWindow window_;
  Meters meters_;
  Meters::Window metered_;
  std::vector<Record> staged_;  // begin in the window that is metered
};

}  // namespace mmasim::traces
