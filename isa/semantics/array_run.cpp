#include "isa/semantics/array_run.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "isa/semantics/elements.h"
#include "isa/semantics/matrix_rows.h"
#include "isa/semantics/mma.h"
#include "isa/semantics/output_stage.h"
#include "isa/semantics/packed_panel.h"
#include "isa/semantics/row_pattern.h"

namespace mmasim::isa {
namespace {

using Registers = CoreState::Registers;

constexpr uint32_t kRowsAtOnce = 48;           // their accumulators stay in the first-level cache
constexpr uint64_t kMacsWorthATeam = 100'000;  // some microseconds

template <class Sum>
AlignedVector<Sum>& storage_of(CBank& bank) {
  if constexpr (sizeof(Sum) == 4)
    return bank.narrow;
  else
    return bank.middle;
}

constexpr Wide highest_sum(uint32_t operand_bytes) {
  return operand_bytes == 1 ? Wide{std::numeric_limits<int32_t>::max()} : (Wide{1} << kWordSumBits) - 1;
}

Wide bound_of(const ProductGroup& group, const Registers& registers) {
  return group.depth * element_magnitude(registers.config.a) * element_magnitude(registers.config.b);
}

// The part of a group's rows that one thread makes.
template <class Sum>
class GroupPart {
 public:
  GroupPart(const ArrayPlan& plan, const ProductGroup& group, const std::vector<PackedPanel>& panels,
            Registers& registers, const MemoryView& memory, Worker& worker)
      : plan_(plan),
        group_(group),
        registers_(registers),
        memory_(memory),
        worker_(worker),
        columns_(registers.columns()),
        bound_(bound_of(group, registers)),
        matrix_(registers.pattern, registers.config.a, columns_, panels_of(panels), worker.scratch),
        largest_bound_(bound_) {
    pieces().clear();
    worker.scratch.planned_sums.resize(size_t{kRowsAtOnce} * columns_ * sizeof(Sum));
    const uint32_t used = matrix_.used_columns();  // no product touches the others
    for (uint32_t row = 0; used < columns_ && row < kRowsAtOnce; ++row)
      std::fill_n(sums_of(row) + used, columns_ - used, Sum{0});
  }

  // Rows first .. end of the group's, counted over all its products.
  void make(uint32_t first, uint32_t end) {
    uint32_t before = 0;  // rows of earlier products
    for (uint32_t p = group_.products.first; p < group_.products.end; ++p) {
      const PlannedProduct& product = plan_.products[p];
      const uint32_t from = std::max(first, before) - before, to = std::min(end, before + product.rows);
      for (uint32_t row = from; row + before < to;) {
        const uint32_t count = std::min(to - before - row, kRowsAtOnce - filled_);
        add_rows(product, row, count);
        row += count;
        if (filled_ == kRowsAtOnce) finish_rows();
      }
      before += product.rows;
    }
    finish_rows();
  }

 private:
  void add_rows(const PlannedProduct& product, uint32_t row, uint32_t count) {
    const uint8_t* base = memory_.at(product.a);
    RowPattern at(registers_.pattern, product.row + row);
    Sum* sums = sums_of(filled_);
    for (uint32_t i = 0; i < count; ++i, at.advance(), sums += columns_) {
      a_[filled_ + i] = base + at.offset_bytes();
      c_[filled_ + i] = sums;
    }
    const bool is_plain = !group_.accumulate && product.kept_from >= product.kept_to;
    for (uint32_t i = 0; !is_plain && i < count; ++i) begin_row(product, row + i, c_[filled_ + i]);
    pieces().push_back({&product, row, count});
    filled_ += count;
  }

  // A row that begins with the bank's sums, or that the bank must hold afterwards: then its sums go there.
  void begin_row(const PlannedProduct& product, uint32_t row, Sum*& sums) {
    CBank& bank = registers_.c[product.c_bank];
    Sum* const held = storage_of<Sum>(bank).data() + size_t{row} * columns_;
    const bool is_kept = row >= product.kept_from && row < product.kept_to;
    const Wide before = group_.accumulate ? bank.bound[row] : 0;
    if (group_.accumulate && before != 0 && !is_kept) std::copy_n(held, columns_, sums);
    if (is_kept) sums = held;
    if (before == 0) std::fill_n(sums, columns_, Sum{0});
    if (is_kept) bank.bound[row] = before + bound_;
    largest_bound_ = std::max(largest_bound_, before + bound_);
  }

  void finish_rows() {
    if (filled_ == 0) return;
    matrix_.multiply(a_, filled_, c_, group_.accumulate ? SumsStart::from_c : SumsStart::from_zero);
    uint32_t at = 0;
    for (const PlannedRows& piece : pieces()) {
      for (uint32_t t = piece.product->transfers.first; t < piece.product->transfers.end; ++t)
        transfer(plan_.transfers[t], piece, c_ + at);
      at += piece.count;
    }
    pieces().clear();
    filled_ = 0;
  }

  void transfer(const MmaTransfer& transfer, const PlannedRows& piece, Sum* const* rows) {
    if (piece.row >= transfer.rows) return;
    const uint32_t count = std::min(piece.count, transfer.rows - piece.row);
    prepare_stage(transfer);
    uint8_t* dst = memory_.at(transfer.dst);
    RowPattern at(registers_.store_pattern, transfer.row + piece.row);
    for (uint32_t i = 0; i < count; ++i, at.advance()) dst_[i] = dst + at.offset_bytes();
    stage_->apply_rows<Sum>(rows, dst_, count);
  }

  void prepare_stage(const MmaTransfer& transfer) {
    if (stage_ && stage_lane_ == transfer.lane && stage_columns_ == transfer.columns &&
        stage_bound_ >= largest_bound_)
      return;
    stage_lane_ = transfer.lane, stage_columns_ = transfer.columns, stage_bound_ = largest_bound_;
    stage_.reset();
    stage_.emplace(registers_.mma_stage, registers_.accumulator(), transfer.lane, transfer.columns,
                   stage_bound_, worker_, memory_);
  }

  const std::vector<PanelOfDepth>& panels_of(const std::vector<PackedPanel>& panels) {
    worker_.scratch.panels.clear();
    for (uint32_t i = group_.uses.first; i < group_.uses.end; ++i)
      worker_.scratch.panels.push_back(
          {panels[plan_.uses[i].panel], plan_.uses[i].k_start, plan_.uses[i].depth});
    return worker_.scratch.panels;
  }
  Sum* sums_of(uint32_t row) {
    return reinterpret_cast<Sum*>(worker_.scratch.planned_sums.data()) + size_t{row} * columns_;
  }
  std::vector<PlannedRows>& pieces() { return worker_.scratch.planned_rows; }

  const ArrayPlan& plan_;
  const ProductGroup& group_;
  Registers& registers_;
  const MemoryView& memory_;
  Worker& worker_;
  const uint32_t columns_;
  const Wide bound_;  // of what the group adds to a row
  const MatrixRows matrix_;
  const uint8_t* a_[kRowsAtOnce];
  Sum* c_[kRowsAtOnce];
  uint32_t filled_ = 0;
  uint8_t* dst_[kRowsAtOnce];
  Wide largest_bound_;  // of any row so far
  std::optional<OutputStage> stage_;
  uint32_t stage_lane_ = 0, stage_columns_ = 0;
  Wide stage_bound_ = 0;
};

}  // namespace

struct ArrayRunner::Impl {
  Impl(const std::vector<Instruction>& of, const Machine& machine, Team* with)
      : instructions(of), plan(plan_array(of, machine)), team(with), workers(team ? team->size() : 1) {}

  bool holds_panels(const ArrayStretch& stretch, const Registers& registers, const MemoryView& memory) const;
  bool holds_sums(const ArrayStretch& stretch, const Registers& registers) const;
  uint64_t macs(const ArrayStretch& stretch, uint32_t columns) const;
  template <class Work>
  void share(bool with_team, const Work& work);
  void pack_panels(const ArrayStretch& stretch, Registers& registers, const MemoryView& memory,
                   unsigned member, unsigned members);
  void make_groups(const ArrayStretch& stretch, Registers& registers, const MemoryView& memory,
                   unsigned member, unsigned members);
  void run(const ArrayStretch& stretch, Registers& registers, const MemoryView& memory);

  const std::vector<Instruction>& instructions;
  const ArrayPlan plan;
  Team* const team;
  size_t next = 0;  // stretch
  std::vector<Worker> workers;
  AlignedVector<uint8_t> panel_storage;
  std::vector<PackedPanel> panels;
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

uint64_t ArrayRunner::Impl::macs(const ArrayStretch& stretch, uint32_t columns) const {
  uint64_t total = 0;
  for (uint32_t g = stretch.groups.first; g < stretch.groups.end; ++g)
    total += uint64_t{plan.groups[g].rows} * plan.groups[g].depth * columns;
  return total;
}

template <class Work>
void ArrayRunner::Impl::share(bool with_team, const Work& work) {
  if (with_team)
    team->run([&](unsigned member) { work(member, team->size()); });
  else
    work(0u, 1u);
}

void ArrayRunner::Impl::pack_panels(const ArrayStretch& stretch, Registers& registers,
                                    const MemoryView& memory, unsigned member, unsigned members) {
  const size_t bytes = packed_panel_bytes(registers.machine);
  for (uint32_t i = member; i < stretch.panels.size(); i += members) {
    const PlannedPanel& panel = plan.panels[stretch.panels.first + i];
    panels[i] = pack_panel(memory.at(panel.address), panel.rows, registers.config, registers.machine,
                           panel_storage.data() + i * bytes);
  }
}

void ArrayRunner::Impl::make_groups(const ArrayStretch& stretch, Registers& registers,
                                    const MemoryView& memory, unsigned member, unsigned members) {
  const auto make = [&](auto sum, const ProductGroup& group) {
    GroupPart<decltype(sum)> part(plan, group, panels, registers, memory, workers[member]);
    const auto share_end = [&](unsigned of) {
      return static_cast<uint32_t>(uint64_t{group.rows} * of / members);
    };
    part.make(share_end(member), share_end(member + 1));
  };
  for (uint32_t g = stretch.groups.first; g < stretch.groups.end; ++g)
    registers.operand_bytes() == 1 ? make(int32_t{}, plan.groups[g]) : make(int64_t{}, plan.groups[g]);
}

void ArrayRunner::Impl::run(const ArrayStretch& stretch, Registers& registers, const MemoryView& memory) {
  panel_storage.resize(
      std::max(panel_storage.size(), stretch.panels.size() * packed_panel_bytes(registers.machine)));
  panels.resize(std::max<size_t>(panels.size(), stretch.panels.size()));
  const bool with_team = team && macs(stretch, registers.columns()) >= kMacsWorthATeam;
  share(with_team,
        [&](unsigned member, unsigned members) { pack_panels(stretch, registers, memory, member, members); });
  share(with_team,
        [&](unsigned member, unsigned members) { make_groups(stretch, registers, memory, member, members); });
  for (Worker& worker : workers) {
    registers.overflow_count += worker.overflow_count;
    registers.range.smallest = std::min(registers.range.smallest, worker.range.smallest);
    registers.range.largest = std::max(registers.range.largest, worker.range.largest);
    worker.overflow_count = 0;
    worker.range.clear();
  }
  for (const uint32_t load : stretch.kept_loads)
    isa::execute(std::get<MmaLoadB>(instructions[load]), registers, memory);
}

ArrayRunner::ArrayRunner(const std::vector<Instruction>& instructions, const Machine& machine, Team* team)
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
