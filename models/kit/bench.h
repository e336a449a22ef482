// What every unit of a core is built with beside its own configuration.
#pragma once

#include "models/kit/clock.h"
#include "models/kit/failure.h"
#include "models/kit/probe.h"
#include "models/kit/token_board.h"

namespace mmasim::models {

struct Bench {
  const Clock& clock;
  TokenBoard& tokens;
  Probe& probe;
  Failure& failure;
};

}  // namespace mmasim::models
