// Splits the core's wait for a DMA descriptor into causes. Pure.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/kit/ledger.h"
#include "models/kit/token_board.h"

namespace mmasim::models {

// Before the descriptor reached the head of its queue, and while its bytes moved, the wait was for memory (a
// queue moves bytes like its last descriptor's, mostly); in between for the engine's start.
inline void book_stall(Ledger& ledger, uint64_t begin, uint64_t end, const SignalOrigin& origin) {
  const uint64_t start = std::clamp(origin.start_cycle, begin, end);
  const uint64_t data = std::clamp(origin.data_cycle, start, end);
  ledger.stalled(begin, start, origin.cause);
  ledger.stalled(start, data, "dma_start");
  ledger.stalled(data, end, origin.cause);
}

}  // namespace mmasim::models
