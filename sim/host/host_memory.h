// Memory of the host: whether it has what a network's values take, asked before any of them is made (an
// estimate from below: what passes may still be too much, what is refused is), and giving back what is free.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/graph/graph.h"

namespace mmasim::sim {

// Of the float network at the node where most is alive, inputs included. Weights are not counted.
uint64_t float_bytes_alive(const runtime::Graph& graph);

// Of this machine, or of the control group where that has less.
uint64_t host_memory_bytes();

// Throws runtime::UserError naming the file if the network's values need more than `host_bytes`.
void check_host_memory(const runtime::Graph& graph, const std::string& file, uint64_t host_bytes);

// Gives back what is free within the heap, which keeps the pages it once had.
void release_freed_pages();

}  // namespace mmasim::sim
