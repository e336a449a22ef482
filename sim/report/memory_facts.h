// Rows of `memory` and of `edges`: where a tensor or constant lies and how long, and which layer reads whose
// results. What decides that is lowering.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/program.h"
#include "runtime/lower/memory_map.h"
#include "sim/kit/keys.h"

namespace mmasim::sim {

struct MemoryFacts {
  std::string tensor, kind, space;
  uint64_t address = 0, bytes = 0;
  uint64_t first_layer = 0, last_layer = 0, first_step = 0, last_step = 0;
  uint64_t times = 1, step_period = 0;
  std::vector<std::string> views;
};

std::vector<MemoryFacts> memory_facts(const std::vector<runtime::MemoryBlock>& blocks);

// Of a compiled program what its file says: constants, inputs and outputs, there from beginning to end.
std::vector<MemoryFacts> memory_facts(const isa::Program& program);

const Keys<MemoryFacts>& memory_keys();

// A row of `edges`: a layer that reads what another one made.
struct EdgeFacts {
  uint64_t from = 0, to = 0;  // rows of `layers`
};

// producers: of each layer, the layers whose results it reads.
std::vector<EdgeFacts> edge_facts(const std::vector<std::vector<uint32_t>>& producers);

const Keys<EdgeFacts>& edge_keys();

}  // namespace mmasim::sim
