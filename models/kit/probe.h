// Through which the units of one core tell their events. Says for them what they need not know: the core, its
// layer, and the instruction that it is at.
#pragma once

#include <cstdint>

#include "traces/observer.h"

namespace mmasim::models {

using traces::Cause;
using traces::Event;
using traces::Kind;

class Probe {
 public:
  Probe(uint32_t core, traces::Observer& observer)
      : core_(static_cast<uint16_t>(core)), observer_(observer) {}

  // The core's place in the program.
  void at_instruction(uint64_t index) { instruction_ = static_cast<uint32_t>(index); }
  uint32_t instruction() const { return instruction_; }
  void begin_layer(uint32_t layer, uint64_t now) {
    if (layer > layer_) layer_ = layer;
    Event event = of_core(Kind::layer, now, now);
    observer_.on(event);
  }

  // An event of the core's layer and instruction, to be filled and told.
  Event of_core(Kind kind, uint64_t begin, uint64_t end) const {
    Event event;
    event.kind = kind;
    event.layer = layer_;
    event.instruction = instruction_;
    event.begin = begin;
    event.end = end;
    event.core = core_;
    return event;
  }
  void tell(Event& event) {
    event.core = core_;
    observer_.on(event);
  }

  // Pieces of the core's time; one without a cycle is not told.
  void piece(Kind kind, uint64_t begin, uint64_t end, Cause cause = Cause::none, uint32_t descriptor = 0) {
    if (begin == end) return;
    Event event = of_core(kind, begin, end);
    event.cause = cause;
    event.descriptor = descriptor;
    observer_.on(event);
  }

 private:
  const uint16_t core_;
  traces::Observer& observer_;
  uint32_t layer_ = 0, instruction_ = 0;
};

}  // namespace mmasim::models
