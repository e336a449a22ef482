// Where tensors live between layers: small ones stay in L2, others in L3 while there is room, the rest in
// DDR. Tensors whose lives do not meet share bytes. Tensors that differ in shape only (a Reshape) are one
// storage.
#pragma once

#include <optional>
#include <vector>

#include "runtime/lower/tiles/context.h"

namespace mmasim::runtime {

struct StorageChoice {
  bool keep_in_l2 = true;
  uint64_t ddr_base = 0;  // behind the constants
  // A network input that only convolutions read stays in its planes, of which a tile holds every channel.
  bool leave_planes = true;
};

// What the placement of a network's tensors came to.
struct Storages {
  std::vector<StorageId> inputs,
      outputs;                 // in the network's own row-major form, in DDR; one per graph input or output
  std::vector<bool> is_alias;  // one per node: a Reshape that moves nothing
  uint64_t l3_bytes_used = 0;
};

// Fills context.schedule.storages, context.views and context.resident_bytes.
Storages place_storages(LoweringContext& context, const StorageChoice& choice);

// More room in DDR, for one layer's use.
StorageId add_ddr_scratch(LoweringContext& context, uint64_t bytes, const std::string& name);

}  // namespace mmasim::runtime
