#include "models/kit/token_board.h"

#include <utility>

namespace mmasim::models {

TokenBoard::TokenBoard(uint32_t tokens, isa::TokenWatcher watcher)
    : counts_(tokens), origins_(tokens), watcher_(std::move(watcher)) {
  for (uint32_t token = 0; token < tokens; ++token) changed_.push_back(std::make_unique<sc_core::sc_event>());
}

void TokenBoard::signal(uint16_t token, const SignalOrigin& origin) {
  if (token == 0) return;
  const uint32_t count = ++counts_.at(token);
  origins_[token] = origin;
  if (watcher_) watcher_(token, count);
  changed_[token]->notify(sc_core::SC_ZERO_TIME);
}

std::string TokenBoard::describe_wait(uint16_t token, uint32_t count) const {
  return "token " + std::to_string(token) + " count " + std::to_string(count) + " (it is " +
         std::to_string(counts_.at(token)) + ")";
}

}  // namespace mmasim::models
