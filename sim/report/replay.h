// What `mmasim memory` tells of a replayed stream of addresses. Replays nothing:
// models/memory/stream_replay.h does.
#pragma once

#include "models/memory/stream_replay.h"
#include "sim/kit/keys.h"
#include "sim/report/printout.h"

namespace mmasim::sim {

const Keys<models::StreamResult>& replay_keys();

class ReplayPrintout : public Printout {
 public:
  explicit ReplayPrintout(const models::StreamResult& result) : result_(result) {}
  ordered_json json() const override { return to_json(replay_keys(), result_); }
  Table table() const override;

 private:
  const models::StreamResult result_;
};

}  // namespace mmasim::sim
