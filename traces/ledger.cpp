#include "traces/ledger.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace mmasim::traces {

Ledger::Ledger(size_t layers) : layer_count_(layers), layers_(std::max<size_t>(layers, 1)) {}

void Ledger::grow(size_t layers) {
  layer_count_ = std::max(layer_count_, layers);
  if (layers_.size() < layers) layers_.resize(layers);
}

void Ledger::on(const Event& event) {
  switch (event.kind) {
    case Kind::layer:
      return begin_layer(event.layer, event.begin);
    case Kind::setup:
    case Kind::issue:
      return overhead(event.begin, event.end);
    case Kind::stall:
      return event.cause == Cause::sync ? synchronized(event.begin, event.end)
                                        : stalled(event.begin, event.end, event.cause);
    case Kind::slip:
      slip_cycles_ += event.end - event.begin;
      slip_cause_ = event.cause;
      return;
    case Kind::load:
    case Kind::stream:
    case Kind::transfer:
    case Kind::range:
      return on_array(event);
    case Kind::close:
      return array_busy(event.begin, event.end);
    case Kind::vectors:
      return on_vectors(event);
    case Kind::copy:
    case Kind::fill:
      layers_.at(event.layer).dma_bytes += bytes_of(event);
      return add_traffic(event);
    case Kind::moving:
      return moving(event.begin, event.end);
    case Kind::commands:
      layers_.at(event.layer).ddr_activates += event.activates;
      layers_.at(event.layer).ddr_refreshes += event.refreshes;
      refreshes_ += event.refreshes;
      return;
    case Kind::finish:
    case Kind::hold:
    case Kind::access:
      return;  // no cycle and no byte of their own
  }
}

void Ledger::on_array(const Event& event) {
  if (event.kind == Kind::load) current().panel_loads += 1;
  if (event.kind == Kind::stream) {
    current().array_rows += event.rows;
    current().array_macs[event.width] += event.operations;
    array_streams_until_ = std::max(array_streams_until_, event.begin + event.rows);
  }
  add_traffic(event);
  change_split(split_.add(event));
  array_busy(event.issued, std::max(event.done, event.taken));
}

void Ledger::on_vectors(const Event& event) {
  current().dsp_cycles += event.end - event.begin;
  current().core_busy_cycles += event.end - event.begin;
  current().dsp_operations[event.width] += event.operations;
  add_traffic(event);
}

void Ledger::array_busy(uint64_t begin, uint64_t end) {
  const uint64_t from = std::max(begin, array_busy_until_);
  if (end <= from) return;
  const uint64_t slipped = std::min(slip_cycles_, end - from);
  if (slipped > 0) {
    current().stall_cycles[name_of(slip_cause_)] += slipped;
    slip_cycles_ -= slipped;
  }
  current().mma_cycles += end - from - slipped;
  current().core_busy_cycles += end - from - slipped;
  array_busy_until_ = end;
}

void Ledger::overhead(uint64_t begin, uint64_t end) {
  current().overhead_cycles += beyond_streams(begin, end);
}

void Ledger::stalled(uint64_t begin, uint64_t end, Cause cause) {
  const uint64_t cycles = beyond_streams(begin, end);
  if (cycles > 0) current().stall_cycles[name_of(cause)] += cycles;
}

void Ledger::synchronized(uint64_t begin, uint64_t end) {
  const uint64_t from = std::max(begin, array_busy_until_);
  if (end > from) current().stall_cycles[name_of(Cause::sync)] += end - from;
}

uint64_t Ledger::beyond_streams(uint64_t begin, uint64_t end) {
  const uint64_t from = std::max(begin, array_streams_until_);
  if (end <= from) return 0;
  const uint64_t busy_until = std::clamp(array_busy_until_, from, end);
  const uint64_t hidden = std::min(busy_until - from, current().mma_cycles);
  change_split(split_.hide(from, busy_until));
  current().mma_cycles -= hidden;
  current().core_busy_cycles -= hidden;
  return hidden + end - busy_until;
}

void Ledger::change_split(const ArraySplit::Change& change) {
  split_of_layer_.empty_cycles += change.empty_cycles;
  split_of_layer_.load_cycles += change.load_cycles;
}

// A layer may take back what the one before it has booked: what counts is what its busy cycles leave room
// for.
void Ledger::close_split() {
  const auto room = [](int64_t cycles, uint64_t left) {
    return std::min(static_cast<uint64_t>(std::max<int64_t>(cycles, 0)), left);
  };
  LayerActivity& layer = current();
  uint64_t left = layer.mma_cycles - std::min(layer.array_rows, layer.mma_cycles);
  layer.array_empty_cycles = room(split_of_layer_.empty_cycles, left);
  left -= layer.array_empty_cycles;
  layer.array_load_cycles = room(split_of_layer_.load_cycles, left);
  split_of_layer_ = {};
}

// Each layer's share of the piece, which ends now; the layers it lies in have begun.
void Ledger::moving(uint64_t begin, uint64_t end) {
  for (size_t index = current_ + size_t{1}; index-- > 0;) {
    LayerActivity& layer = layers_[index];
    const uint64_t from = std::max(begin, layer.start_cycle);
    if (end > from) layer.dma_cycles += end - from;
    end = std::min(end, layer.start_cycle);
    if (end <= begin) return;
  }
}

void Ledger::add_traffic(const Event& event) {
  LayerActivity& layer = layers_.at(event.layer);
  const auto add = [](Traffic& to, const Traffic& traffic) {
    to.read_bytes += traffic.read_bytes;
    to.write_bytes += traffic.write_bytes;
  };
  add(layer.l1, event.l1);
  add(layer.l2, event.l2);
  add(layer.l3, event.l3);
  add(layer.ddr, event.ddr);
}

void Ledger::begin_layer(uint32_t layer, uint64_t now) {
  if (layer <= current_) return;
  close_layer(now);
  while (current_ < layer) {  // layers without a single instruction begin and end here
    layers_.at(++current_).start_cycle = now;
    current().end_cycle = now;
  }
}

void Ledger::close_layer(uint64_t now) {
  LayerActivity& layer = current();
  layer.end_cycle = now;
  close_split();
  uint64_t booked = layer.core_busy_cycles + layer.overhead_cycles;
  for (const auto& [cause, cycles] : layer.stall_cycles) booked += cycles;
  if (checks_sums_ && booked != layer.end_cycle - layer.start_cycle) {
    throw std::logic_error("ledger: layer " + std::to_string(current_) + " lasts " +
                           std::to_string(layer.end_cycle - layer.start_cycle) + " cycles, booked are " +
                           std::to_string(booked));
  }
}

Activity Ledger::finish(uint64_t end_cycle) {
  begin_layer(static_cast<uint32_t>(layers_.size() - 1), end_cycle);
  close_layer(end_cycle);
  Activity activity;
  activity.total_cycles = end_cycle;
  activity.layers = layers_;
  activity.layers.resize(layer_count_);
  activity.ddr_refreshes = refreshes_;
  return activity;
}

}  // namespace mmasim::traces
