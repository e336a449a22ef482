// Where every tensor and constant of a lowered network lies and for how long: a block per storage, per piece
// of the constant segment and per buffer in L2. Read off what lowering and the emitter decided; decides
// nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/address.h"

namespace mmasim::runtime {

enum class BlockKind : uint8_t { input, output, activation, constant };

// No two blocks of one memory share a byte in one step. A tensor that is cut into tiles has a block in L2 for
// each; what a layer keeps for itself (sums of the array that the vector core goes on with) is its
// activation.
struct MemoryBlock {
  std::string tensor;              // "NODE:weights", "NODE:bias", "NODE:table" of constants
  std::vector<std::string> views;  // tensors that are the same bytes in another shape
  BlockKind kind = BlockKind::activation;
  isa::Space space = isa::Space::ddr;
  uint64_t address = 0;  // in its memory
  uint64_t bytes = 0;
  uint32_t first_layer = 0, last_layer = 0;  // rows of the layer table
  uint32_t first_step = 0, last_step = 0;    // of the schedule; a layer has as many as it has tiles
  uint32_t times = 1, step_period = 0;       // tiles of a layer that follow each other in one place: it lies
                                             // there so many times, each so many steps after the one before
};

struct LoweringContext;
struct Storages;
struct Emitted;

// One a layer: the layers whose results it reads, in order. The network's inputs are nobody's.
std::vector<std::vector<uint32_t>> producers_of_layers(const LoweringContext& context);

// By memory (L2, L3, DDR), then by first step, then by address.
std::vector<MemoryBlock> memory_map(const LoweringContext& context, const Storages& storages,
                                    const Emitted& emitted);

}  // namespace mmasim::runtime
