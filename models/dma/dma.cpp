#include "models/dma/dma.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace mmasim::models {
namespace {

using isa::Space;

// The slowest memory that a descriptor touches: what a waiter for it waits for.
Cause slowest(const ChunkCutter& chunks) {
  const Space a = chunks.source().space, b = chunks.destination().space;
  if (a == Space::ddr || b == Space::ddr) return Cause::ddr;
  return a == Space::l3 || b == Space::l3 ? Cause::l3 : Cause::l2;
}

ChunkCutter cut(const DmaEntry& entry, const DmaConfig& config) {
  if (const auto* copy = std::get_if<isa::DmaCopy>(&entry)) return {*copy, config};
  return {std::get<isa::DmaFill>(entry), config};
}

std::vector<uint8_t> fill_element(const DmaEntry& entry) {
  std::vector<uint8_t> element;
  if (const auto* fill = std::get_if<isa::DmaFill>(&entry)) {
    for (uint32_t i = 0; i < fill->element_bytes; ++i) {
      element.push_back(static_cast<uint8_t>(static_cast<uint64_t>(fill->value) >> 8 * i));
    }
  }
  return element;
}

void fill(uint8_t* bytes, const Chunk& chunk, const std::vector<uint8_t>& element) {
  if (element.size() == 1) {
    std::memset(bytes, element[0], chunk.bytes());
    return;
  }
  for (uint64_t i = 0; i < chunk.bytes(); ++i) {
    bytes[i] = element[(chunk.row_offset + i % chunk.row_bytes) % element.size()];
  }
}

}  // namespace

Dma::Descriptor::Descriptor(const Posted& posted, const DmaConfig& config)
    : chunks(cut(posted.entry, config)), event(posted.event), fill(fill_element(posted.entry)) {
  if (const auto* copy = std::get_if<isa::DmaCopy>(&posted.entry)) {
    event.kind = Kind::copy;
    event.layer = copy->layer;
    signal = copy->signal;
  } else {
    event.kind = Kind::fill;
    event.layer = std::get<isa::DmaFill>(posted.entry).layer;
    signal = std::get<isa::DmaFill>(posted.entry).signal;
  }
  event.from = chunks.source().space;
  event.to = chunks.destination().space;
  origin.descriptor = event.descriptor;
  origin.cause = slowest(chunks);
}

Dma::Slot::Slot(uint32_t chunk_bytes) : bytes(chunk_bytes), rows(new RowsExtension) {
  payload.set_data_ptr(bytes.data());
  payload.set_extension(rows);  // the payload frees it
}

Dma::Dma(sc_core::sc_module_name name, const DmaConfig& config, const isa::Machine& machine,
         const Bench& bench)
    : sc_module(name),
      config_(config),
      queue_entries_(machine.dma_queue_entries),
      clock_(bench.clock),
      tokens_(bench.tokens),
      probe_(bench.probe),
      failure_(bench.failure),
      queues_(config.queues) {
  for (uint32_t index = 0; index < machine.dma_channels; ++index) {
    channels_.push_back(std::make_unique<Channel>());
    queues_[index % queues_.size()].channels.push_back(channels_.back().get());
  }
  for (uint32_t index = 0; index < config.outstanding_chunks; ++index) {
    slots_.push_back(std::make_unique<Slot>(config.chunk_bytes));
    Slot* slot = slots_.back().get();
    sc_core::sc_spawn([this, slot] { failure_.guard([&] { carry(*slot); }); },
                      sc_core::sc_gen_unique_name("slot"));
  }
}

// ---------------------------------------------------------------- the core's side

bool Dma::full(uint32_t channel) const { return channels_.at(channel)->queue.size() >= queue_entries_; }

void Dma::post(const DmaEntry& entry) {
  const uint32_t index = std::visit([](const auto& of) { return of.channel; }, entry);
  Channel& channel = *channels_.at(index);
  if (!channel.is_served) begin_service(channel);
  Event event = probe_.of_core(Kind::hold, 0, 0);
  event.channel = static_cast<uint8_t>(index);
  event.issued = clock_.now();
  if (!std::holds_alternative<isa::DmaWait>(entry)) event.descriptor = ++descriptors_;
  channel.queue.push_back({entry, event});
  ++entries_;
  channel.posted.notify(sc_core::SC_ZERO_TIME);
}

// A process costs a stack, and programs use few of the channels: those that are never posted to have none.
// Both processes begin with the first event that they would have waited for.
void Dma::begin_service(Channel& channel) {
  const auto spawn = [&](void (Dma::*serves)(Channel&), const sc_core::sc_event& first, const char* name) {
    sc_core::sc_spawn_options options;
    options.dont_initialize();
    options.set_sensitivity(&first);
    sc_core::sc_spawn([this, serves, &channel] { failure_.guard([&] { (this->*serves)(channel); }); },
                      sc_core::sc_gen_unique_name(name), &options);
  };
  spawn(&Dma::serve, channel.posted, "channel");
  spawn(&Dma::retire, channel.moved, "retire");
  channel.is_served = true;
}

std::string Dma::waiting_for() const {
  std::string text;
  for (size_t index = 0; index < channels_.size(); ++index) {
    const isa::DmaWait* held_by = channels_[index]->held_by;
    if (held_by == nullptr) continue;
    text += "; channel " + std::to_string(index) + " waits for " +
            tokens_.describe_wait(held_by->token, held_by->count);
  }
  return text.empty() ? "; no DMA channel waits" : text;
}

// ---------------------------------------------------------------- a channel

void Dma::serve(Channel& channel) {
  for (;;) {
    while (channel.queue.empty()) wait(channel.posted);
    const Posted posted = channel.queue.front();
    if (std::holds_alternative<isa::DmaWait>(posted.entry)) {
      hold(channel, posted);
    } else {
      start(channel, std::make_unique<Descriptor>(posted, config_));
    }
  }
}

void Dma::hold(Channel& channel, const Posted& posted) {
  const auto& held_by = std::get<isa::DmaWait>(posted.entry);
  Event event = posted.event;
  event.begin = clock_.now();
  channel.held_by = &held_by;
  while (!tokens_.reached(held_by.token, held_by.count)) wait(tokens_.changed(held_by.token));
  channel.held_by = nullptr;
  event.end = clock_.now();
  if (event.end > event.begin) {
    event.descriptor = tokens_.last_origin(held_by.token).descriptor;
    probe_.tell(event);
  }
  leave_queue(channel);
  entry_done();
}

// Stays in the queue until its first chunk can be taken; returns when its last chunk has been.
void Dma::start(Channel& channel, std::unique_ptr<Descriptor> descriptor) {
  while (conflicts(channel, *descriptor)) wait(channel.changed);
  descriptor->origin.start_cycle = clock_.now();
  if (config_.start_cycles > 0) wait(clock_.cycles(config_.start_cycles));
  descriptor->origin.data_cycle = clock_.now();
  leave_queue(channel);
  channel.active.push_back(std::move(descriptor));
  Descriptor& current = *channel.active.back();
  if (current.chunks.done()) {  // nothing to move
    current.done_cycle = clock_.now();
    channel.moved.notify(sc_core::SC_ZERO_TIME);
    return;
  }
  channel.current = &current;
  work_.notify(sc_core::SC_ZERO_TIME);
  while (channel.current != nullptr) wait(channel.changed);
}

// A descriptor must not read or write what an earlier one still writes, nor write what that still reads.
bool Dma::conflicts(const Channel& channel, const Descriptor& descriptor) const {
  const auto touches = [&](const std::unique_ptr<Descriptor>& earlier) {
    const ByteRange &written = earlier->chunks.destination(), &destination = descriptor.chunks.destination();
    return written.overlaps(descriptor.chunks.source()) || written.overlaps(destination) ||
           earlier->chunks.source().overlaps(destination);
  };
  return std::any_of(channel.active.begin(), channel.active.end(), touches);
}

void Dma::leave_queue(Channel& channel) {
  channel.queue.pop_front();
  progressed_.notify(sc_core::SC_ZERO_TIME);
}

void Dma::entry_done() {
  --entries_;
  progressed_.notify(sc_core::SC_ZERO_TIME);
}

// ---------------------------------------------------------------- a slot

void Dma::carry(Slot& slot) {
  for (;;) {
    Channel* channel = next_channel();
    while (channel == nullptr) {
      wait(work_);
      channel = next_channel();
    }
    Descriptor& descriptor = *channel->current;
    const Chunk chunk = descriptor.chunks.next();
    ++descriptor.under_way;
    if (descriptor.chunks.done()) {
      channel->current = nullptr;
      channel->changed.notify(sc_core::SC_ZERO_TIME);
    }
    begin_chunk();
    move(slot, chunk, descriptor);
    end_chunk();
    --descriptor.under_way;
    if (descriptor.done()) {
      descriptor.done_cycle = clock_.now();
      channel->moved.notify(sc_core::SC_ZERO_TIME);
    }
    if (descriptor.chunks.overwrites_itself()) work_.notify(sc_core::SC_ZERO_TIME);  // its next chunk may go
  }
}

// Queues with priority in their order, then the others in turn, a chunk each.
Dma::Channel* Dma::next_channel() {
  const size_t before = std::min<size_t>(config_.priority_queues, queues_.size());
  for (size_t index = 0; index < before; ++index) {
    if (Channel* channel = next_channel(queues_[index])) return channel;
  }
  const size_t others = queues_.size() - before;
  for (size_t step = 0; step < others; ++step) {
    const size_t index = (turn_ + step) % others;
    if (Channel* channel = next_channel(queues_[before + index])) {
      turn_ = (index + 1) % others;
      return channel;
    }
  }
  return nullptr;
}

// The queue's channels in turn; a descriptor that overwrites itself has one chunk under way at a time.
Dma::Channel* Dma::next_channel(Queue& queue) {
  for (size_t step = 0; step < queue.channels.size(); ++step) {
    const size_t index = (queue.turn + step) % queue.channels.size();
    const Descriptor* current = queue.channels[index]->current;
    if (current == nullptr || (current->chunks.overwrites_itself() && current->under_way > 0)) continue;
    queue.turn = (index + 1) % queue.channels.size();
    return queue.channels[index];
  }
  return nullptr;
}

void Dma::move(Slot& slot, const Chunk& chunk, Descriptor& descriptor) {
  if (!chunk.src.is_none()) {
    access(slot, tlm::TLM_READ_COMMAND, chunk.src,
           Rows::packed(chunk.rows, chunk.row_bytes, chunk.src_stride), descriptor);
  } else {
    fill(slot.bytes.data(), chunk, descriptor.fill);
  }
  access(slot, tlm::TLM_WRITE_COMMAND, chunk.dst, Rows::packed(chunk.rows, chunk.row_bytes, chunk.dst_stride),
         descriptor);
}

// Takes its turn at the engine's port, then moves the rows over the interconnect. A port takes one command a
// cycle, of at most burst_bytes, and one beat of data; a row takes row_cycles at least.
void Dma::access(Slot& slot, tlm::tlm_command command, isa::Address address, const Rows& rows,
                 Descriptor& descriptor) {
  const bool is_read = command == tlm::TLM_READ_COMMAND;
  const uint64_t now = clock_.now();
  const uint64_t cycles = std::max({rows.beats(config_.port_bytes_per_cycle), rows.beats(config_.burst_bytes),
                                    rows.rows * config_.row_cycles});
  const uint64_t begin = (is_read ? read_port_ : write_port_).occupy(now, cycles);
  if (begin > now) wait(clock_.cycles(begin - now));

  slot.payload.set_command(command);
  slot.payload.set_address(address.raw);
  slot.payload.set_data_length(static_cast<unsigned>(rows.bytes()));
  slot.payload.set_streaming_width(static_cast<unsigned>(rows.bytes()));
  slot.payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  slot.rows->rows = rows;
  slot.rows->contention_cycles = 0;
  const uint64_t asked = clock_.now();
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  (is_read ? read : write)->b_transport(slot.payload, delay);
  if (!slot.payload.is_response_ok()) {
    throw std::logic_error("dma: address " + std::to_string(address.raw) + " of " +
                           std::to_string(rows.rows) + " rows answers " + slot.payload.get_response_string());
  }
  if (delay > sc_core::SC_ZERO_TIME) wait(delay);

  Event event;
  event.kind = Kind::access;
  event.channel = descriptor.event.channel;
  event.layer = descriptor.event.layer;
  event.instruction = descriptor.event.instruction;
  event.descriptor = descriptor.event.descriptor;
  event.begin = asked;
  event.end = clock_.now();
  for (Event* of : {&event, &descriptor.event}) {
    traces::Traffic& traffic = traces::traffic(*of, address.space());
    (is_read ? traffic.read_bytes : traffic.write_bytes) += rows.bytes();
  }
  probe_.tell(event);
  SignalOrigin& origin = descriptor.origin;
  origin.access_cycles += clock_.now() - asked;
  if (address.space() == isa::Space::l2) origin.l2_contention_cycles += slot.rows->contention_cycles;
  if (address.space() == isa::Space::l3) origin.l3_contention_cycles += slot.rows->contention_cycles;
}

// ---------------------------------------------------------------- the end of a descriptor

// In the channel's order, end_cycles after the last byte.
void Dma::retire(Channel& channel) {
  for (;;) {
    while (channel.active.empty() || !channel.active.front()->done()) wait(channel.moved);
    const uint64_t end = channel.active.front()->done_cycle + config_.end_cycles, now = clock_.now();
    if (end > now) wait(clock_.cycles(end - now));
    finish_oldest(channel);
  }
}

void Dma::finish_oldest(Channel& channel) {
  const std::unique_ptr<Descriptor> oldest = std::move(channel.active.front());
  channel.active.pop_front();
  last_completion_ = oldest->origin;
  Event& event = oldest->event;
  event.begin = oldest->origin.start_cycle;
  event.data = oldest->origin.data_cycle;
  event.done = oldest->done_cycle;
  event.end = clock_.now();
  event.cause = oldest->origin.cause;
  if (chunks_ > 0) tell_moving();
  probe_.tell(event);
  tokens_.signal(oldest->signal, oldest->origin);
  entry_done();
  channel.changed.notify(sc_core::SC_ZERO_TIME);
}

// ---------------------------------------------------------------- what is told

void Dma::begin_chunk() {
  if (chunks_++ == 0) moving_since_ = clock_.now();
}

void Dma::end_chunk() {
  if (chunks_ == 1) tell_moving();
  --chunks_;
}

// In pieces that end where a transfer does, or the engine is still.
void Dma::tell_moving() {
  const uint64_t now = clock_.now();
  probe_.piece(Kind::moving, moving_since_, now);
  moving_since_ = now;
}

}  // namespace mmasim::models
