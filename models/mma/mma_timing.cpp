#include "models/mma/mma_timing.h"

#include <algorithm>
#include <cmath>

namespace mmasim::models {

MmaPipeline::MmaPipeline(const MmaConfig& config, const isa::Machine& machine)
    : config_(config),
      pause_milli_(static_cast<uint64_t>(std::llround(config.block_cycles * 1000))),
      b_banks_(machine.b_banks),
      c_banks_(machine.c_banks),
      load_queue_(config.queue_entries),
      stream_queue_(config.queue_entries),
      transfer_queue_(config.queue_entries) {}

uint64_t MmaPipeline::opened(uint64_t now) const {
  return is_open_ ? std::max(now, open_cycle_) : now + config_.open_cycles;
}

void MmaPipeline::open(uint64_t now) {
  if (!is_open_) open_cycle_ = now + config_.open_cycles;
  is_open_ = true;
}

void MmaPipeline::retire_at(uint64_t cycle) { retired_cycle_ = std::max(retired_cycle_, cycle); }

uint64_t MmaPipeline::earliest_load(uint32_t b_bank, uint64_t now) const {
  return std::max({opened(load_queue_.earliest(now)), loader_free_, b_banks_[b_bank].free_cycle});
}

uint64_t MmaPipeline::earliest_stream(uint32_t b_bank, uint32_t c_bank, bool from_zero, uint64_t now) const {
  const uint64_t ready = std::max({opened(stream_queue_.earliest(now)), stream_free_,
                                   b_banks_[b_bank].loaded_cycle, c_banks_[c_bank].read_cycle});
  return ready + (from_zero ? block_pause() : 0);
}

uint64_t MmaPipeline::earliest_transfer(uint32_t c_bank, uint64_t now) const {
  return std::max({opened(transfer_queue_.earliest(now)), transfer_free_, c_banks_[c_bank].written_cycle});
}

MmaPipeline::Occupied MmaPipeline::load(uint32_t b_bank, uint64_t cycles, uint64_t now) {
  const uint64_t accepted = load_queue_.earliest(now), start = earliest_load(b_bank, now),
                 end = start + cycles;
  open(accepted);
  load_queue_.push(start);
  loader_free_ = end;
  b_banks_[b_bank].loaded_cycle = end;
  retire_at(end);
  return {accepted, start, end};
}

MmaPipeline::Occupied MmaPipeline::stream(uint32_t b_bank, uint32_t c_bank, uint64_t cycles, bool from_zero,
                                          uint64_t now) {
  const uint64_t accepted = stream_queue_.earliest(now);
  const uint64_t start = earliest_stream(b_bank, c_bank, from_zero, now), end = start + cycles;
  open(accepted);
  stream_queue_.push(start);
  stream_free_ = end;
  b_banks_[b_bank].free_cycle = end;
  c_banks_[c_bank].written_cycle = end;
  if (from_zero) pause_carry_ = (pause_carry_ + pause_milli_) % 1000;
  retire_at(end);
  return {accepted, start, end};
}

MmaPipeline::Occupied MmaPipeline::transfer(uint32_t c_bank, uint64_t cycles, uint64_t now) {
  const uint64_t accepted = transfer_queue_.earliest(now), start = earliest_transfer(c_bank, now);
  const uint64_t end = start + cycles;
  open(accepted);
  transfer_queue_.push(start);
  transfer_free_ = end;
  c_banks_[c_bank].read_cycle = end;
  retire_at(end + config_.drain_cycles);
  return {accepted, start, end + config_.drain_cycles};
}

MmaPipeline::Occupied MmaPipeline::range(uint64_t now) {
  const uint64_t accepted = transfer_queue_.earliest(now);
  const uint64_t start = std::max(opened(accepted), transfer_free_), end = start + 1;
  open(accepted);
  transfer_queue_.push(start);
  transfer_free_ = end;
  retire_at(end + config_.drain_cycles);
  return {accepted, start, end + config_.drain_cycles};
}

void MmaPipeline::slip(uint64_t cycles) {
  for (uint64_t* free : {&loader_free_, &stream_free_, &transfer_free_}) *free += cycles;
}

uint64_t MmaPipeline::close(uint64_t now) {
  if (!is_open_) return now;
  is_open_ = false;
  retired_cycle_ = std::max(now, retired_cycle_) + config_.close_cycles;
  return retired_cycle_;
}

}  // namespace mmasim::models
