#include "models/kit/ledger.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace mmasim::models {

Ledger::Ledger(size_t layers) : layer_count_(layers), layers_(std::max<size_t>(layers, 1)) {}

void Ledger::array_busy(uint64_t begin, uint64_t end) {
  const uint64_t from = std::max(begin, array_busy_until_);
  if (end <= from) return;
  const uint64_t slipped = std::min(slip_cycles_, end - from);
  if (slipped > 0) {
    current().stall_cycles[slip_cause_] += slipped;
    slip_cycles_ -= slipped;
  }
  current().mma_cycles += end - from - slipped;
  current().core_busy_cycles += end - from - slipped;
  array_busy_until_ = end;
}

void Ledger::array_slips(uint64_t cycles, const char* cause) {
  slip_cycles_ += cycles;
  slip_cause_ = cause;
}

void Ledger::dsp_busy(uint64_t begin, uint64_t end) {
  current().dsp_cycles += end - begin;
  current().core_busy_cycles += end - begin;
}

void Ledger::overhead(uint64_t begin, uint64_t end) {
  current().overhead_cycles += beyond_streams(begin, end);
}

void Ledger::array_streams(uint64_t end) { array_streams_until_ = std::max(array_streams_until_, end); }

void Ledger::stalled(uint64_t begin, uint64_t end, const char* cause) {
  const uint64_t cycles = beyond_streams(begin, end);
  if (cycles > 0) current().stall_cycles[cause] += cycles;
}

void Ledger::synchronized(uint64_t begin, uint64_t end) {
  const uint64_t from = std::max(begin, array_busy_until_);
  if (end > from) current().stall_cycles["sync"] += end - from;
}

uint64_t Ledger::beyond_streams(uint64_t begin, uint64_t end) {
  const uint64_t from = std::max(begin, array_streams_until_);
  if (end <= from) return 0;
  const uint64_t busy_until = std::clamp(array_busy_until_, from, end);
  const uint64_t hidden = std::min(busy_until - from, current().mma_cycles);
  current().mma_cycles -= hidden;
  current().core_busy_cycles -= hidden;
  return hidden + end - busy_until;
}

void Ledger::begin_layer(uint32_t layer, uint64_t now) {
  if (layer <= current_) return;
  close_layer(now);
  while (current_ < layer) {  // layers without a single instruction begin and end here
    layers_.at(++current_).start_cycle = now;
    current().end_cycle = now;
  }
}

void Ledger::flush_dma(uint64_t now) {
  if (chunks_ > 0) current().dma_cycles += now - dma_since_;
  dma_since_ = now;
}

void Ledger::chunk_begins(uint64_t now) {
  flush_dma(now);
  ++chunks_;
}

void Ledger::chunk_ends(uint64_t now) {
  flush_dma(now);
  --chunks_;
}

void Ledger::ddr_counts(uint64_t activates, uint64_t refreshes) {
  current().ddr_activates += activates - activates_;
  current().ddr_refreshes += refreshes - refreshes_;
  activates_ = activates;
  refreshes_ = refreshes;
}

Traffic& Ledger::traffic(LayerActivity& layer, isa::Space space) {
  switch (space) {
    case isa::Space::l2:
      return layer.l2;
    case isa::Space::l3:
      return layer.l3;
    case isa::Space::ddr:
      return layer.ddr;
    case isa::Space::none:
      break;
  }
  throw std::logic_error("ledger: traffic of no memory");
}

void Ledger::close_layer(uint64_t now) {
  flush_dma(now);
  LayerActivity& layer = current();
  layer.end_cycle = now;
  uint64_t booked = layer.core_busy_cycles + layer.overhead_cycles;
  for (const auto& [cause, cycles] : layer.stall_cycles) booked += cycles;
  if (booked != layer.end_cycle - layer.start_cycle) {
    throw std::logic_error("ledger: layer " + std::to_string(current_) + " lasts " +
                           std::to_string(layer.end_cycle - layer.start_cycle) + " cycles, booked are " +
                           std::to_string(booked));
  }
}

Activity Ledger::finish(uint64_t now) {
  begin_layer(static_cast<uint32_t>(layers_.size() - 1), now);
  close_layer(now);
  Activity activity;
  activity.total_cycles = now;
  activity.layers = layers_;
  activity.layers.resize(layer_count_);
  activity.ddr_refreshes = refreshes_;
  return activity;
}

}  // namespace mmasim::models
