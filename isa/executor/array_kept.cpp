// One walk backward finds what accumulators and B banks must hold behind each stretch of an ArrayPlan.
#include <algorithm>
#include <array>

#include "isa/executor/array_plan.h"

namespace mmasim::isa {
namespace {

// What of the banks may be read behind an instruction: rows from .. to of a C bank, and which B banks.
struct Liveness {
  struct Rows {
    uint32_t from = 0, to = 0;
    void add(uint32_t count) { *this = {0, from < to ? std::max(to, count) : count}; }
    void overwrite(uint32_t count) { from = std::max(from, count); }
  };
  std::array<Rows, 256> rows = {};
  std::array<bool, 256> b = {};

  void step_back(const BankUse& use) {
    switch (use.kind) {
      case BankUse::load:
        b[use.b_bank] = false;
        return;
      case BankUse::stream_from_zero:
        rows[use.c_bank].overwrite(use.rows);
        b[use.b_bank] = true;
        return;
      case BankUse::stream_onto:
        rows[use.c_bank].add(use.rows);
        b[use.b_bank] = true;
        return;
      case BankUse::transfer:
        rows[use.c_bank].add(use.rows);
    }
  }
};

void keep_sums(ArrayPlan& plan, ArrayStretch& stretch, const Liveness& live) {
  std::array<uint32_t, 256> covered = {};  // rows of a bank that later products of the stretch write
  for (uint32_t p = plan.groups[stretch.groups.end - 1].products.end;
       p-- > plan.groups[stretch.groups.first].products.first;) {
    PlannedProduct& product = plan.products[p];
    const Liveness::Rows& rows = live.rows[product.c_bank];
    product.kept_from = std::max(covered[product.c_bank], rows.from);
    product.kept_to = std::max(product.kept_from, std::min(product.rows, rows.to));
    covered[product.c_bank] = std::max(covered[product.c_bank], product.rows);
    stretch.uses_sums |= product.kept_from < product.kept_to;
  }
  for (uint32_t g = stretch.groups.first; g < stretch.groups.end; ++g)
    stretch.uses_sums |= plan.groups[g].accumulate;
}

void keep_panels(ArrayStretch& stretch, const Liveness& live) {
  for (const MmaLoadB& load : stretch.loads)
    if (live.b[load.bank]) stretch.kept_loads.push_back(load);
  for (PreloadedPanel& panel : stretch.preloaded)
    panel.is_kept =
        live.b[panel.bank] && std::none_of(stretch.loads.begin(), stretch.loads.end(),
                                           [&](const MmaLoadB& load) { return load.bank == panel.bank; });
}

}  // namespace

void find_kept(ArrayPlan& plan, Behind behind) {
  Liveness live;
  if (behind == Behind::anything) live.rows.fill({0, 255}), live.b.fill(true);
  auto at = static_cast<uint32_t>(plan.bank_uses.size());
  for (size_t s = plan.stretches.size(); s-- > 0;) {
    ArrayStretch& stretch = plan.stretches[s];
    while (at > stretch.bank_uses.end) live.step_back(plan.bank_uses[--at]);
    keep_sums(plan, stretch, live);
    keep_panels(stretch, live);
    while (at > stretch.bank_uses.first) live.step_back(plan.bank_uses[--at]);
  }
}

}  // namespace mmasim::isa
