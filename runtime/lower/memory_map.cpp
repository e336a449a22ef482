#include "runtime/lower/memory_map.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <tuple>

#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/tiles/storages.h"

namespace mmasim::runtime {

namespace {

struct Steps {
  uint32_t first = UINT32_MAX, last = 0;
  void touch(uint32_t step) { first = std::min(first, step), last = std::max(last, step); }
  bool any() const { return first <= last; }
};

// What a buffer holds: a part of a storage, or a piece of the constant segment; neither: a layer's own.
struct Content {
  std::optional<StorageId> storage;
  const ConstantPiece* constant = nullptr;
};

bool in_one_place(const MemoryBlock& a, const MemoryBlock& b) {
  const auto place = [](const MemoryBlock& block) {
    return std::tie(block.space, block.address, block.bytes, block.first_layer, block.last_layer, block.kind,
                    block.tensor, block.views);
  };
  return place(a) == place(b);
}

// Whether `next` lies where `block` does, as long, and when its time comes again: then it is one time more of
// it.
bool goes_on(MemoryBlock& block, const MemoryBlock& next) {
  const auto latest = block.first_step + (block.times - 1) * block.step_period;
  const auto period = next.first_step - latest;
  const bool as_long = next.last_step - next.first_step == block.last_step - block.first_step;
  if (!in_one_place(block, next) || !as_long || (block.times > 1 && period != block.step_period))
    return false;
  block.step_period = period;
  ++block.times;
  return true;
}

std::vector<MemoryBlock> with_repetitions(std::vector<MemoryBlock> blocks) {
  std::stable_sort(blocks.begin(), blocks.end(), [](const MemoryBlock& a, const MemoryBlock& b) {
    return std::tie(a.space, a.address, a.bytes, a.tensor, a.first_step) <
           std::tie(b.space, b.address, b.bytes, b.tensor, b.first_step);
  });
  std::vector<MemoryBlock> repeated;
  for (auto& block : blocks) {
    if (repeated.empty() || !goes_on(repeated.back(), block)) repeated.push_back(std::move(block));
  }
  return repeated;
}

std::map<BufferId, StorageId> residents_by_buffer(const Schedule& schedule) {
  std::map<BufferId, StorageId> residents;
  for (size_t i = 0; i < schedule.storages.size(); ++i)
    if (schedule.storages[i].is_resident())
      residents[schedule.storages[i].resident] = static_cast<StorageId>(i);
  return residents;
}

std::set<StorageId> storages_written(const Step& step) {
  std::set<StorageId> storages;
  for (const auto& extent : step.writes_directly) storages.insert(extent.storage);
  for (const auto& store : step.stores) storages.insert(store.writes.storage);
  return storages;
}

// Residents of L2 among them that the step only writes.
std::set<StorageId> storages_read(const Step& step, const std::map<BufferId, StorageId>& resident_in) {
  std::set<StorageId> storages;
  for (const auto& load : step.loads)
    for (const auto& extent : load.reads) storages.insert(extent.storage);
  for (const auto& extent : step.reads_directly) storages.insert(extent.storage);
  for (const auto buffer : step.uses) {
    const auto found = resident_in.find(buffer);
    if (found != resident_in.end()) storages.insert(found->second);
  }
  return storages;
}

class MemoryMap {
 public:
  MemoryMap(const LoweringContext& context, const Storages& storages, const Emitted& emitted)
      : context_(context),
        schedule_(context.schedule),
        emitted_(emitted),
        lives_(schedule_.storages.size()),
        kinds_(schedule_.storages.size(), BlockKind::activation),
        views_(schedule_.storages.size()),
        contents_(schedule_.buffers.size()) {
    last_step_ = schedule_.steps.empty() ? 0 : static_cast<uint32_t>(schedule_.steps.size() - 1);
    for (const auto id : storages.outputs) kind_of(id) = BlockKind::output;
    for (const auto id : storages.inputs) kind_of(id) = BlockKind::input;
    for (uint32_t step = 0; step < schedule_.steps.size(); ++step) read(schedule_.steps[step], step);
    for (const auto id : storages.inputs) life_of(id).touch(0);
    for (const auto id : storages.outputs) life_of(id).touch(last_step_);
    find_views();
  }

  std::vector<MemoryBlock> blocks() {
    add_buffers();
    add_storages();
    add_constants();
    blocks_ = with_repetitions(std::move(blocks_));
    std::sort(blocks_.begin(), blocks_.end(), [](const MemoryBlock& a, const MemoryBlock& b) {
      return std::tuple(order_of(a.space), a.first_step, a.address) <
             std::tuple(order_of(b.space), b.first_step, b.address);
    });
    return std::move(blocks_);
  }

 private:
  static int order_of(isa::Space space) {
    return space == isa::Space::l2 ? 0 : space == isa::Space::l3 ? 1 : 2;
  }
  BlockKind& kind_of(StorageId id) { return kinds_[static_cast<size_t>(id)]; }
  Steps& life_of(StorageId id) { return lives_[static_cast<size_t>(id)]; }
  Content& content_of(BufferId id) { return contents_[static_cast<size_t>(id)]; }

  void read(const Step& step, uint32_t index) {
    for (const auto& load : step.loads) {
      for (const auto& extent : load.reads) life_of(extent.storage).touch(index);
      read(load);
    }
    for (const auto& extent : step.reads_directly) life_of(extent.storage).touch(index);
    for (const auto& extent : step.writes_directly) life_of(extent.storage).touch(index);
    for (const auto& store : step.stores) {
      life_of(store.writes.storage).touch(index);
      content_of(store.buffer).storage = store.writes.storage;
    }
  }

  void read(const Load& load) {
    auto& content = content_of(load.buffer);
    if (content.storage || content.constant != nullptr) return;
    if (!load.reads.empty()) content.storage = load.reads.front().storage;
    if (load.channel != Channel::weights) return;
    const auto* copy = std::get_if<isa::DmaCopy>(&load.descriptors.at(0));
    if (copy != nullptr) content.constant = context_.constants.piece_at(copy->src.offset());
  }

  void find_views() {
    for (TensorId id = 0; id < context_.graph.tensors.size(); ++id) {
      const auto storage = context_.view(id).storage;
      const auto& name = context_.graph.tensors[id].name;
      if (name != schedule_.at(storage).name) views_[static_cast<size_t>(storage)].push_back(name);
    }
  }

  MemoryBlock block(const std::string& tensor, BlockKind kind, isa::Space space, const Steps& steps) const {
    MemoryBlock block;
    block.tensor = tensor, block.kind = kind, block.space = space;
    block.first_step = steps.first, block.last_step = steps.last;
    if (schedule_.steps.empty()) return block;
    block.first_layer = schedule_.steps.at(steps.first).layer;
    block.last_layer = schedule_.steps.at(steps.last).layer;
    return block;
  }

  void add(MemoryBlock block, uint64_t address, uint64_t bytes) {
    block.address = address, block.bytes = bytes;
    blocks_.push_back(std::move(block));
  }

  void add_buffers() {
    for (const auto& [buffer, storage] : residents_by_buffer(schedule_)) content_of(buffer).storage = storage;
    for (size_t i = 0; i < schedule_.buffers.size(); ++i) {
      const auto& placed = emitted_.buffers.at(i);
      if (!placed) continue;
      const auto& buffer = schedule_.buffers[i];
      add(block_of_buffer(contents_[i], {placed->first_step, buffer.last_step}), placed->offset,
          buffer.bytes);
    }
  }

  MemoryBlock block_of_buffer(const Content& content, const Steps& steps) {
    if (content.constant != nullptr)
      return block(content.constant->name, BlockKind::constant, isa::Space::l2, steps);
    if (!content.storage) {
      const auto layer = schedule_.steps.at(steps.last).layer;
      return block(schedule_.layers[layer].name + ":sums", BlockKind::activation, isa::Space::l2, steps);
    }
    const auto& storage = schedule_.at(*content.storage);
    auto tile = block(storage.name, kind_of(*content.storage), isa::Space::l2, steps);
    if (storage.is_resident()) tile.views = views_[static_cast<size_t>(*content.storage)];
    return tile;
  }

  void add_storages() {
    for (size_t i = 0; i < schedule_.storages.size(); ++i) {
      const auto& storage = schedule_.storages[i];
      if (storage.is_resident() || !lives_[i].any()) continue;
      auto whole = block(storage.name, kinds_[i], storage.space, lives_[i]);
      whole.views = views_[i];
      if (whole.kind == BlockKind::input) whole.first_layer = 0;
      add(std::move(whole), storage.offset, storage.bytes);
    }
  }

  // There before the network is called, and written by nothing.
  void add_constants() {
    for (const auto& piece : context_.constants.pieces()) {
      auto whole = block(piece.name, BlockKind::constant, isa::Space::ddr, {0, last_step_});
      whole.first_layer = 0;
      add(std::move(whole), piece.offset, piece.bytes);
    }
  }

  const LoweringContext& context_;
  const Schedule& schedule_;
  const Emitted& emitted_;
  uint32_t last_step_ = 0;
  std::vector<Steps> lives_;                     // one per storage
  std::vector<BlockKind> kinds_;                 // one per storage
  std::vector<std::vector<std::string>> views_;  // one per storage
  std::vector<Content> contents_;                // one per buffer
  std::vector<MemoryBlock> blocks_;
};

}  // namespace

std::vector<std::vector<uint32_t>> producers_of_layers(const LoweringContext& context) {
  const auto& schedule = context.schedule;
  const auto resident_in = residents_by_buffer(schedule);
  std::vector<std::set<uint32_t>> writers(schedule.storages.size()), read(schedule.layers.size());
  for (const auto& step : schedule.steps) {
    const auto written = storages_written(step);
    for (const auto id : storages_read(step, resident_in)) {
      const auto& of = writers[static_cast<size_t>(id)];
      if (written.count(id) == 0) read[step.layer].insert(of.begin(), of.end());
    }
    for (const auto id : written) writers[static_cast<size_t>(id)].insert(step.layer);
  }
  std::vector<std::vector<uint32_t>> producers;
  for (uint32_t layer = 0; layer < read.size(); ++layer) {
    read[layer].erase(layer);
    producers.emplace_back(read[layer].begin(), read[layer].end());
  }
  return producers;
}

std::vector<MemoryBlock> memory_map(const LoweringContext& context, const Storages& storages,
                                    const Emitted& emitted) {
  return MemoryMap(context, storages, emitted).blocks();
}

}  // namespace mmasim::runtime
