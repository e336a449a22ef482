// The schedule: what lowering decides before addresses and tokens exist. A layer is a row of steps; a step
// loads buffers by DMA, computes, and stores buffers by DMA. The emitter (emitter.h) places the buffers in L2
// and turns the order of steps into instructions and tokens; a step's author never thinks of either.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "isa/program.h"

namespace mmasim::runtime {

enum class BufferId : uint32_t {};
enum class StorageId : uint32_t {};

// A piece of L2. Lives from the step that loads or allocates it to the last step that uses it.
struct Buffer {
  uint64_t bytes = 0;
  uint32_t last_step = 0;
};

// Where a tensor (or several that share its bytes) lies for its whole life.
struct Storage {
  std::string name;
  uint64_t bytes = 0;
  isa::Space space = isa::Space::ddr;
  uint64_t offset = 0;  // in L3 or DDR; an L2 resident lies in `resident` instead
  BufferId resident{};
  bool is_resident() const { return space == isa::Space::l2; }
};

// Bytes [begin, end) of a storage.
struct StorageRange {
  StorageId storage{};
  uint64_t begin = 0, end = 0;
};

enum class Channel : uint8_t { features = 0, weights = 1, stores = 2 };

// DMA into `buffer`. L2 addresses in the descriptors are relative: of dst to `buffer`, of src to
// `source_buffer`.
struct Load {
  Channel channel = Channel::features;
  BufferId buffer{};
  std::vector<std::variant<isa::DmaCopy, isa::DmaFill>> descriptors;
  std::vector<StorageRange> reads;  // what must have been written before
  bool source_is_buffer = false;
  BufferId source_buffer{};
};

// DMA out of `buffer`. The L2 address of src is relative to it.
struct Store {
  BufferId buffer{};
  std::vector<isa::DmaCopy> descriptors;
  StorageRange writes;
};

class StepEmitter;

struct Step {
  uint32_t layer = 0;
  std::vector<Load> loads;
  std::vector<BufferId> allocates;  // written by compute: outputs, scratch
  std::vector<BufferId> uses;       // every buffer compute touches, allocated or loaded here or earlier
  std::vector<StorageRange> reads_directly;   // storages that compute reads without DMA
  std::vector<StorageRange> writes_directly;  // storages (residents too) that compute writes without DMA
  std::function<void(StepEmitter&)> compute;
  std::vector<Store> stores;
};

struct Schedule {
  std::vector<Buffer> buffers;
  std::vector<Storage> storages;
  std::vector<Step> steps;
  std::vector<isa::LayerInfo> layers;
  std::vector<isa::Setup> setups;  // one per layer

  BufferId new_buffer(uint64_t bytes) {
    buffers.push_back({bytes, 0});
    return static_cast<BufferId>(buffers.size() - 1);
  }
  Step& new_step(uint32_t layer) {
    steps.emplace_back();
    steps.back().layer = layer;
    return steps.back();
  }
  Buffer& at(BufferId id) { return buffers[static_cast<size_t>(id)]; }
  const Buffer& at(BufferId id) const { return buffers[static_cast<size_t>(id)]; }
  Storage& at(StorageId id) { return storages[static_cast<size_t>(id)]; }
  const Storage& at(StorageId id) const { return storages[static_cast<size_t>(id)]; }
};

}  // namespace mmasim::runtime
