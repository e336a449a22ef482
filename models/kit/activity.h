// What a timed execution tells (traces/activity.h), under the name by which the models' users know it.
#pragma once

#include "traces/activity.h"

namespace mmasim::models {

using traces::Activity;
using traces::LayerActivity;
using traces::Traffic;

}  // namespace mmasim::models
