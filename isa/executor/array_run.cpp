// A run in flight has a copy of the registers as they were at its issue. The issue also decides whether its
// sums fit: the bounds of the banks change at issue, their storage when the run executes. On the scoreboard a
// bank is a byte of Space::none.
#include "isa/executor/array_run.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "isa/executor/array_group.h"
#include "isa/executor/array_intervals.h"
#include "isa/executor/core/mma.h"
#include "isa/executor/deferred_loads.h"
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

// The bytes of Space::none that stand for the banks.
ByteInterval interval_of_c_bank(uint8_t bank) { return {bank + 1u, bank + 2u}; }
ByteInterval interval_of_b_bank(uint8_t bank) { return {bank + 257u, bank + 258u}; }

struct RowOfGroup {
  uint32_t group, row;
};

struct RunOfPlan {
  const ArrayPlan* plan = nullptr;
  const FusedRun* fused_run = nullptr;

  uint32_t first_product() const { return plan->groups[fused_run->groups.first].products.first; }
  // Calls visit(group, product, index of the product) for every product.
  template <class Visit>
  void for_each_product(const Visit& visit) const {
    for (uint32_t g = fused_run->groups.first; g < fused_run->groups.end; ++g)
      for (uint32_t p = plan->groups[g].products.first; p < plan->groups[g].products.end; ++p)
        visit(plan->groups[g], plan->products[p], p - first_product());
  }
};

// The panels that a worker has packed for a fused run.
struct PackedPanels {
  uint64_t serial = 0;  // serial of the run in flight
  size_t panel_bytes = 0;
  AlignedVector<uint8_t> storage;
  std::vector<PackedPanel> panels;  // not packed yet where quads is null

  void begin(uint64_t serial_of_run, uint32_t count, size_t bytes) {
    if (serial == serial_of_run) return;
    serial = serial_of_run, panel_bytes = bytes;
    storage.resize(std::max(storage.size(), count * bytes));
    panels.assign(count, PackedPanel{});
  }
  bool has(uint32_t panel) const { return panels[panel].quads != nullptr; }
  uint8_t* room_of(uint32_t panel) { return storage.data() + panel * panel_bytes; }
};

// A fused run in flight.
struct RunInFlight {
  explicit RunInFlight(const Machine& machine) : settings{machine, {}, {}, {}, {}} {}

  RunOfPlan of;
  uint64_t serial = 0;  // unique
  ArraySettings settings;
  std::vector<Wide> bounds_before;  // per product, if the run uses sums
  std::vector<RowOfGroup> parts;    // first row of each part, and the end of the last
  std::optional<uint64_t> number;   // of its task on the scoreboard
};

}  // namespace

struct ArrayRunner::Impl {
  Impl(const Machine& of, Scoreboard& on, std::vector<Worker>& with)
      : machine(of),
        scoreboard(on),
        workers(with),
        deferred(of.array_bytes),
        packed(with.size()),
        scratch(with.size()) {
    const unsigned threads = scoreboard.threads();
    for (unsigned i = 0; i < (threads > 1 ? threads + 2 : 1); ++i) in_flight.emplace_back(machine);
  }

  bool holds_panels(const RunOfPlan& of) const;
  bool find_bounds(const RunOfPlan& of, const Registers& registers);
  void raise_bounds(const RunOfPlan& of, Registers& registers) const;
  void note_loads(const FusedRun& fused_run);
  Footprint footprint(const RunOfPlan& of) const;
  RunInFlight& free_slot();
  void prepare(RunInFlight& flight, const RunOfPlan& of, const ArraySettings& settings);
  void find_parts(RunInFlight& flight) const;
  void pack_panels(const RunInFlight& flight, const ProductGroup& group, PackedPanels& mine,
                   const MemoryView& memory) const;
  static uint32_t parts_of(const RunInFlight& flight) {
    return static_cast<uint32_t>(flight.parts.size()) - 1;
  }
  void perform(RunInFlight& flight, unsigned worker, ListRange parts, Registers& registers,
               const MemoryView& memory);
  template <class Sum>
  void perform_rows(RunInFlight& flight, unsigned worker, RowOfGroup first, RowOfGroup end,
                    Registers& registers, const MemoryView& memory);

  const Machine machine;
  Scoreboard& scoreboard;
  std::vector<Worker>& workers;
  DeferredLoads deferred;
  std::deque<RunInFlight> in_flight;
  uint64_t last_serial = 0;
  std::vector<PackedPanels> packed;   // per worker
  std::vector<GroupScratch> scratch;  // per worker
  std::vector<Wide> bounds;           // result of find_bounds
  std::vector<uint64_t> numbers;      // room of free_slot
};

// Whether memory still holds the panels that were loaded before the run.
bool ArrayRunner::Impl::holds_panels(const RunOfPlan& of) const {
  return std::all_of(
      of.fused_run->preloaded.begin(), of.fused_run->preloaded.end(), [&](const PreloadedPanel& preloaded) {
        const PlannedPanel& panel = of.plan->panels[of.fused_run->panels.first + preloaded.panel];
        return deferred.has(preloaded.bank, panel.address, panel.rows);
      });
}

// Checks that the kernels' accumulators can hold every product's sum. The rows that a product continues from
// must share one bound, which is recorded per product (0 where it starts from zero).
bool ArrayRunner::Impl::find_bounds(const RunOfPlan& of, const Registers& registers) {
  const Wide highest = highest_sum(registers.operand_bytes());
  bounds.clear();
  for (uint32_t g = of.fused_run->groups.first; g < of.fused_run->groups.end; ++g)
    if (bound_of(of.plan->groups[g], registers.config) > highest) return false;
  if (!of.fused_run->uses_sums) return true;
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

void ArrayRunner::Impl::raise_bounds(const RunOfPlan& of, Registers& registers) const {
  if (!of.fused_run->uses_sums) return;
  of.for_each_product([&](const ProductGroup& group, const PlannedProduct& product, uint32_t index) {
    auto& held = registers.c[product.c_bank].bound;
    for (uint32_t row = product.kept_from; row < product.kept_to; ++row)
      held[row] = bounds[index] + bound_of(group, registers.config);
  });
}

// Records what the B banks hold after the run.
void ArrayRunner::Impl::note_loads(const FusedRun& fused_run) {
  for (const PreloadedPanel& panel : fused_run.preloaded)
    if (!panel.is_kept) deferred.forget(panel.bank);
  for (const MmaLoadB& load : fused_run.loads) deferred.forget(load.bank);
  for (const MmaLoadB& load : fused_run.kept_loads) deferred.defer(load);
}

Footprint ArrayRunner::Impl::footprint(const RunOfPlan& of) const {
  const auto& [reads, writes] = std::pair(of.fused_run->reads, of.fused_run->writes);
  Footprint footprint;
  for (uint32_t i = reads.first; i < reads.end; ++i) footprint.reads.add(of.plan->intervals[i]);
  for (uint32_t i = writes.first; i < writes.end; ++i) footprint.writes.add(of.plan->intervals[i]);
  if (!of.fused_run->uses_sums) return footprint;
  of.for_each_product([&](const ProductGroup&, const PlannedProduct& product, uint32_t index) {
    if (bounds[index] != 0) footprint.reads.add(interval_of_c_bank(product.c_bank));
    if (product.kept_from < product.kept_to) footprint.writes.add(interval_of_c_bank(product.c_bank));
  });
  return footprint;
}

RunInFlight& ArrayRunner::Impl::free_slot() {
  for (;;) {
    numbers.clear();
    for (RunInFlight& flight : in_flight) {
      if (!flight.number || scoreboard.has_ended(*flight.number)) return flight;
      numbers.push_back(*flight.number);
    }
    scoreboard.help_until_one_ended(numbers);
  }
}

void ArrayRunner::Impl::prepare(RunInFlight& flight, const RunOfPlan& of, const ArraySettings& settings) {
  flight.of = of;
  flight.serial = ++last_serial;
  flight.settings = settings;
  flight.bounds_before = bounds;
  find_parts(flight);
}

// Cuts the run into parts that are worth a call.
void ArrayRunner::Impl::find_parts(RunInFlight& flight) const {
  const auto& [plan, fused_run] = flight.of;
  const uint64_t worth = kMacsOfPart / storage_columns(flight.settings);
  flight.parts.clear();
  uint64_t last = worth;  // MACs of the last part, per column
  for (uint32_t g = fused_run->groups.first; g < fused_run->groups.end; ++g) {
    const ProductGroup& group = plan->groups[g];
    const uint64_t macs = uint64_t{group.rows} * group.depth;  // per column
    const uint64_t count = std::clamp<uint64_t>(macs / worth, 1, std::max(1u, group.rows / kRowsOfPart));
    for (uint64_t i = 0; i < count; ++i) {
      if (last >= worth) flight.parts.push_back({g, static_cast<uint32_t>(group.rows * i / count)}), last = 0;
      last += macs / count;
    }
  }
  flight.parts.push_back({fused_run->groups.end, 0});
}

// Every worker packs its own panels: a core then reads what it has just written, and no other waits for it.
void ArrayRunner::Impl::pack_panels(const RunInFlight& flight, const ProductGroup& group, PackedPanels& mine,
                                    const MemoryView& memory) const {
  const ArraySettings& settings = flight.settings;
  const ArrayPlan& plan = *flight.of.plan;
  mine.begin(flight.serial, flight.of.fused_run->panels.size(),
             packed_panel_bytes(settings.machine.array_bytes));
  for (uint32_t i = group.uses.first; i < group.uses.end; ++i) {
    const uint32_t index = plan.uses[i].panel;
    if (mine.has(index)) continue;
    const PlannedPanel& panel = plan.panels[flight.of.fused_run->panels.first + index];
    mine.panels[index] =
        pack_panel(memory.at(panel.address), panel.rows, panel_operands(settings), mine.room_of(index));
  }
}

template <class Sum>
void ArrayRunner::Impl::perform_rows(RunInFlight& flight, unsigned worker, RowOfGroup first, RowOfGroup end,
                                     Registers& registers, const MemoryView& memory) {
  const FusedRunContext context = {*flight.of.plan,
                                   flight.settings,
                                   packed[worker].panels,
                                   flight.bounds_before,
                                   flight.of.first_product(),
                                   registers.c,
                                   memory};
  for (uint32_t g = first.group; g < end.group + (end.row != 0 ? 1 : 0); ++g) {
    const ProductGroup& group = flight.of.plan->groups[g];
    pack_panels(flight, group, packed[worker], memory);
    GroupPart<Sum>(context, group, workers[worker], scratch[worker])
        .make(g == first.group ? first.row : 0, g == end.group ? end.row : group.rows);
  }
}

void ArrayRunner::Impl::perform(RunInFlight& flight, unsigned worker, ListRange parts, Registers& registers,
                                const MemoryView& memory) {
  const RowOfGroup first = flight.parts[parts.first], end = flight.parts[parts.end];
  if (flight.settings.operand_bytes() == 1)
    perform_rows<int32_t>(flight, worker, first, end, registers, memory);
  else
    perform_rows<int64_t>(flight, worker, first, end, registers, memory);
}

ArrayRunner::ArrayRunner(const Machine& machine, Scoreboard& scoreboard, std::vector<Worker>& workers)
    : impl_(std::make_unique<Impl>(machine, scoreboard, workers)) {}
ArrayRunner::~ArrayRunner() = default;

void ArrayRunner::restart() { impl_->deferred.clear(); }
bool ArrayRunner::has_deferred() const { return !impl_->deferred.is_empty(); }

bool ArrayRunner::issue(const ArrayPlan& plan, const FusedRun& fused_run, Registers& registers,
                        const MemoryView& memory) {
  Impl& impl = *impl_;
  const RunOfPlan of = {&plan, &fused_run};
  if (!takes_packed_panels(registers.config.b) || !impl.holds_panels(of) || !impl.find_bounds(of, registers))
    return false;
  impl.note_loads(fused_run);
  const bool is_alone = impl.scoreboard.threads() == 1;
  Footprint footprint;  // on one thread only deferred loads need it
  if (!is_alone || has_deferred()) footprint = impl.footprint(of);
  before_writing(footprint.writes, registers, memory);
  impl.raise_bounds(of, registers);
  RunInFlight& flight = impl.free_slot();
  impl.prepare(flight, of, registers);
  if (is_alone) return impl.perform(flight, 0, {0, impl.parts_of(flight)}, registers, memory), true;
  flight.number = impl.scoreboard.issue(
      footprint, impl.parts_of(flight),
      [&impl, &flight, &registers, &memory](unsigned worker, uint32_t first, uint32_t end) {
        impl.perform(flight, worker, {first, end}, registers, memory);
      });
  return true;
}

// Checked now, executed later: the operands may have another width by then.
void ArrayRunner::execute(const MmaLoadB& load, const Registers& registers) {
  require_panel(load.rows, registers, "mma.load_b: rows");
  impl_->deferred.defer(load);
}

void ArrayRunner::execute(const MmaStream& stream, Registers& registers, const MemoryView& memory) {
  impl_->deferred.release_that_of(stream.b_bank, [&](const MmaLoadB& load) {
    load_panel(load, impl_->machine.array_bytes, registers.b_bank(load.bank), memory);
  });
  isa::execute(stream, registers, memory);
}

void ArrayRunner::execute(const MmaTransfer& transfer, Registers& registers, const MemoryView& memory) {
  IntervalSet written;
  written.add(
      interval_of_transfer(registers.store_pattern, element_bytes(registers.mma_stage.out), transfer));
  before_writing(written, registers, memory);
  impl_->scoreboard.drain();
  isa::execute(transfer, registers, memory);
}

// Issues the deferred loads of these bytes, before they are overwritten. Each is ordered after the task that
// wrote its panel.
void ArrayRunner::before_writing(const IntervalSet& written, Registers& registers, const MemoryView& memory) {
  impl_->deferred.release_those_in(written, [&](const MmaLoadB& load) {
    BBank& bank = registers.b_bank(load.bank);
    Footprint footprint;
    footprint.reads.add(impl_->deferred.interval(load));
    footprint.writes.add(interval_of_b_bank(load.bank));
    impl_->scoreboard.issue(footprint, 1, [this, load, &bank, &memory](unsigned, uint32_t, uint32_t) {
      load_panel(load, impl_->machine.array_bytes, bank, memory);
    });
  });
}

}  // namespace mmasim::isa
