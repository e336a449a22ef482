// Splits the core's wait for a DMA descriptor into causes. Pure.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/kit/probe.h"
#include "models/kit/token_board.h"

namespace mmasim::models {

// Before the descriptor reached the head of its queue, and while its bytes moved, the wait was for memory (a
// queue moves bytes like its last descriptor's, mostly); in between for the engine's start. Of the time that
// bytes moved, the share in which the descriptor's accesses waited for others in L2 or L3 is that memory's.
inline void tell_stall(Probe& probe, uint64_t begin, uint64_t end, const SignalOrigin& origin) {
  if (origin.cause == Cause::none) return probe.piece(Kind::stall, begin, end, Cause::sync);
  const uint64_t start = std::clamp(origin.start_cycle, begin, end);
  const uint64_t data = std::clamp(origin.data_cycle, start, end);
  const auto share = [&](uint64_t contention) {
    return origin.access_cycles == 0 ? 0 : (end - data) * contention / origin.access_cycles;
  };
  const uint64_t l2 = share(origin.l2_contention_cycles), l3 = share(origin.l3_contention_cycles);
  const auto wait = [&](uint64_t from, uint64_t to, Cause cause) {
    probe.piece(Kind::stall, from, to, cause, origin.descriptor);
  };
  wait(begin, start, origin.cause);
  wait(start, data, Cause::dma_start);
  wait(data, data + l2, Cause::l2);
  wait(data + l2, data + l2 + l3, Cause::l3);
  wait(data + l2 + l3, end, origin.cause);
}

}  // namespace mmasim::models
