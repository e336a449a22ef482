#include "isa/semantics/array_run.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <thread>

#include "isa/semantics/array_group.h"
#include "isa/semantics/mma.h"
#include "isa/semantics/packed_panel.h"

namespace mmasim::isa {
namespace {

using Registers = CoreState::Registers;

constexpr uint64_t kMacsWorthATeam = 1'000'000, kMacsOfPart = 600'000;  // more than a microsecond
constexpr uint32_t kRowsOfPart = 12;  // fewer do not make up for reading the panels

enum class PackingState : uint8_t { missing, begun, done };

constexpr Wide highest_sum(uint32_t operand_bytes) {
  return operand_bytes == 1 ? Wide{std::numeric_limits<int32_t>::max()} : (Wide{1} << kWordSumBits) - 1;
}

struct RowsOfGroup {
  const ProductGroup* group;
  uint32_t first, end;
};

}  // namespace

struct ArrayRunner::Impl {
  Impl(const InstructionList& of, const Machine& machine, Team* with)
      : instructions(of), plan(plan_array(of, machine)), team(with), workers(team ? team->size() : 1) {}

  bool holds_panels(const ArrayStretch& stretch, const Registers& registers, const MemoryView& memory) const;
  bool holds_sums(const ArrayStretch& stretch, const Registers& registers) const;
  void find_parts(const ArrayStretch& stretch, uint32_t columns);
  template <class Work>
  void share(uint32_t pieces, const Work& work);
  void pack_panels(const ArrayStretch& stretch, const ProductGroup& group, unsigned member,
                   Registers& registers, const MemoryView& memory);
  void make(const RowsOfGroup& part, Registers& registers, const MemoryView& memory, Worker& worker);
  void run(const ArrayStretch& stretch, Registers& registers, const MemoryView& memory);

  const InstructionList& instructions;
  const ArrayPlan plan;
  Team* const team;
  size_t next = 0;  // stretch
  std::vector<Worker> workers;
  AlignedVector<uint8_t> panel_storage;
  std::vector<PackedPanel> panels;
  std::deque<std::atomic<PackingState>> states;  // one a panel
  std::vector<RowsOfGroup> parts;
  bool with_team = false;
};

// Whether memory holds the panels that B banks hold from before.
bool ArrayRunner::Impl::holds_panels(const ArrayStretch& stretch, const Registers& registers,
                                     const MemoryView& memory) const {
  return std::all_of(stretch.preloaded.begin(), stretch.preloaded.end(),
                     [&](const PreloadedPanel& preloaded) {
                       const PlannedPanel& panel = plan.panels[stretch.panels.first + preloaded.panel];
                       const BBank& bank = registers.b[preloaded.bank];
                       const size_t bytes = size_t{panel.rows} * registers.machine.array_bytes;
                       return bank.loaded_rows == panel.rows &&
                              std::memcmp(bank.bytes.data(), memory.at(panel.address), bytes) == 0;
                     });
}

// Whether the kernels' accumulators can hold what every product sums.
bool ArrayRunner::Impl::holds_sums(const ArrayStretch& stretch, const Registers& registers) const {
  const Wide highest = highest_sum(registers.operand_bytes());
  for (uint32_t g = stretch.groups.first; g < stretch.groups.end; ++g) {
    const ProductGroup& group = plan.groups[g];
    const Wide bound = bound_of(group, registers);
    if (bound > highest) return false;
    for (uint32_t p = group.products.first; group.accumulate && p < group.products.end; ++p) {
      const auto& before = registers.c[plan.products[p].c_bank].bound;
      if (*std::max_element(before.begin(),
                            before.begin() + std::max<int>(1, static_cast<int>(plan.products[p].rows))) >
          highest - bound)
        return false;
    }
  }
  return true;
}

// The stretch in parts: a group each, or for a team so many that all have enough to do until the end.
void ArrayRunner::Impl::find_parts(const ArrayStretch& stretch, uint32_t columns) {
  const auto macs = [&](const ProductGroup& group) { return uint64_t{group.rows} * group.depth * columns; };
  uint64_t total = 0;
  for (uint32_t g = stretch.groups.first; g < stretch.groups.end; ++g) total += macs(plan.groups[g]);
  with_team = team && total >= kMacsWorthATeam;
  const uint64_t macs_of_part = with_team ? std::max(kMacsOfPart, total / (2 * team->size())) : ~uint64_t{0};
  parts.clear();
  for (uint32_t g = stretch.groups.first; g < stretch.groups.end; ++g) {
    const ProductGroup& group = plan.groups[g];
    const uint64_t count = std::clamp<uint64_t>((macs(group) + macs_of_part / 2) / macs_of_part, 1,
                                                std::max(1u, group.rows / kRowsOfPart));
    for (uint64_t i = 0; i < count; ++i)
      parts.push_back({&group, static_cast<uint32_t>(group.rows * i / count),
                       static_cast<uint32_t>(group.rows * (i + 1) / count)});
  }
}

template <class Work>
void ArrayRunner::Impl::share(uint32_t pieces, const Work& work) {
  if (with_team && pieces > 1) return team->run(pieces, work);
  for (uint32_t piece = 0; piece < pieces; ++piece) work(0u, piece);
}

// Panels are packed by whoever needs one first. Members begin at different ones, so that they share the work.
void ArrayRunner::Impl::pack_panels(const ArrayStretch& stretch, const ProductGroup& group, unsigned member,
                                    Registers& registers, const MemoryView& memory) {
  const uint32_t count = group.uses.size();
  const auto begin = static_cast<uint32_t>(uint64_t{count} * member / workers.size());
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t index = plan.uses[group.uses.first + (begin + i) % count].panel;
    PackingState expected = PackingState::missing;
    if (states[index].load() != PackingState::missing ||
        !states[index].compare_exchange_strong(expected, PackingState::begun))
      continue;
    const PlannedPanel& panel = plan.panels[stretch.panels.first + index];
    panels[index] = pack_panel(memory.at(panel.address), panel.rows, registers.config, registers.machine,
                               panel_storage.data() + index * packed_panel_bytes(registers.machine));
    states[index].store(PackingState::done);
  }
  for (uint32_t i = group.uses.first; i < group.uses.end; ++i)
    while (states[plan.uses[i].panel].load() != PackingState::done) std::this_thread::yield();
}

void ArrayRunner::Impl::make(const RowsOfGroup& part, Registers& registers, const MemoryView& memory,
                             Worker& worker) {
  if (registers.operand_bytes() == 1)
    GroupPart<int32_t>(plan, *part.group, panels, registers, memory, worker).make(part.first, part.end);
  else
    GroupPart<int64_t>(plan, *part.group, panels, registers, memory, worker).make(part.first, part.end);
}

void ArrayRunner::Impl::run(const ArrayStretch& stretch, Registers& registers, const MemoryView& memory) {
  panel_storage.resize(
      std::max(panel_storage.size(), stretch.panels.size() * packed_panel_bytes(registers.machine)));
  panels.resize(std::max<size_t>(panels.size(), stretch.panels.size()));
  find_parts(stretch, registers.columns());
  while (states.size() < stretch.panels.size()) states.emplace_back(PackingState::missing);
  for (uint32_t i = 0; i < stretch.panels.size(); ++i) states[i].store(PackingState::missing);
  share(static_cast<uint32_t>(parts.size()), [&](unsigned member, uint32_t piece) {
    pack_panels(stretch, *parts[piece].group, member, registers, memory);
    make(parts[piece], registers, memory, workers[member]);
  });
  for (Worker& worker : workers) registers.take_counts(worker);
  for (const uint32_t load : stretch.kept_loads)
    isa::execute(std::get<MmaLoadB>(instructions[load]), registers, memory);
}

ArrayRunner::ArrayRunner(const InstructionList& instructions, const Machine& machine, Team* team)
    : impl_(std::make_unique<Impl>(instructions, machine, team)) {}
ArrayRunner::~ArrayRunner() = default;

void ArrayRunner::restart() { impl_->next = 0; }

size_t ArrayRunner::execute(size_t instruction, Registers& registers, const MemoryView& memory) {
  const auto& stretches = impl_->plan.stretches;
  while (impl_->next < stretches.size() && stretches[impl_->next].instructions.first < instruction)
    ++impl_->next;
  if (impl_->next == stretches.size() || stretches[impl_->next].instructions.first != instruction)
    return instruction;
  const ArrayStretch& stretch = stretches[impl_->next++];
  if (!takes_packed_panels(registers.config) || !impl_->holds_panels(stretch, registers, memory) ||
      !impl_->holds_sums(stretch, registers))
    return instruction;
  impl_->run(stretch, registers, memory);
  return stretch.instructions.end;
}

}  // namespace mmasim::isa
