// A stretch in flight has room of its own for its panels, and a copy of the registers as they were when it
// was issued. Whether its sums fit is decided then: the bounds of what banks hold go along with the issue,
// their storage with the execution. On the scoreboard a C bank is a byte of no memory.
#include "isa/semantics/array_run.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <thread>

#include "isa/semantics/array_group.h"
#include "isa/semantics/array_reach.h"
#include "isa/semantics/mma.h"
#include "isa/semantics/packed_panel.h"
#include "isa/semantics/pending_panels.h"

namespace mmasim::isa {
namespace {

using Registers = CoreState::Registers;

constexpr uint64_t kMacsOfPart = 600'000;  // some microseconds
constexpr uint32_t kRowsOfPart = 12;       // fewer do not make up for reading the panels

enum class PackingState : uint8_t { missing, begun, done };

constexpr Wide highest_sum(uint32_t operand_bytes) {
  return operand_bytes == 1 ? Wide{std::numeric_limits<int32_t>::max()} : (Wide{1} << kWordSumBits) - 1;
}

Reach reach_of_c_bank(uint8_t bank) { return {bank + 1u, bank + 2u}; }  // addresses of Space::none

struct RowOfGroup {
  uint32_t group, row;
};

// A stretch in flight.
struct Flight {
  explicit Flight(const Machine& machine) : settings{machine, {}, {}, {}, {}} {}

  const ArrayStretch* stretch = nullptr;
  ArraySettings settings;
  std::vector<Wide> bounds_before;  // one a product
  std::vector<RowOfGroup> parts;    // where each begins, and the last one ends
  AlignedVector<uint8_t> panel_storage;
  std::vector<PackedPanel> panels;
  std::deque<std::atomic<PackingState>> states;  // one a panel
  std::optional<uint64_t> number;                // on the scoreboard
};

}  // namespace

struct ArrayRunner::Impl {
  Impl(const ArrayPlan& of, const Machine& machine, Scoreboard& on, std::vector<Worker>& with)
      : plan(of), scoreboard(on), workers(with), pending(machine.array_bytes) {
    const unsigned threads = scoreboard.threads();
    for (unsigned i = 0; i < (threads > 1 ? threads + 2 : 1); ++i) flights.emplace_back(machine);
  }

  ListRange products(const ArrayStretch& stretch) const {
    return {plan.groups[stretch.groups.first].products.first,
            plan.groups[stretch.groups.end - 1].products.end};
  }
  bool holds_panels(const ArrayStretch& stretch) const;
  bool find_bounds(const ArrayStretch& stretch, const Registers& registers);
  void raise_bounds(const ArrayStretch& stretch, Registers& registers) const;
  void take_loads(const ArrayStretch& stretch);
  Footprint footprint(const ArrayStretch& stretch) const;
  Flight& free_flight();
  void prepare(Flight& flight, const ArrayStretch& stretch, const ArraySettings& settings);
  void find_parts(Flight& flight) const;
  void pack_panels(Flight& flight, const ProductGroup& group, unsigned member, const MemoryView& memory);
  template <class Sum>
  void perform(Flight& flight, unsigned member, RowOfGroup first, RowOfGroup end, Registers& registers,
               const MemoryView& memory);

  const ArrayPlan& plan;
  Scoreboard& scoreboard;
  std::vector<Worker>& workers;
  PendingPanels pending;
  std::deque<Flight> flights;
  std::vector<Wide> bounds;       // of find_bounds
  std::vector<uint64_t> numbers;  // of free_flight
};

// Whether memory holds the panels that B banks should hold from before.
bool ArrayRunner::Impl::holds_panels(const ArrayStretch& stretch) const {
  return std::all_of(stretch.preloaded.begin(), stretch.preloaded.end(),
                     [&](const PreloadedPanel& preloaded) {
                       const PlannedPanel& panel = plan.panels[stretch.panels.first + preloaded.panel];
                       return pending.has(preloaded.bank, panel.address, panel.rows);
                     });
}

// Whether the kernels' accumulators can hold what every product sums, and all rows that it begins with have
// the same bound: one a product then, 0 where it begins from zero.
bool ArrayRunner::Impl::find_bounds(const ArrayStretch& stretch, const Registers& registers) {
  const Wide highest = highest_sum(registers.operand_bytes());
  bounds.clear();
  for (uint32_t g = stretch.groups.first; g < stretch.groups.end; ++g) {
    const ProductGroup& group = plan.groups[g];
    const Wide added = bound_of(group, registers.config);
    for (uint32_t p = group.products.first; p < group.products.end; ++p) {
      const auto& held = registers.c[plan.products[p].c_bank].bound;
      const auto end = held.begin() + static_cast<std::ptrdiff_t>(plan.products[p].rows);
      const Wide before = group.accumulate ? held.front() : 0;
      if (added > highest - before) return false;
      if (group.accumulate && std::any_of(held.begin(), end, [&](Wide b) { return b != before; }))
        return false;
      bounds.push_back(before);
    }
  }
  return true;
}

void ArrayRunner::Impl::raise_bounds(const ArrayStretch& stretch, Registers& registers) const {
  size_t index = 0;
  for (uint32_t g = stretch.groups.first; g < stretch.groups.end; ++g) {
    const Wide added = bound_of(plan.groups[g], registers.config);
    for (uint32_t p = plan.groups[g].products.first; p < plan.groups[g].products.end; ++p, ++index) {
      const PlannedProduct& product = plan.products[p];
      auto& held = registers.c[product.c_bank].bound;
      for (uint32_t row = product.kept_from; row < product.kept_to; ++row) held[row] = bounds[index] + added;
    }
  }
}

// What the banks hold behind the stretch.
void ArrayRunner::Impl::take_loads(const ArrayStretch& stretch) {
  for (const PreloadedPanel& panel : stretch.preloaded)
    if (!panel.is_kept) pending.forget(panel.bank);
  for (const MmaLoadB& load : stretch.loads) pending.forget(load.bank);
  for (const MmaLoadB& load : stretch.kept_loads) pending.put_off(load);
}

Footprint ArrayRunner::Impl::footprint(const ArrayStretch& stretch) const {
  Footprint footprint;
  for (uint32_t i = stretch.reads.first; i < stretch.reads.end; ++i) footprint.reads.add(plan.reaches[i]);
  for (uint32_t i = stretch.writes.first; i < stretch.writes.end; ++i) footprint.writes.add(plan.reaches[i]);
  const ListRange range = products(stretch);
  for (uint32_t p = range.first; p < range.end; ++p) {
    const PlannedProduct& product = plan.products[p];
    if (bounds[p - range.first] != 0) footprint.reads.add(reach_of_c_bank(product.c_bank));
    if (product.kept_from < product.kept_to) footprint.writes.add(reach_of_c_bank(product.c_bank));
  }
  return footprint;
}

Flight& ArrayRunner::Impl::free_flight() {
  for (;;) {
    numbers.clear();
    for (Flight& flight : flights) {
      if (!flight.number || scoreboard.has_ended(*flight.number)) return flight;
      numbers.push_back(*flight.number);
    }
    scoreboard.help_until_one_ended(numbers);
  }
}

void ArrayRunner::Impl::prepare(Flight& flight, const ArrayStretch& stretch, const ArraySettings& settings) {
  flight.stretch = &stretch;
  flight.settings = settings;
  flight.bounds_before = bounds;
  flight.panel_storage.resize(
      std::max(flight.panel_storage.size(), stretch.panels.size() * packed_panel_bytes(settings.machine)));
  flight.panels.resize(std::max<size_t>(flight.panels.size(), stretch.panels.size()));
  while (flight.states.size() < stretch.panels.size()) flight.states.emplace_back(PackingState::missing);
  for (uint32_t i = 0; i < stretch.panels.size(); ++i) flight.states[i].store(PackingState::missing);
  find_parts(flight);
}

// The stretch in parts that are worth a call.
void ArrayRunner::Impl::find_parts(Flight& flight) const {
  const ArrayStretch& stretch = *flight.stretch;
  const uint64_t worth = kMacsOfPart / flight.settings.columns();
  flight.parts.clear();
  uint64_t last = worth;  // of the last part
  for (uint32_t g = stretch.groups.first; g < stretch.groups.end; ++g) {
    const ProductGroup& group = plan.groups[g];
    const uint64_t macs = uint64_t{group.rows} * group.depth;  // of a column
    const uint64_t count = std::clamp<uint64_t>(macs / worth, 1, std::max(1u, group.rows / kRowsOfPart));
    for (uint64_t i = 0; i < count; ++i) {
      if (last >= worth) flight.parts.push_back({g, static_cast<uint32_t>(group.rows * i / count)}), last = 0;
      last += macs / count;
    }
  }
  flight.parts.push_back({stretch.groups.end, 0});
}

// Panels are packed by whoever needs one first. Members begin at different ones, so that they share the work.
void ArrayRunner::Impl::pack_panels(Flight& flight, const ProductGroup& group, unsigned member,
                                    const MemoryView& memory) {
  const ArraySettings& settings = flight.settings;
  const uint32_t count = group.uses.size();
  const auto begin = static_cast<uint32_t>(uint64_t{count} * member / workers.size());
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t index = plan.uses[group.uses.first + (begin + i) % count].panel;
    PackingState expected = PackingState::missing;
    if (flight.states[index].load() != PackingState::missing ||
        !flight.states[index].compare_exchange_strong(expected, PackingState::begun))
      continue;
    const PlannedPanel& panel = plan.panels[flight.stretch->panels.first + index];
    flight.panels[index] =
        pack_panel(memory.at(panel.address), panel.rows, settings.config, settings.machine,
                   flight.panel_storage.data() + index * packed_panel_bytes(settings.machine));
    flight.states[index].store(PackingState::done);
  }
  for (uint32_t i = group.uses.first; i < group.uses.end; ++i)
    while (flight.states[plan.uses[i].panel].load() != PackingState::done) std::this_thread::yield();
}

template <class Sum>
void ArrayRunner::Impl::perform(Flight& flight, unsigned member, RowOfGroup first, RowOfGroup end,
                                Registers& registers, const MemoryView& memory) {
  const StretchContext context = {
      plan,        flight.settings, flight.panels, flight.bounds_before, products(*flight.stretch).first,
      registers.c, memory};
  for (uint32_t g = first.group; g < end.group + (end.row != 0 ? 1 : 0); ++g) {
    const ProductGroup& group = plan.groups[g];
    pack_panels(flight, group, member, memory);
    GroupPart<Sum>(context, group, workers[member])
        .make(g == first.group ? first.row : 0, g == end.group ? end.row : group.rows);
  }
}

ArrayRunner::ArrayRunner(const ArrayPlan& plan, const Machine& machine, Scoreboard& scoreboard,
                         std::vector<Worker>& workers)
    : impl_(std::make_unique<Impl>(plan, machine, scoreboard, workers)) {}
ArrayRunner::~ArrayRunner() = default;

void ArrayRunner::restart() { impl_->pending.clear(); }

bool ArrayRunner::issue(const ArrayStretch& stretch, Registers& registers, const MemoryView& memory) {
  Impl& impl = *impl_;
  if (!takes_packed_panels(registers.config) || !impl.holds_panels(stretch) ||
      !impl.find_bounds(stretch, registers))
    return false;
  impl.take_loads(stretch);
  const Footprint footprint = impl.footprint(stretch);
  before_writing(footprint.writes, registers, memory);
  impl.raise_bounds(stretch, registers);
  Flight& flight = impl.free_flight();
  impl.prepare(flight, stretch, registers);
  flight.number = impl.scoreboard.issue(
      footprint, static_cast<uint32_t>(flight.parts.size()) - 1,
      [&impl, &flight, &registers, &memory](unsigned member, uint32_t first, uint32_t end) {
        if (flight.settings.operand_bytes() == 1)
          impl.perform<int32_t>(flight, member, flight.parts[first], flight.parts[end], registers, memory);
        else
          impl.perform<int64_t>(flight, member, flight.parts[first], flight.parts[end], registers, memory);
      });
  return true;
}

void ArrayRunner::execute(const MmaLoadB& load) { impl_->pending.put_off(load); }

void ArrayRunner::execute(const MmaStream& stream, Registers& registers, const MemoryView& memory) {
  impl_->pending.take_that_of(stream.b_bank,
                              [&](const MmaLoadB& load) { isa::execute(load, registers, memory); });
  isa::execute(stream, registers, memory);
}

void ArrayRunner::execute(const MmaTransfer& transfer, Registers& registers, const MemoryView& memory) {
  ReachList written;
  written.add(reach_of_transfer(registers.store_pattern, element_bytes(registers.mma_stage.out), transfer));
  before_writing(written, registers, memory);
  isa::execute(transfer, registers, memory);
}

void ArrayRunner::before_writing(const ReachList& written, Registers& registers, const MemoryView& memory) {
  impl_->pending.take_those_in(written, [&](const MmaLoadB& load) {
    impl_->scoreboard.drain();  // of what writes the panel
    isa::execute(load, registers, memory);
  });
}

}  // namespace mmasim::isa
