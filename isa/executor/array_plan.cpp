// One walk forward finds the fused runs and their products; array_liveness.cpp then walks back.
#include "isa/executor/array_plan.h"

#include <algorithm>
#include <utility>

#include "isa/executor/array_intervals.h"

namespace mmasim::isa {
namespace {

constexpr uint32_t kNone = ~0u;
constexpr uint32_t kMostPanels = 512, kMostProducts = 256;  // per fused run

}  // namespace

void ArrayPlanner::open() {
  if (is_open_) return;
  is_open_ = true;
  first_bank_use_ = static_cast<uint32_t>(plan_.bank_uses.size());
  can_fuse_ = policy_of(stage_.overflow) != Overflow::trap  // a trap must strike at its own element
              && pattern_.k0 != 0 && pattern_.k1 != 0 && pattern_.r0 != 0 && pattern_.r1 != 0 &&
              store_pattern_.r0 != 0 && store_pattern_.r1 != 0;
  panels_.clear();
  preloaded_.clear();
  loaded_banks_.clear();
  draft_count_ = 0;
  last_panel_ = group_panel_ = 0;
  highest_panel_ = 0;
  bank_panel_.fill(kNone);
  last_of_.fill(kNone);
}

// Programs repeat a column of panels for product after product. The next panel is mostly the last one's
// neighbour, or the first of the column.
uint32_t ArrayPlanner::panel_of(const MmaLoadB& load) {
  const auto is = [&](uint32_t i) {
    return i < panels_.size() && panels_[i].address == load.addr && panels_[i].rows == load.rows;
  };
  if (is(last_panel_ + 1)) return last_panel_ + 1;
  if (is(group_panel_)) return group_panel_;
  const bool may_be_known = load.addr.raw <= highest_panel_;  // panels that are used once mostly ascend
  for (uint32_t i = 0; may_be_known && i < panels_.size(); ++i)
    if (is(i)) return group_panel_ = i;
  highest_panel_ = std::max(highest_panel_, load.addr.raw);
  panels_.push_back({load.addr, load.rows});
  return static_cast<uint32_t>(panels_.size() - 1);
}

bool ArrayPlanner::is_full() const {
  return is_open_ && (draft_count_ > kMostProducts || panels_.size() > kMostPanels);
}

void ArrayPlanner::take(const MmaLoadB& load) {
  open();
  plan_.bank_uses.emplace_back(BankUse::load, load.bank, uint8_t{0}, uint8_t{0});
  loaded_[load.bank] = load;
  if (std::find(loaded_banks_.begin(), loaded_banks_.end(), load.bank) == loaded_banks_.end())
    loaded_banks_.push_back(load.bank);
  use_panel(load);
}

void ArrayPlanner::use_panel(const MmaLoadB& load) {
  bank_panel_[load.bank] = last_panel_ = panel_of(load);
  if (load.bank >= machine_.b_banks || load.rows > machine_.panel(element_bytes(config_.b)))
    can_fuse_ = false;
}

ArrayPlanner::Draft& ArrayPlanner::new_draft() {
  if (draft_count_ == drafts_.size()) drafts_.emplace_back();
  Draft& draft = drafts_[draft_count_++];
  draft.uses.clear();
  draft.transfers.clear();
  draft.product = {};
  draft.is_open = true;
  return draft;
}

void ArrayPlanner::take(const MmaStream& s) {
  open();
  plan_.bank_uses.emplace_back((s.accumulate & 1) != 0 ? BankUse::stream_onto : BankUse::stream_from_zero,
                               s.b_bank, s.c_bank, s.rows);
  if (bank_panel_[s.b_bank] == kNone && loaded_[s.b_bank]) {
    use_panel(*loaded_[s.b_bank]);
    preloaded_.push_back({s.b_bank, last_panel_});
  }
  const uint32_t panel = bank_panel_[s.b_bank];
  if (s.accumulate > 1) can_fuse_ = false;  // sums that count 256-fold
  if (panel == kNone || s.c_bank >= machine_.c_banks || s.rows > panel_size_ || s.depth > panel_size_)
    can_fuse_ = false;
  const uint32_t last = last_of_[s.c_bank];
  Draft* draft = last == kNone ? nullptr : &drafts_[last];
  const bool continues = draft && draft->is_open && s.accumulate && draft->product.a == s.a &&
                         draft->product.row == s.row && draft->product.rows == s.rows &&
                         draft->k_end == s.k_start;
  if (!continues) {
    // A product of the run must not read what an earlier product of the run left in the bank.
    if (draft && (s.accumulate || draft->accumulate)) can_fuse_ = false;
    last_of_[s.c_bank] = static_cast<uint32_t>(draft_count_);
    draft = &new_draft();
    draft->product.a = s.a;
    draft->product.row = s.row;
    draft->product.rows = s.rows;
    draft->product.c_bank = s.c_bank;
    draft->accumulate = (s.accumulate & 1) != 0;
  }
  draft->uses.emplace_back(panel, s.k_start, s.depth);
  draft->k_end = s.k_start + s.depth;
}

void ArrayPlanner::take(const MmaTransfer& transfer) {
  open();
  plan_.bank_uses.emplace_back(BankUse::transfer, uint8_t{0}, transfer.c_bank, transfer.rows);
  const uint32_t last = last_of_[transfer.c_bank];
  if (last == kNone || transfer.rows > drafts_[last].product.rows || transfer.columns > panel_size_) {
    can_fuse_ = false;
    return;
  }
  drafts_[last].is_open = false;
  drafts_[last].transfers.push_back(transfer);
}

bool ArrayPlanner::end_fused_run(CodeRange bytes) {
  const bool is_fused = is_open_ && can_fuse_ && draft_count_ != 0 && has_no_conflict();
  is_open_ = false;
  if (is_fused) add_fused_run(bytes);
  return is_fused;
}

template <class Visit>
void ArrayPlanner::for_each_read(const Visit& visit) const {
  const uint32_t operand_bytes = element_bytes(config_.a);
  const auto table = [&](const MmaTransfer& transfer, Address at, uint64_t bytes) {
    visit({at.raw + transfer.lane * bytes, at.raw + (uint64_t{transfer.lane} + transfer.columns) * bytes});
  };
  for (size_t i = 0; i < draft_count_; ++i) {
    const Draft& draft = drafts_[i];
    const auto& p = draft.product;
    const uint32_t k_start = draft.uses.front().k_start;
    visit(interval_of_a(pattern_, operand_bytes, p.a, p.row, p.rows, k_start,
                        std::max(draft.k_end, k_start) - k_start));
    for (const auto& transfer : draft.transfers) {
      if (!stage_.bias.is_none())
        table(transfer, stage_.bias, element_bytes(accumulator_element(operand_bytes)));
      if (stage_.multiplier_mode == TableMode::per_lane) table(transfer, stage_.multipliers, 4);
      if (stage_.shift_mode == TableMode::per_lane) table(transfer, stage_.shifts, 1);
    }
  }
  for (const auto& panel : panels_)
    visit({panel.address.raw, panel.address.raw + uint64_t{panel.rows} * machine_.array_bytes});
}

bool ArrayPlanner::is_read(const ByteInterval& written) const {
  bool is = false;
  for_each_read([&](const ByteInterval& read) { is |= read.meets(written); });
  return is;
}

// Whether no transfer of the run writes bytes that another writes or that the run reads.
bool ArrayPlanner::has_no_conflict() {
  const uint32_t out_bytes = element_bytes(stage_.out);
  transfers_.clear();
  transfer_intervals_.clear();
  reads_ = writes_ = {};
  for (size_t i = 0; i < draft_count_; ++i)
    for (const auto& transfer : drafts_[i].transfers) {
      transfers_.push_back(transfer);
      transfer_intervals_.push_back(interval_of_transfer(store_pattern_, out_bytes, transfer));
      writes_.add(transfer_intervals_.back());
    }
  if (transfers_.size() > 4 * kMostProducts) return false;
  for_each_read([this](const ByteInterval& interval) { reads_.add(interval); });
  if (writes_.meets(reads_) &&  // joined intervals may conflict where single ones do not
      std::any_of(transfer_intervals_.begin(), transfer_intervals_.end(),
                  [this](const ByteInterval& written) { return is_read(written); }))
    return false;
  return lie_apart(store_pattern_, out_bytes, transfers_, transfer_intervals_);
}

void ArrayPlanner::add_to_group(const Draft& draft, bool joins_last) {
  const auto end_of = [](const auto& list) { return static_cast<uint32_t>(list.size()); };
  if (!joins_last) {
    ProductGroup group;
    group.products = {end_of(plan_.products), end_of(plan_.products)};
    group.uses.first = end_of(plan_.uses);
    plan_.uses.insert(plan_.uses.end(), draft.uses.begin(), draft.uses.end());
    group.uses.end = end_of(plan_.uses);
    group.accumulate = draft.accumulate;
    for (const auto& use : draft.uses) group.depth += use.depth;
    plan_.groups.push_back(group);
  }
  PlannedProduct product = draft.product;
  product.transfers.first = end_of(plan_.transfers);
  plan_.transfers.insert(plan_.transfers.end(), draft.transfers.begin(), draft.transfers.end());
  product.transfers.end = end_of(plan_.transfers);
  plan_.products.push_back(product);
  plan_.groups.back().rows += product.rows;
  plan_.groups.back().products.end = end_of(plan_.products);
}

ListRange ArrayPlanner::add_intervals(const IntervalSet& intervals) {
  ListRange range;
  range.first = static_cast<uint32_t>(plan_.intervals.size());
  plan_.intervals.insert(plan_.intervals.end(), intervals.begin(), intervals.end());
  range.end = static_cast<uint32_t>(plan_.intervals.size());
  return range;
}

void ArrayPlanner::add_fused_run(CodeRange bytes) {
  FusedRun fused_run;
  fused_run.bytes = bytes;
  fused_run.bank_uses = {first_bank_use_, static_cast<uint32_t>(plan_.bank_uses.size())};
  fused_run.reads = add_intervals(reads_);
  fused_run.writes = add_intervals(writes_);
  fused_run.preloaded = preloaded_;
  for (const uint8_t bank : loaded_banks_) fused_run.loads.push_back(*loaded_[bank]);
  fused_run.panels.first = static_cast<uint32_t>(plan_.panels.size());
  plan_.panels.insert(plan_.panels.end(), panels_.begin(), panels_.end());
  fused_run.panels.end = static_cast<uint32_t>(plan_.panels.size());
  fused_run.groups.first = static_cast<uint32_t>(plan_.groups.size());
  for (size_t i = 0; i < draft_count_; ++i)
    add_to_group(drafts_[i], i > 0 && drafts_[i].accumulate == drafts_[i - 1].accumulate &&
                                 drafts_[i].uses == drafts_[i - 1].uses);
  fused_run.groups.end = static_cast<uint32_t>(plan_.groups.size());
  plan_.fused_runs.push_back(std::move(fused_run));
}

ArrayPlan ArrayPlanner::take_plan(ReadLater later) {
  find_live_banks(plan_, later);
  ArrayPlan next;  // about as large as this one
  next.panels.reserve(plan_.panels.size());
  next.uses.reserve(plan_.uses.size());
  next.products.reserve(plan_.products.size());
  next.groups.reserve(plan_.groups.size());
  next.transfers.reserve(plan_.transfers.size());
  next.bank_uses.reserve(plan_.bank_uses.size());
  next.intervals.reserve(plan_.intervals.size());
  return std::exchange(plan_, std::move(next));
}

}  // namespace mmasim::isa
