// The DMA engine. Every channel's descriptors are served in order. Channels belong to queues, some of which
// go before the others, which take turns: chunk by chunk, on one read and one write port, with a bounded
// number under way. What a chunk is: chunks.h.
//
// A channel begins its next descriptor while the last bytes of the one before are still on their way, unless
// the two touch the same bytes; it signals in order.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "isa/machine.h"
#include "models/dma/chunks.h"
#include "models/dma/dma_commands.h"
#include "models/dma/dma_config.h"
#include "models/kit/bench.h"
#include "models/kit/port.h"
#include "models/kit/rows.h"

namespace mmasim::models {

class Dma : public sc_core::sc_module, public DmaCommands {
 public:
  tlm_utils::simple_initiator_socket<Dma> read{"read"}, write{"write"};

  Dma(sc_core::sc_module_name name, const DmaConfig& config, const isa::Machine& machine, const Bench& bench);

  bool full(uint32_t channel) const override;
  void post(const DmaEntry& entry) override;
  bool idle() const override { return entries_ == 0; }
  const sc_core::sc_event& progressed() const override { return progressed_; }
  const SignalOrigin& last_completion() const override { return last_completion_; }

  std::string waiting_for()
      const;  // "channel 2 waits for token 3 count 1 (it is 0)", for every channel that waits

 private:
  struct Posted {
    DmaEntry entry;
    Event event;  // what is known of it
  };
  struct Descriptor {
    Descriptor(const Posted& posted, const DmaConfig& config);
    ChunkCutter chunks;
    Event event;  // grows to its transfer's
    uint16_t signal = 0;
    std::vector<uint8_t> fill;  // the element, for a fill
    uint32_t under_way = 0;     // chunks
    SignalOrigin origin;
    uint64_t done_cycle = 0;  // its last byte was written

    bool done() const { return chunks.done() && under_way == 0; }
  };
  struct Channel {
    std::deque<Posted> queue;
    std::deque<std::unique_ptr<Descriptor>> active;  // oldest first
    Descriptor* current = nullptr;                   // whose chunks the slots take
    const isa::DmaWait* held_by = nullptr;
    bool is_served = false;  // by processes of its own
    sc_core::sc_event posted, changed, moved;
  };
  struct Queue {
    std::vector<Channel*> channels;
    size_t turn = 0;
  };
  struct Slot {  // carries one chunk at a time
    explicit Slot(uint32_t bytes);
    std::vector<uint8_t> bytes;
    tlm::tlm_generic_payload payload;
    RowsExtension* rows;  // the payload's
  };

  void begin_service(Channel& channel);
  void serve(Channel& channel);   // process of a channel: starts descriptors
  void retire(Channel& channel);  // process of a channel: ends them
  void carry(Slot& slot);         // process of a slot

  void hold(Channel& channel, const Posted& posted);
  void start(Channel& channel, std::unique_ptr<Descriptor> descriptor);
  bool conflicts(const Channel& channel, const Descriptor& descriptor) const;
  void leave_queue(Channel& channel);
  void entry_done();

  Channel* next_channel();  // whose turn it is, or none
  static Channel* next_channel(Queue& queue);
  void move(Slot& slot, const Chunk& chunk, Descriptor& descriptor);
  void access(Slot& slot, tlm::tlm_command command, isa::Address address, const Rows& rows,
              Descriptor& descriptor);
  void finish_oldest(Channel& channel);
  void begin_chunk();
  void end_chunk();
  void tell_moving();

  const DmaConfig config_;
  const uint32_t queue_entries_;
  const Clock clock_;
  TokenBoard& tokens_;
  Probe& probe_;
  Failure& failure_;
  std::vector<std::unique_ptr<Channel>> channels_;
  std::vector<std::unique_ptr<Slot>> slots_;
  Port read_port_, write_port_;
  std::vector<Queue> queues_;
  size_t turn_ = 0;            // among the queues without priority
  uint64_t entries_ = 0;       // posted and not yet done
  uint32_t descriptors_ = 0;   // posted so far
  uint32_t chunks_ = 0;        // under way
  uint64_t moving_since_ = 0;  // told until then
  SignalOrigin last_completion_;
  sc_core::sc_event work_, progressed_;
};

}  // namespace mmasim::models
