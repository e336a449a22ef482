// Which tile of its layer every instruction of a program belongs to. A program marks the end of a tile by
// sync.signal. A transfer into L2 belongs to the tile that waits for it first, one out of L2 to the tile that
// it waited for; any other to that of the core when it was posted.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/program.h"

namespace mmasim::traces {

std::vector<uint32_t> tiles_of(const isa::Program& program);  // by the instruction's index

}  // namespace mmasim::traces
