// How much of L2 holds what is still to be read, as a program uses it: to the kilobyte that is written, and
// read later. Found in the program's order, without time: an instruction takes bytes when it begins to write
// them, and frees them when the last that reads them ends.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/program.h"

namespace mmasim::traces {

struct L2Change {
  uint64_t taken_bytes = 0;  // when the instruction begins
  uint64_t freed_bytes = 0;  // when it ends
};

std::vector<L2Change> l2_use(const isa::Program& program);  // by the instruction's index

}  // namespace mmasim::traces
