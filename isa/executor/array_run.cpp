// A stretch in flight has a copy of the registers as they were when it was issued. Whether its sums fit is
// decided then: the bounds of what banks hold go along with the issue, their storage with the execution. On
// the scoreboard a bank is a byte of no memory.
#include "isa/executor/array_run.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "isa/executor/array_group.h"
#include "isa/executor/array_reach.h"
#include "isa/executor/core/mma.h"
#include "isa/executor/pending_panels.h"
#include "isa/kernels/packed_panel.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

using Registers = CoreState::Registers;

constexpr uint64_t kMacsOfPart = 600'000;  // some microseconds
constexpr uint32_t kRowsOfPart = 12;       // fewer do not make up for reading the panels

constexpr Wide highest_sum(uint32_t operand_bytes) {
  return operand_bytes == 1 ? Wide{std::numeric_limits<int32_t>::max()} : (Wide{1} << kWordSumBits) - 1;
}

// Addresses of Space::none.
Reach reach_of_c_bank(uint8_t bank) { return {bank + 1u, bank + 2u}; }
Reach reach_of_b_bank(uint8_t bank) { return {bank + 257u, bank + 258u}; }

struct RowOfGroup {
  uint32_t group, row;
};

struct StretchOfPlan {
  const ArrayPlan* plan = nullptr;
  const ArrayStretch* stretch = nullptr;

  uint32_t first_product() const { return plan->groups[stretch->groups.first].products.first; }
  // Calls visit(group, product, index of the product) for all of them.
  template <class Visit>
  void for_each_product(const Visit& visit) const {
    for (uint32_t g = stretch->groups.first; g < stretch->groups.end; ++g)
      for (uint32_t p = plan->groups[g].products.first; p < plan->groups[g].products.end; ++p)
        visit(plan->groups[g], plan->products[p], p - first_product());
  }
};

// The panels that a member has packed for a stretch.
struct PackedPanels {
  uint64_t serial = 0;  // of the stretch's flight
  size_t panel_bytes = 0;
  AlignedVector<uint8_t> storage;
  std::vector<PackedPanel> panels;  // those without quads are missing

  void begin(uint64_t serial_of_flight, uint32_t count, size_t bytes) {
    if (serial == serial_of_flight) return;
    serial = serial_of_flight, panel_bytes = bytes;
    storage.resize(std::max(storage.size(), count * bytes));
    panels.assign(count, PackedPanel{});
  }
  bool has(uint32_t panel) const { return panels[panel].quads != nullptr; }
  uint8_t* room_of(uint32_t panel) { return storage.data() + panel * panel_bytes; }
};

// A stretch in flight.
struct Flight {
  explicit Flight(const Machine& machine) : settings{machine, {}, {}, {}, {}} {}

  StretchOfPlan of;
  uint64_t serial = 0;  // no two have the same
  ArraySettings settings;
  std::vector<Wide> bounds_before;  // one a product, if it uses sums
  std::vector<RowOfGroup> parts;    // where each begins, and the last one ends
  std::optional<uint64_t> number;   // on the scoreboard
};

}  // namespace

struct ArrayRunner::Impl {
  Impl(const Machine& of, Scoreboard& on, std::vector<Worker>& with)
      : machine(of),
        scoreboard(on),
        workers(with),
        pending(of.array_bytes),
        packed(with.size()),
        scratch(with.size()) {
    const unsigned threads = scoreboard.threads();
    for (unsigned i = 0; i < (threads > 1 ? threads + 2 : 1); ++i) flights.emplace_back(machine);
  }

  bool holds_panels(const StretchOfPlan& of) const;
  bool find_bounds(const StretchOfPlan& of, const Registers& registers);
  void raise_bounds(const StretchOfPlan& of, Registers& registers) const;
  void take_loads(const ArrayStretch& stretch);
  Footprint footprint(const StretchOfPlan& of) const;
  Flight& free_flight();
  void prepare(Flight& flight, const StretchOfPlan& of, const ArraySettings& settings);
  void find_parts(Flight& flight) const;
  void pack_panels(const Flight& flight, const ProductGroup& group, PackedPanels& mine,
                   const MemoryView& memory) const;
  static uint32_t parts_of(const Flight& flight) { return static_cast<uint32_t>(flight.parts.size()) - 1; }
  void perform(Flight& flight, unsigned member, ListRange parts, Registers& registers,
               const MemoryView& memory);
  template <class Sum>
  void perform_rows(Flight& flight, unsigned member, RowOfGroup first, RowOfGroup end, Registers& registers,
                    const MemoryView& memory);

  const Machine machine;
  Scoreboard& scoreboard;
  std::vector<Worker>& workers;
  PendingPanels pending;
  std::deque<Flight> flights;
  uint64_t last_serial = 0;
  std::vector<PackedPanels> packed;   // one a member
  std::vector<GroupScratch> scratch;  // one a member
  std::vector<Wide> bounds;           // of find_bounds
  std::vector<uint64_t> numbers;      // of free_flight
};

// Whether memory holds the panels that B banks should hold from before.
bool ArrayRunner::Impl::holds_panels(const StretchOfPlan& of) const {
  return std::all_of(
      of.stretch->preloaded.begin(), of.stretch->preloaded.end(), [&](const PreloadedPanel& preloaded) {
        const PlannedPanel& panel = of.plan->panels[of.stretch->panels.first + preloaded.panel];
        return pending.has(preloaded.bank, panel.address, panel.rows);
      });
}

// Whether the kernels' accumulators can hold what every product sums, and all rows that it begins with have
// the same bound: one a product then, 0 where it begins from zero.
bool ArrayRunner::Impl::find_bounds(const StretchOfPlan& of, const Registers& registers) {
  const Wide highest = highest_sum(registers.operand_bytes());
  bounds.clear();
  for (uint32_t g = of.stretch->groups.first; g < of.stretch->groups.end; ++g)
    if (bound_of(of.plan->groups[g], registers.config) > highest) return false;
  if (!of.stretch->uses_sums) return true;
  bool are_found = true;
  of.for_each_product([&](const ProductGroup& group, const PlannedProduct& product, uint32_t) {
    const auto& held = registers.c[product.c_bank].bound;
    const auto end = held.begin() + static_cast<std::ptrdiff_t>(product.rows);
    const Wide before = group.accumulate ? held.front() : 0;
    if (bound_of(group, registers.config) > highest - before ||
        (group.accumulate && std::any_of(held.begin(), end, [&](Wide b) { return b != before; })))
      are_found = false;
    bounds.push_back(before);
  });
  return are_found;
}

void ArrayRunner::Impl::raise_bounds(const StretchOfPlan& of, Registers& registers) const {
  if (!of.stretch->uses_sums) return;
  of.for_each_product([&](const ProductGroup& group, const PlannedProduct& product, uint32_t index) {
    auto& held = registers.c[product.c_bank].bound;
    for (uint32_t row = product.kept_from; row < product.kept_to; ++row)
      held[row] = bounds[index] + bound_of(group, registers.config);
  });
}

// What the banks hold behind the stretch.
void ArrayRunner::Impl::take_loads(const ArrayStretch& stretch) {
  for (const PreloadedPanel& panel : stretch.preloaded)
    if (!panel.is_kept) pending.forget(panel.bank);
  for (const MmaLoadB& load : stretch.loads) pending.forget(load.bank);
  for (const MmaLoadB& load : stretch.kept_loads) pending.put_off(load);
}

Footprint ArrayRunner::Impl::footprint(const StretchOfPlan& of) const {
  const auto& [reads, writes] = std::pair(of.stretch->reads, of.stretch->writes);
  Footprint footprint;
  for (uint32_t i = reads.first; i < reads.end; ++i) footprint.reads.add(of.plan->reaches[i]);
  for (uint32_t i = writes.first; i < writes.end; ++i) footprint.writes.add(of.plan->reaches[i]);
  if (!of.stretch->uses_sums) return footprint;
  of.for_each_product([&](const ProductGroup&, const PlannedProduct& product, uint32_t index) {
    if (bounds[index] != 0) footprint.reads.add(reach_of_c_bank(product.c_bank));
    if (product.kept_from < product.kept_to) footprint.writes.add(reach_of_c_bank(product.c_bank));
  });
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

void ArrayRunner::Impl::prepare(Flight& flight, const StretchOfPlan& of, const ArraySettings& settings) {
  flight.of = of;
  flight.serial = ++last_serial;
  flight.settings = settings;
  flight.bounds_before = bounds;
  find_parts(flight);
}

// The stretch in parts that are worth a call.
void ArrayRunner::Impl::find_parts(Flight& flight) const {
  const auto& [plan, stretch] = flight.of;
  const uint64_t worth = kMacsOfPart / storage_columns(flight.settings);
  flight.parts.clear();
  uint64_t last = worth;  // of the last part
  for (uint32_t g = stretch->groups.first; g < stretch->groups.end; ++g) {
    const ProductGroup& group = plan->groups[g];
    const uint64_t macs = uint64_t{group.rows} * group.depth;  // of a column
    const uint64_t count = std::clamp<uint64_t>(macs / worth, 1, std::max(1u, group.rows / kRowsOfPart));
    for (uint64_t i = 0; i < count; ++i) {
      if (last >= worth) flight.parts.push_back({g, static_cast<uint32_t>(group.rows * i / count)}), last = 0;
      last += macs / count;
    }
  }
  flight.parts.push_back({stretch->groups.end, 0});
}

// Every member packs what it needs for itself: a core reads what it has just written, and no other waits for
// it.
void ArrayRunner::Impl::pack_panels(const Flight& flight, const ProductGroup& group, PackedPanels& mine,
                                    const MemoryView& memory) const {
  const ArraySettings& settings = flight.settings;
  const ArrayPlan& plan = *flight.of.plan;
  mine.begin(flight.serial, flight.of.stretch->panels.size(),
             packed_panel_bytes(settings.machine.array_bytes));
  for (uint32_t i = group.uses.first; i < group.uses.end; ++i) {
    const uint32_t index = plan.uses[i].panel;
    if (mine.has(index)) continue;
    const PlannedPanel& panel = plan.panels[flight.of.stretch->panels.first + index];
    mine.panels[index] =
        pack_panel(memory.at(panel.address), panel.rows, panel_operands(settings), mine.room_of(index));
  }
}

template <class Sum>
void ArrayRunner::Impl::perform_rows(Flight& flight, unsigned member, RowOfGroup first, RowOfGroup end,
                                     Registers& registers, const MemoryView& memory) {
  const StretchContext context = {*flight.of.plan,
                                  flight.settings,
                                  packed[member].panels,
                                  flight.bounds_before,
                                  flight.of.first_product(),
                                  registers.c,
                                  memory};
  for (uint32_t g = first.group; g < end.group + (end.row != 0 ? 1 : 0); ++g) {
    const ProductGroup& group = flight.of.plan->groups[g];
    pack_panels(flight, group, packed[member], memory);
    GroupPart<Sum>(context, group, workers[member], scratch[member])
        .make(g == first.group ? first.row : 0, g == end.group ? end.row : group.rows);
  }
}

void ArrayRunner::Impl::perform(Flight& flight, unsigned member, ListRange parts, Registers& registers,
                                const MemoryView& memory) {
  const RowOfGroup first = flight.parts[parts.first], end = flight.parts[parts.end];
  if (flight.settings.operand_bytes() == 1)
    perform_rows<int32_t>(flight, member, first, end, registers, memory);
  else
    perform_rows<int64_t>(flight, member, first, end, registers, memory);
}

ArrayRunner::ArrayRunner(const Machine& machine, Scoreboard& scoreboard, std::vector<Worker>& workers)
    : impl_(std::make_unique<Impl>(machine, scoreboard, workers)) {}
ArrayRunner::~ArrayRunner() = default;

void ArrayRunner::restart() { impl_->pending.clear(); }
bool ArrayRunner::has_put_off() const { return !impl_->pending.is_empty(); }

bool ArrayRunner::issue(const ArrayPlan& plan, const ArrayStretch& stretch, Registers& registers,
                        const MemoryView& memory) {
  Impl& impl = *impl_;
  const StretchOfPlan of = {&plan, &stretch};
  if (!takes_packed_panels(registers.config.b) || !impl.holds_panels(of) || !impl.find_bounds(of, registers))
    return false;
  impl.take_loads(stretch);
  const bool is_alone = impl.scoreboard.threads() == 1;
  Footprint footprint;  // alone it matters to what is put off only
  if (!is_alone || has_put_off()) footprint = impl.footprint(of);
  before_writing(footprint.writes, registers, memory);
  impl.raise_bounds(of, registers);
  Flight& flight = impl.free_flight();
  impl.prepare(flight, of, registers);
  if (is_alone) return impl.perform(flight, 0, {0, impl.parts_of(flight)}, registers, memory), true;
  flight.number = impl.scoreboard.issue(
      footprint, impl.parts_of(flight),
      [&impl, &flight, &registers, &memory](unsigned member, uint32_t first, uint32_t end) {
        impl.perform(flight, member, {first, end}, registers, memory);
      });
  return true;
}

// Put off, but legal now: the operands may be others when it is made good.
void ArrayRunner::execute(const MmaLoadB& load, const Registers& registers) {
  require_panel(load.rows, registers, "mma.load_b: rows");
  impl_->pending.put_off(load);
}

void ArrayRunner::execute(const MmaStream& stream, Registers& registers, const MemoryView& memory) {
  impl_->pending.take_that_of(stream.b_bank, [&](const MmaLoadB& load) {
    load_panel(load, impl_->machine.array_bytes, registers.b_bank(load.bank), memory);
  });
  isa::execute(stream, registers, memory);
}

void ArrayRunner::execute(const MmaTransfer& transfer, Registers& registers, const MemoryView& memory) {
  ReachList written;
  written.add(reach_of_transfer(registers.store_pattern, element_bytes(registers.mma_stage.out), transfer));
  before_writing(written, registers, memory);
  impl_->scoreboard.drain();
  isa::execute(transfer, registers, memory);
}

// Loaded where the load stands among what was issued: behind what writes the panel.
void ArrayRunner::before_writing(const ReachList& written, Registers& registers, const MemoryView& memory) {
  impl_->pending.take_those_in(written, [&](const MmaLoadB& load) {
    BBank& bank = registers.b_bank(load.bank);
    Footprint footprint;
    footprint.reads.add(impl_->pending.reach(load));
    footprint.writes.add(reach_of_b_bank(load.bank));
    impl_->scoreboard.issue(footprint, 1, [this, load, &bank, &memory](unsigned, uint32_t, uint32_t) {
      load_panel(load, impl_->machine.array_bytes, bank, memory);
    });
  });
}

}  // namespace mmasim::isa
