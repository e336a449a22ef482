// One walk forward finds the stretches and their products; array_kept.cpp then walks back.
#include "isa/semantics/array_plan.h"

#include <algorithm>
#include <array>
#include <optional>
#include <variant>

#include "isa/semantics/array_reach.h"

namespace mmasim::isa {
namespace {

constexpr uint32_t kNone = ~0u;
constexpr uint32_t kMostPanels = 512, kMostProducts = 256;  // of a stretch

class Planner {
 public:
  Planner(const InstructionList& instructions, const Machine& machine)
      : instructions_(instructions), machine_(machine) {}

  ArrayPlan plan() {
    for (uint32_t at = 0; at < instructions_.size(); ++at) {
      at_ = at;
      std::visit([this](const auto& i) { take(i); }, instructions_[at]);
    }
    at_ = static_cast<uint32_t>(instructions_.size());
    close();
    find_kept(instructions_, plan_);
    return std::move(plan_);
  }

 private:
  // A product as it grows. Its panels follow each other in depth.
  struct Draft {
    PlannedProduct product;
    bool accumulate;
    bool is_open;  // a stream may add to it
    uint32_t k_end;
    std::vector<PanelUse> uses;
    std::vector<MmaTransfer> transfers;
  };

  template <class Other>
  void take(const Other&) {
    close();
  }
  void take(const MmaConfig& i) { close(), config_ = i; }
  void take(const MmaPattern& i) { close(), pattern_ = i; }
  void take(const MmaStorePattern& i) { close(), store_pattern_ = i; }
  void take(const StageSet& i) {
    close();
    if (i.unit == Unit::mma) stage_ = i;
  }
  void take(const MmaLoadB& load);
  void take(const MmaStream& stream);
  void take(const MmaTransfer& transfer);

  void open();
  void close();
  bool touches_nothing_twice() const;
  void add_stretch();
  void add_group_member(const Draft& draft, bool joins_last);
  Draft& new_draft();
  uint32_t panel_of(const MmaLoadB& load);
  void use_panel(const MmaLoadB& load);

  const InstructionList& instructions_;
  const Machine& machine_;
  ArrayPlan plan_;
  uint32_t at_ = 0;
  MmaConfig config_;
  MmaPattern pattern_;
  MmaStorePattern store_pattern_;
  StageSet stage_;
  std::array<std::optional<MmaLoadB>, 256> loaded_;  // the last load of each B bank

  // The stretch now open.
  uint32_t first_ = kNone;  // its first instruction
  bool is_sound_ = false;
  std::vector<PlannedPanel> panels_;
  std::vector<PreloadedPanel> preloaded_;
  std::vector<Draft> drafts_;  // the first draft_count_ are in use
  size_t draft_count_ = 0;
  uint64_t highest_panel_ = 0;                      // address
  uint32_t last_panel_ = 0, group_panel_ = 0;       // where the next panel is looked for first
  std::array<uint32_t, 256> bank_panel_, last_of_;  // of a B bank; the last draft of a C bank
};

void Planner::open() {
  if (first_ != kNone) return;
  first_ = at_;
  is_sound_ = stage_.overflow != Overflow::trap  // a trap must strike where it would, one by one
              && pattern_.k0 != 0 && pattern_.k1 != 0 && pattern_.r0 != 0 && pattern_.r1 != 0 &&
              store_pattern_.r0 != 0 && store_pattern_.r1 != 0;
  panels_.clear();
  preloaded_.clear();
  draft_count_ = 0;
  last_panel_ = group_panel_ = 0;
  highest_panel_ = 0;
  bank_panel_.fill(kNone);
  last_of_.fill(kNone);
}

// Programs repeat a row of panels product after product: the next one mostly is the last one's neighbour or
// the first of the row.
uint32_t Planner::panel_of(const MmaLoadB& load) {
  const auto is = [&](uint32_t i) {
    return i < panels_.size() && panels_[i].address == load.addr && panels_[i].rows == load.rows;
  };
  if (is(last_panel_ + 1)) return last_panel_ + 1;
  if (is(group_panel_)) return group_panel_;
  const bool may_be_known = load.addr.raw <= highest_panel_;  // panels that go by once mostly ascend
  for (uint32_t i = 0; may_be_known && i < panels_.size(); ++i)
    if (is(i)) return group_panel_ = i;
  highest_panel_ = std::max(highest_panel_, load.addr.raw);
  panels_.push_back({load.addr, load.rows});
  return static_cast<uint32_t>(panels_.size() - 1);
}

void Planner::take(const MmaLoadB& load) {
  if (first_ != kNone && (draft_count_ > kMostProducts || panels_.size() > kMostPanels)) close();
  open();
  loaded_[load.bank] = load;
  use_panel(load);
}

void Planner::use_panel(const MmaLoadB& load) {
  bank_panel_[load.bank] = last_panel_ = panel_of(load);
  if (load.bank >= machine_.b_banks || load.rows > machine_.panel(element_bytes(config_.b)))
    is_sound_ = false;
}

Planner::Draft& Planner::new_draft() {
  if (draft_count_ == drafts_.size()) drafts_.emplace_back();
  Draft& draft = drafts_[draft_count_++];
  draft.uses.clear();
  draft.transfers.clear();
  draft.product = {};
  draft.is_open = true;
  return draft;
}

void Planner::take(const MmaStream& s) {
  open();
  if (bank_panel_[s.b_bank] == kNone && loaded_[s.b_bank]) {
    use_panel(*loaded_[s.b_bank]);
    preloaded_.push_back({s.b_bank, last_panel_});
  }
  const uint32_t panel = bank_panel_[s.b_bank];
  const uint32_t size = machine_.panel(element_bytes(config_.a));
  if (panel == kNone || s.c_bank >= machine_.c_banks || s.rows > size || s.depth > size) is_sound_ = false;
  const uint32_t last = last_of_[s.c_bank];
  Draft* draft = last == kNone ? nullptr : &drafts_[last];
  const bool continues = draft && draft->is_open && s.accumulate && draft->product.a == s.a &&
                         draft->product.row == s.row && draft->product.rows == s.rows &&
                         draft->k_end == s.k_start;
  if (!continues) {
    // What a bank got in this stretch, or began with, is read by no other product of the stretch.
    if (draft && (s.accumulate || draft->accumulate)) is_sound_ = false;
    last_of_[s.c_bank] = static_cast<uint32_t>(draft_count_);
    draft = &new_draft();
    draft->product.a = s.a;
    draft->product.row = s.row;
    draft->product.rows = s.rows;
    draft->product.c_bank = s.c_bank;
    draft->accumulate = s.accumulate != 0;
  }
  draft->uses.push_back({panel, s.k_start, s.depth});
  draft->k_end = s.k_start + s.depth;
}

void Planner::take(const MmaTransfer& transfer) {
  open();
  const uint32_t last = last_of_[transfer.c_bank];
  if (last == kNone || transfer.rows > drafts_[last].product.rows ||
      transfer.columns > machine_.panel(element_bytes(config_.a))) {
    is_sound_ = false;
    return;
  }
  drafts_[last].is_open = false;
  drafts_[last].transfers.push_back(transfer);
}

void Planner::close() {
  if (first_ == kNone) return;
  if (is_sound_ && draft_count_ != 0 && touches_nothing_twice()) add_stretch();
  first_ = kNone;
}

// No transfer of the stretch writes what another writes or anything reads.
bool Planner::touches_nothing_twice() const {
  const uint32_t out_bytes = element_bytes(stage_.out), operand_bytes = element_bytes(config_.a);
  std::vector<MmaTransfer> transfers;
  std::vector<Reach> written, read;
  for (size_t i = 0; i < draft_count_; ++i) {
    const Draft& draft = drafts_[i];
    const auto& p = draft.product;
    const uint32_t k_start = draft.uses.front().k_start;
    read.push_back(reach_of_a(pattern_, operand_bytes, p.a, p.row, p.rows, k_start,
                              std::max(draft.k_end, k_start) - k_start));
    for (const auto& transfer : draft.transfers) {
      transfers.push_back(transfer);
      written.push_back(reach_of_transfer(store_pattern_, out_bytes, transfer));
      const auto table = [&](Address at, uint64_t bytes) {
        if (!at.is_none())
          read.push_back({at.raw + transfer.lane * bytes,
                          at.raw + (uint64_t{transfer.lane} + transfer.columns) * bytes});
      };
      table(stage_.bias, element_bytes(accumulator_element(operand_bytes)));
      if (stage_.multiplier_mode == TableMode::per_lane) table(stage_.multipliers, 4);
      if (stage_.shift_mode == TableMode::per_lane) table(stage_.shifts, 1);
    }
  }
  for (const auto& panel : panels_)
    read.push_back({panel.address.raw, panel.address.raw + uint64_t{panel.rows} * machine_.array_bytes});
  if (transfers.size() > 4 * kMostProducts) return false;
  for (const Reach& reach : written)
    if (std::any_of(read.begin(), read.end(), [&](const Reach& other) { return reach.meets(other); }))
      return false;
  return lie_apart(store_pattern_, out_bytes, transfers);
}

void Planner::add_group_member(const Draft& draft, bool joins_last) {
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

void Planner::add_stretch() {
  ArrayStretch stretch;
  stretch.instructions = {first_, at_};
  stretch.preloaded = preloaded_;
  stretch.panels.first = static_cast<uint32_t>(plan_.panels.size());
  plan_.panels.insert(plan_.panels.end(), panels_.begin(), panels_.end());
  stretch.panels.end = static_cast<uint32_t>(plan_.panels.size());
  stretch.groups.first = static_cast<uint32_t>(plan_.groups.size());
  for (size_t i = 0; i < draft_count_; ++i)
    add_group_member(drafts_[i], i > 0 && drafts_[i].accumulate == drafts_[i - 1].accumulate &&
                                     drafts_[i].uses == drafts_[i - 1].uses);
  stretch.groups.end = static_cast<uint32_t>(plan_.groups.size());
  plan_.stretches.push_back(stretch);
}

}  // namespace

ArrayPlan plan_array(const InstructionList& instructions, const Machine& machine) {
  return Planner(instructions, machine).plan();
}

}  // namespace mmasim::isa
