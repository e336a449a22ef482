// The rows of a group of products (array_plan.h): multiplied some at a time, passed through the output stage,
// and kept in their banks where an instruction reads them later. array_run.cpp proves that the sums fit.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "isa/executor/array_plan.h"
#include "isa/executor/core/output_stage.h"
#include "isa/executor/core/registers.h"
#include "isa/executor/core/row_pattern.h"
#include "isa/kernels/matrix_rows.h"
#include "isa/semantics/elements.h"

namespace mmasim::isa {

// The largest magnitude that the group can add to a row.
inline Wide bound_of(const ProductGroup& group, const MmaConfig& config) {
  return group.depth * element_magnitude(config.a) * element_magnitude(config.b);
}

// What the parts of a fused run have in common.
struct FusedRunContext {
  const ArrayPlan& plan;
  const ArraySettings& settings;
  const std::vector<PackedPanel>& panels;
  const std::vector<Wide>& bounds_before;  // of what the banks hold: per product, counted from first_product
  uint32_t first_product;
  std::vector<CBank>& banks;
  const MemoryView& memory;
};

// Rows of a product, side by side in a multiplication.
struct PlannedRows {
  const PlannedProduct* product;
  uint32_t row, count;
};

// Room that a thread's groups reuse.
struct GroupScratch {
  AlignedVector<uint8_t> sums;
  std::vector<PlannedRows> rows;
  std::vector<PanelOfDepth> panels;
};

// Some of a group's rows, made by one thread. Every row's sums pass through the transfers that take them.
template <class Sum>
class GroupPart {
 public:
  GroupPart(const FusedRunContext& fused_run, const ProductGroup& group, Worker& worker,
            GroupScratch& scratch)
      : fused_run_(fused_run),
        plan_(fused_run.plan),
        group_(group),
        settings_(fused_run.settings),
        memory_(fused_run.memory),
        worker_(worker),
        scratch_(scratch),
        columns_(storage_columns(settings_)),
        bound_(bound_of(group, settings_.config)),
        matrix_(depth_pattern(settings_.pattern), settings_.config.a, columns_, panels_of(fused_run.panels),
                worker.matrix),
        largest_bound_(bound_) {
    parts().clear();
    scratch_.sums.resize(size_t{kRowsAtOnce} * columns_ * sizeof(Sum));
    const uint32_t used = matrix_.used_columns();  // products leave the other columns alone
    for (uint32_t row = 0; used < columns_ && row < kRowsAtOnce; ++row)
      std::fill_n(sums_of(row) + used, columns_ - used, Sum{0});
  }

  // Makes the group's rows first .. end, counted over all its products.
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
  static constexpr uint32_t kRowsAtOnce = 48;  // their accumulators stay in the first-level cache

  void add_rows(const PlannedProduct& product, uint32_t row, uint32_t count) {
    RowPattern(settings_.pattern, product.row + row)
        .take<const uint8_t*>(memory_.at(product.a), count, a_ + filled_);
    for (uint32_t i = 0; i < count; ++i) c_[filled_ + i] = sums_of(filled_ + i);
    const bool is_plain = !group_.accumulate && product.kept_from >= product.kept_to;
    for (uint32_t i = 0; !is_plain && i < count; ++i) begin_row(product, row + i, c_[filled_ + i]);
    parts().push_back({&product, row, count});
    filled_ += count;
  }

  // Begins a row that starts from the bank's sums, or whose sums the bank must hold afterwards.
  void begin_row(const PlannedProduct& product, uint32_t row, Sum*& sums) {
    Sum* const held = storage_of(fused_run_.banks[product.c_bank]).data() + size_t{row} * columns_;
    const bool is_kept = row >= product.kept_from && row < product.kept_to;
    const Wide before = fused_run_.bounds_before[&product - &plan_.products[fused_run_.first_product]];
    if (before != 0 && !is_kept) std::copy_n(held, columns_, sums);
    if (is_kept) sums = held;
    if (before == 0) std::fill_n(sums, columns_, Sum{0});
    largest_bound_ = std::max(largest_bound_, before + bound_);
  }

  void finish_rows() {
    if (filled_ == 0) return;
    matrix_.multiply(a_, filled_, c_, group_.accumulate ? SumsStart::from_c : SumsStart::from_zero);
    uint32_t at = 0;
    for (const PlannedRows& part : parts()) {
      for (uint32_t t = part.product->transfers.first; t < part.product->transfers.end; ++t)
        transfer(plan_.transfers[t], part, c_ + at);
      at += part.count;
    }
    parts().clear();
    filled_ = 0;
  }

  void transfer(const MmaTransfer& transfer, const PlannedRows& part, Sum* const* rows) {
    if (part.row >= transfer.rows) return;
    const uint32_t count = std::min(part.count, transfer.rows - part.row);
    prepare_stage(transfer);
    RowPattern(settings_.store_pattern, transfer.row + part.row).take(memory_.at(transfer.dst), count, dst_);
    stage_->apply_rows<Sum>(rows, dst_, count);
  }

  void prepare_stage(const MmaTransfer& transfer) {
    if (stage_ && stage_lane_ == transfer.lane && stage_columns_ == transfer.columns &&
        stage_bound_ >= largest_bound_)
      return;
    stage_lane_ = transfer.lane, stage_columns_ = transfer.columns, stage_bound_ = largest_bound_;
    stage_.reset();
    stage_.emplace(settings_.mma_stage, settings_.accumulator(), transfer.lane, transfer.columns,
                   stage_bound_, worker_, memory_);
  }

  static AlignedVector<Sum>& storage_of(CBank& bank) {
    if constexpr (sizeof(Sum) == 4)
      return bank.narrow;
    else
      return bank.middle;
  }
  const std::vector<PanelOfDepth>& panels_of(const std::vector<PackedPanel>& panels) {
    scratch_.panels.clear();
    for (uint32_t i = group_.uses.first; i < group_.uses.end; ++i)
      scratch_.panels.push_back({panels[plan_.uses[i].panel], plan_.uses[i].k_start, plan_.uses[i].depth});
    return scratch_.panels;
  }
  Sum* sums_of(uint32_t row) { return reinterpret_cast<Sum*>(scratch_.sums.data()) + size_t{row} * columns_; }
  std::vector<PlannedRows>& parts() { return scratch_.rows; }

  const FusedRunContext& fused_run_;
  const ArrayPlan& plan_;
  const ProductGroup& group_;
  const ArraySettings& settings_;
  const MemoryView& memory_;
  Worker& worker_;
  GroupScratch& scratch_;
  const uint32_t columns_;
  const Wide bound_;  // largest magnitude that the group adds to a row
  const MatrixRows matrix_;
  const uint8_t* a_[kRowsAtOnce];
  Sum* c_[kRowsAtOnce];
  uint32_t filled_ = 0;
  uint8_t* dst_[kRowsAtOnce];
  Wide largest_bound_;  // largest bound of any row so far
  std::optional<OutputStage> stage_;
  uint32_t stage_lane_ = 0, stage_columns_ = 0;
  Wide stage_bound_ = 0;
};

}  // namespace mmasim::isa
