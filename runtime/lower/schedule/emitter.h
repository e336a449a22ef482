// Schedule -> code. Goes through the steps once, in order: issues the loads of the next step before the
// compute of this one, places buffers, and puts in every wait that the order of steps and the reuse of bytes
// call for.
#pragma once

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "isa/encoding/codec.h"
#include "isa/program.h"
#include "runtime/lower/schedule/schedule.h"
#include "runtime/lower/schedule/scratchpad.h"

namespace mmasim::runtime {

// A step's buffers do not fit beside what lives on: lowering tries again with smaller tiles.
struct OutOfScratchpad : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Tokens of every program: 1 counts finished steps of the core, 2.. count finished groups of the DMA
// channels.
constexpr uint16_t kCoreToken = 1;
constexpr uint16_t channel_token(Channel channel) {
  return static_cast<uint16_t>(2 + static_cast<uint8_t>(channel));
}
constexpr size_t kChannels = 3;

// Where a token stands when an extent of a storage has been written.
struct Written {
  uint64_t begin = 0, end = 0;
  uint16_t token = 0;
  uint32_t count = 0;
};

// Where a buffer came to lie, and the step that was at hand then. It lies there to its last step.
struct PlacedBuffer {
  uint64_t offset = 0;
  uint32_t first_step = 0;
};

struct Emitted {
  std::vector<uint8_t> code;
  uint64_t instruction_count = 0;
  uint64_t l2_bytes_used = 0;
  std::vector<std::vector<Written>> written;         // one list per storage
  std::vector<uint64_t> resident_offsets;            // one per storage; of L2 residents
  std::vector<std::optional<PlacedBuffer>> buffers;  // one per buffer; none: no step needs it
};

class Emitter;

// What a step's compute sees: addresses of its buffers, and a place to put instructions. Configuration that
// is already in force is not issued again.
class StepEmitter {
 public:
  explicit StepEmitter(Emitter& emitter) : emitter_(emitter) {}
  isa::Address address(BufferId buffer, uint64_t offset = 0) const;
  void issue(const isa::Instruction& instruction);
  void configure(
      const isa::Instruction& instruction);  // stage.set, mma.config, mma.pattern, mma.store_pattern
  uint8_t next_b_bank();
  uint8_t next_c_bank();

 private:
  Emitter& emitter_;
};

class Emitter {
 public:
  // weights_ahead: of how many steps beyond the next one the weights may be fetched early, where L2 has room;
  // none: nothing is fetched before its own step, so that nothing stands in another's way.
  Emitter(Schedule& schedule, const isa::Machine& machine, std::optional<uint32_t> weights_ahead);
  Emitted run();

 private:
  friend class StepEmitter;
  struct Placed {
    uint64_t offset = 0;
    Release before;            // what to wait for ere it is written
    uint16_t ready_token = 0;  // of the DMA that loads it
    uint32_t ready_count = 0;
    uint32_t store_groups = 0;  // of the last store from it
  };

  void find_last_steps();
  bool try_place(const std::vector<BufferId>& buffers, uint32_t step);
  void place(const std::vector<BufferId>& buffers, uint32_t step);
  // A wait of the core that only the first instruction to touch [begin, end) of L2 needs.
  struct LateWait {
    uint16_t token = 0;
    uint32_t count = 0;
    uint64_t begin = 0, end = 0;
  };

  std::string does_not_fit(uint32_t step) const;
  std::vector<BufferId> loaded_buffers(uint32_t step, Channel channel) const;
  uint32_t queue_entries(const Step& step, Channel channel) const;
  bool queues_hold(uint32_t step) const;
  bool try_loads(uint32_t step, Channel channel, uint32_t now);
  void require_loads(uint32_t step);
  void run_ahead(uint32_t step);
  bool leaves_room(uint32_t now, uint32_t step) const;
  void issue_loads(uint32_t step, Channel channel);
  void issue_load(const Step& step, const Load& load);
  void issue_stores(uint32_t step);
  void announce_writes(uint32_t step);
  void begin_layer(uint32_t step);
  void compute(uint32_t step);
  void release(uint32_t step);
  void wait_for_loads(const Step& step);
  void before(const isa::Instruction& instruction);
  void dma_wait(Channel channel, uint16_t token, uint32_t count);
  void core_wait(uint16_t token, uint32_t count);
  void wait_for(const StorageRange& extent, const std::optional<Channel>& channel);
  void issue(const isa::Instruction& instruction);
  isa::Address relocate(isa::Address address, BufferId buffer) const;
  Placed& placed(BufferId buffer);

  Schedule& schedule_;
  const isa::Machine& machine_;
  const std::optional<uint32_t> weights_ahead_;
  Scratchpad scratchpad_;
  Emitted out_;
  std::vector<std::optional<Placed>> placed_;      // one per buffer
  std::array<std::vector<bool>, 2> loads_issued_;  // [features, weights][step]
  std::vector<std::vector<BufferId>> last_used_;   // buffers that die with a step
  std::array<uint32_t, kChannels> groups_{};       // issued on each channel
  std::vector<std::vector<uint32_t>>
      waited_;                        // [channel, or kChannels for the core][token]: highest count waited for
  std::vector<LateWait> late_waits_;  // of the step at hand
  std::array<std::vector<uint8_t>, 8> in_force_;  // encoded configuration by kind
  uint32_t steps_done_ = 0, step_at_hand_ = 0;
  uint32_t next_layer_ = 0;
  uint32_t b_bank_ = 0, c_bank_ = 0;
};

}  // namespace mmasim::runtime
