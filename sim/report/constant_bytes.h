// How many bytes of the constant segment each layer of a program fetches, read off its code. What else it
// moves, only an execution tells.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/program.h"

namespace mmasim::sim {

std::vector<uint64_t> constant_bytes_read(const isa::Program& program);  // one per layer

}  // namespace mmasim::sim
