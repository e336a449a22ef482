#include "runtime/lower/schedule/emitter.h"

#include <algorithm>

#include "isa/kit/units.h"
#include "runtime/lower/schedule/field.h"

namespace mmasim::runtime {

namespace {

// Configuration kinds that are kept in force: opcode, and the unit for the two output stages.
size_t configuration_slot(const isa::Instruction& instruction) {
  if (const auto* stage = std::get_if<isa::StageSet>(&instruction))
    return stage->unit == isa::Unit::mma ? 0 : 1;
  if (std::holds_alternative<isa::MmaConfig>(instruction)) return 2;
  if (std::holds_alternative<isa::MmaPattern>(instruction)) return 3;
  if (std::holds_alternative<isa::MmaStorePattern>(instruction)) return 4;
  throw std::logic_error("emitter: not a configuration instruction");
}

}  // namespace

isa::Address StepEmitter::address(BufferId buffer, uint64_t offset) const {
  return isa::Address::in(isa::Space::l2, emitter_.placed(buffer).offset + offset);
}
void StepEmitter::issue(const isa::Instruction& instruction) {
  emitter_.before(instruction);
  emitter_.issue(instruction);
}
void StepEmitter::configure(const isa::Instruction& instruction) {
  std::vector<uint8_t> code;
  isa::encode(instruction, code);
  auto& in_force = emitter_.in_force_[configuration_slot(instruction)];
  if (code == in_force) return;
  in_force = code;
  emitter_.issue(instruction);
}
uint8_t StepEmitter::next_b_bank() {
  return exactly<uint8_t>(emitter_.b_bank_++ % emitter_.machine_.b_banks, "b_bank");
}
uint8_t StepEmitter::next_c_bank() {
  return exactly<uint8_t>(emitter_.c_bank_++ % emitter_.machine_.c_banks, "c_bank");
}

Emitter::Emitter(Schedule& schedule, const isa::Machine& machine, std::optional<uint32_t> weights_ahead)
    : schedule_(schedule),
      machine_(machine),
      weights_ahead_(weights_ahead),
      scratchpad_(machine.l2_bytes),
      placed_(schedule.buffers.size()),
      last_used_(schedule.steps.size()),
      waited_(kChannels + 1, std::vector<uint32_t>(2 + kChannels, 0)) {
  for (auto& issued : loads_issued_) issued.resize(schedule.steps.size(), false);
  out_.written.resize(schedule.storages.size());
  out_.resident_offsets.resize(schedule.storages.size());
  out_.buffers.resize(schedule.buffers.size());
}

Emitted Emitter::run() {
  find_last_steps();
  const auto steps = static_cast<uint32_t>(schedule_.steps.size());
  for (uint32_t step = 0; step < steps; ++step) {
    // (1) what this step needs  (2) what it will have written, for those who wait for it  (3) a head start
    // for later steps  (4) compute and store  (5) let go
    step_at_hand_ = step;
    require_loads(step);
    place(schedule_.steps[step].allocates, step);
    announce_writes(step);
    run_ahead(step);
    begin_layer(step);
    compute(step);
    issue_stores(step);
    release(step);
  }
  issue(isa::CtlEnd{});
  out_.l2_bytes_used = scratchpad_.peak_bytes();
  return std::move(out_);
}

void Emitter::find_last_steps() {
  for (uint32_t index = 0; index < schedule_.steps.size(); ++index) {
    const auto& step = schedule_.steps[index];
    const auto touch = [&](BufferId buffer) { schedule_.at(buffer).last_step = index; };
    for (const auto& load : step.loads) {
      touch(load.buffer);
      if (load.source_is_buffer) touch(load.source_buffer);
    }
    for (const auto buffer : step.allocates) touch(buffer);
    for (const auto buffer : step.uses) touch(buffer);
    for (const auto& store : step.stores) touch(store.buffer);
  }
  for (uint32_t id = 0; id < schedule_.buffers.size(); ++id) {
    last_used_[schedule_.buffers[id].last_step].push_back(static_cast<BufferId>(id));
  }
}

std::vector<BufferId> Emitter::loaded_buffers(uint32_t step, Channel channel) const {
  std::vector<BufferId> buffers;
  for (const auto& load : schedule_.steps[step].loads) {
    if (load.channel == channel) buffers.push_back(load.buffer);
  }
  return buffers;
}

// Issues a step's loads of a channel, if they are not yet and their buffers fit.
bool Emitter::try_loads(uint32_t step, Channel channel, uint32_t now) {
  if (loads_issued_[static_cast<size_t>(channel)][step]) return true;
  if (!try_place(loaded_buffers(step, channel), now)) return false;
  issue_loads(step, channel);
  return true;
}

void Emitter::require_loads(uint32_t step) {
  for (const auto channel : {Channel::weights, Channel::features}) {
    if (!try_loads(step, channel, step)) throw OutOfScratchpad(does_not_fit(step));
  }
}

// The next step's loads, then the weights of steps after it: constants wait for nothing but room.
void Emitter::run_ahead(uint32_t step) {
  const auto steps = static_cast<uint32_t>(schedule_.steps.size());
  if (!weights_ahead_ || step + 1 >= steps || !queues_hold(step)) return;
  if (!try_loads(step + 1, Channel::weights, step + 1) || !try_loads(step + 1, Channel::features, step + 1))
    return;
  for (auto later = step + 2; later < std::min(steps, step + 2 + *weights_ahead_); ++later) {
    if (loads_issued_[static_cast<size_t>(Channel::weights)][later]) continue;
    if (!leaves_room(step, later) || !try_loads(later, Channel::weights, step)) return;
  }
}

// Whether what lies between can still be placed once this step's weights are.
bool Emitter::leaves_room(uint32_t now, uint32_t step) const {
  const auto missing = [&](const std::vector<BufferId>& buffers) {
    uint64_t bytes = 0;
    for (const auto id : buffers) {
      if (!placed_[static_cast<size_t>(id)]) bytes += isa::round_up(schedule_.at(id).bytes, 64);
    }
    return bytes;
  };
  const auto weights = missing(loaded_buffers(step, Channel::weights));
  uint64_t between = 0;
  for (auto other = now + 1; other <= step; ++other) {
    const auto need =
        missing(schedule_.steps[other].allocates) + missing(loaded_buffers(other, Channel::features));
    between = std::max(between, 2 * need);
  }
  return weights + between <= scratchpad_.free_bytes();
}

bool Emitter::try_place(const std::vector<BufferId>& buffers, uint32_t step) {
  std::vector<BufferId> done;
  for (const auto id : buffers) {
    auto& slot = placed_[static_cast<size_t>(id)];
    if (slot) continue;
    const auto& buffer = schedule_.at(id);
    const auto lifetime = buffer.last_step > step ? Scratchpad::Lifetime::steps : Scratchpad::Lifetime::step;
    const auto offset = scratchpad_.allocate(buffer.bytes, lifetime);
    if (!offset) {
      for (const auto undone : done) {
        scratchpad_.undo(placed(undone).offset);
        placed_[static_cast<size_t>(undone)].reset();
        out_.buffers[static_cast<size_t>(undone)].reset();
      }
      return false;
    }
    slot = Placed{*offset, scratchpad_.release_before(*offset, buffer.bytes), 0, 0, 0};
    out_.buffers[static_cast<size_t>(id)] = PlacedBuffer{*offset, step_at_hand_};
    done.push_back(id);
  }
  return true;
}

std::string Emitter::does_not_fit(uint32_t step) const {
  return "the buffers of a step of layer '" + schedule_.layers[schedule_.steps[step].layer].name +
         "' do not fit into L2";
}

void Emitter::place(const std::vector<BufferId>& buffers, uint32_t step) {
  if (!try_place(buffers, step)) throw OutOfScratchpad(does_not_fit(step));
}

uint32_t Emitter::queue_entries(const Step& step, Channel channel) const {
  uint32_t entries = 0;
  for (const auto& load : step.loads) {
    // Waits for the reused bytes (two) and for each source stand before the descriptors.
    if (load.channel == channel)
      entries += static_cast<uint32_t>(load.descriptors.size() + load.reads.size()) + 3;
  }
  return entries;
}

// The core must never stall on a queue whose head waits for something the core has yet to issue: loads run
// ahead only when this step's and the next's fit into the queue together.
bool Emitter::queues_hold(uint32_t step) const {
  for (const auto channel : {Channel::features, Channel::weights}) {
    const auto entries =
        queue_entries(schedule_.steps[step], channel) + queue_entries(schedule_.steps[step + 1], channel);
    if (entries > machine_.dma_queue_entries) return false;
  }
  return true;
}

void Emitter::issue_loads(uint32_t step, Channel channel) {
  loads_issued_[static_cast<size_t>(channel)][step] = true;
  for (const auto& load : schedule_.steps[step].loads) {
    if (load.channel == channel) issue_load(schedule_.steps[step], load);
  }
}

void Emitter::issue_load(const Step& step, const Load& load) {
  auto& target = placed(load.buffer);
  dma_wait(load.channel, kCoreToken, target.before.core_steps);
  dma_wait(load.channel, channel_token(Channel::stores), target.before.store_groups);
  for (const auto& extent : load.reads) wait_for(extent, load.channel);
  const auto channel = static_cast<uint8_t>(load.channel);
  for (size_t i = 0; i < load.descriptors.size(); ++i) {
    const uint16_t signal = i + 1 == load.descriptors.size() ? channel_token(load.channel) : 0;
    if (const auto* copy = std::get_if<isa::DmaCopy>(&load.descriptors[i])) {
      auto whole = *copy;
      whole.channel = channel, whole.signal = signal, whole.layer = step.layer;
      whole.dst = relocate(whole.dst, load.buffer);
      if (load.source_is_buffer) whole.src = relocate(whole.src, load.source_buffer);
      issue(whole);
    } else {
      auto whole = std::get<isa::DmaFill>(load.descriptors[i]);
      whole.channel = channel, whole.signal = signal, whole.layer = step.layer;
      whole.dst = relocate(whole.dst, load.buffer);
      issue(whole);
    }
  }
  target.ready_token = channel_token(load.channel);
  target.ready_count = ++groups_[channel];
}

void Emitter::begin_layer(uint32_t step) {
  for (; next_layer_ <= schedule_.steps[step].layer; ++next_layer_) {
    issue(isa::CtlLayer{next_layer_, schedule_.setups[next_layer_]});
    // A layer sets all it uses: whether two layers happen to agree depends on values, and structure must not.
    for (auto& configuration : in_force_) configuration.clear();
  }
}

void Emitter::compute(uint32_t index) {
  const auto& step = schedule_.steps[index];
  wait_for_loads(step);
  StepEmitter emitter(*this);
  if (step.compute)
    at_place("layer '" + schedule_.layers[step.layer].name + "'", [&] { step.compute(emitter); });
  emitter.issue(isa::SyncSignal{kCoreToken});
  steps_done_ = index + 1;
}

// Constants are waited for at once; features and room for results by the first instruction that is neither
// configuration nor the load of a panel of constants, so that such a panel loads while features arrive.
void Emitter::wait_for_loads(const Step& step) {
  const auto wait = [&](BufferId id) {
    const auto& buffer = placed(id);
    if (buffer.ready_token == channel_token(Channel::features)) {
      late_waits_.push_back(
          {buffer.ready_token, buffer.ready_count, buffer.offset, buffer.offset + schedule_.at(id).bytes});
    } else {
      core_wait(buffer.ready_token, buffer.ready_count);
    }
  };
  for (const auto& load : step.loads) wait(load.buffer);
  for (const auto id : step.uses) wait(id);
  for (const auto id : step.allocates)
    late_waits_.push_back({channel_token(Channel::stores), placed(id).before.store_groups, 0, 0});
  for (const auto& extent : step.reads_directly) wait_for(extent, std::nullopt);
}

void Emitter::before(const isa::Instruction& instruction) {
  if (late_waits_.empty()) return;
  if (const auto* load = std::get_if<isa::MmaLoadB>(&instruction)) {
    const auto begin = load->addr.offset();
    const auto end = begin + uint64_t{load->rows} * machine_.array_bytes;
    const auto touches = [&](const LateWait& wait) { return wait.begin < end && begin < wait.end; };
    if (std::none_of(late_waits_.begin(), late_waits_.end(), touches)) return;
  }
  for (const auto& wait : late_waits_) core_wait(wait.token, wait.count);
  late_waits_.clear();
}

// The tokens that will say that this step's results are written, known before they are: the next step's loads
// are issued earlier than this step's stores.
void Emitter::announce_writes(uint32_t index) {
  const auto& step = schedule_.steps[index];
  for (const auto& extent : step.writes_directly) {
    const auto& storage = schedule_.at(extent.storage);
    if (storage.is_resident())
      out_.resident_offsets[static_cast<size_t>(extent.storage)] = placed(storage.resident).offset;
    out_.written[static_cast<size_t>(extent.storage)].push_back(
        {extent.begin, extent.end, kCoreToken, index + 1});
  }
  auto group = groups_[static_cast<size_t>(Channel::stores)];
  for (const auto& store : step.stores) {
    out_.written[static_cast<size_t>(store.writes.storage)].push_back(
        {store.writes.begin, store.writes.end, channel_token(Channel::stores), ++group});
  }
}

void Emitter::issue_stores(uint32_t index) {
  const auto& step = schedule_.steps[index];
  for (const auto& store : step.stores) {
    dma_wait(Channel::stores, kCoreToken, steps_done_);
    const auto token = channel_token(Channel::stores);
    for (size_t i = 0; i < store.descriptors.size(); ++i) {
      auto copy = store.descriptors[i];
      copy.channel = static_cast<uint8_t>(Channel::stores), copy.layer = step.layer;
      copy.signal = i + 1 == store.descriptors.size() ? token : uint16_t{0};
      copy.src = relocate(copy.src, store.buffer);
      issue(copy);
    }
    placed(store.buffer).store_groups = ++groups_[static_cast<size_t>(Channel::stores)];
  }
}

void Emitter::release(uint32_t index) {
  for (const auto id : last_used_[index]) {
    const auto& slot = placed_[static_cast<size_t>(id)];
    if (slot) scratchpad_.free(slot->offset, schedule_.at(id).bytes, {steps_done_, slot->store_groups});
  }
}

void Emitter::dma_wait(Channel channel, uint16_t token, uint32_t count) {
  auto& waited = waited_[static_cast<size_t>(channel)][token];
  if (count <= waited) return;
  waited = count;
  issue(isa::DmaWait{static_cast<uint8_t>(channel), token, count});
}

void Emitter::core_wait(uint16_t token, uint32_t count) {
  auto& waited = waited_[kChannels][token];
  if (token == 0 || count <= waited) return;
  waited = count;
  issue(isa::SyncWait{token, count});
}

// Waits until every byte of the extent is written: on a channel's queue, or in the core.
void Emitter::wait_for(const StorageRange& extent, const std::optional<Channel>& channel) {
  uint32_t counts[2 + kChannels] = {};
  for (const auto& written : out_.written[static_cast<size_t>(extent.storage)]) {
    if (written.begin < extent.end && extent.begin < written.end)
      counts[written.token] = std::max(counts[written.token], written.count);
  }
  for (uint16_t token = 1; token < 2 + kChannels; ++token) {
    if (counts[token] == 0) continue;
    if (channel) {
      dma_wait(*channel, token, counts[token]);
    } else if (token != kCoreToken) {
      core_wait(token, counts[token]);
    }
  }
}

void Emitter::issue(const isa::Instruction& instruction) {
  isa::encode(instruction, out_.code);
  ++out_.instruction_count;
}

isa::Address Emitter::relocate(isa::Address address, BufferId buffer) const {
  return isa::Address::in(isa::Space::l2,
                          placed_[static_cast<size_t>(buffer)].value().offset + address.offset());
}

Emitter::Placed& Emitter::placed(BufferId buffer) {
  auto& slot = placed_[static_cast<size_t>(buffer)];
  if (!slot) throw std::logic_error("emitter: a step uses a buffer that no step loads or allocates");
  return *slot;
}

}  // namespace mmasim::runtime
