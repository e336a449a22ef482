// One walk backward finds what accumulators and B banks must hold after each fused run of an ArrayPlan.
#include <algorithm>
#include <array>

#include "isa/executor/array_plan.h"

namespace mmasim::isa {
namespace {

// What may be read of the banks after an instruction: rows from .. to of each C bank, and which B banks.
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

void keep_sums(ArrayPlan& plan, FusedRun& fused_run, const Liveness& live) {
  std::array<uint32_t, 256> covered = {};  // rows of a bank that later products of the fused run write
  for (uint32_t p = plan.groups[fused_run.groups.end - 1].products.end;
       p-- > plan.groups[fused_run.groups.first].products.first;) {
    PlannedProduct& product = plan.products[p];
    const Liveness::Rows& rows = live.rows[product.c_bank];
    product.kept_from = std::max(covered[product.c_bank], rows.from);
    product.kept_to = std::max(product.kept_from, std::min(product.rows, rows.to));
    covered[product.c_bank] = std::max(covered[product.c_bank], product.rows);
    fused_run.uses_sums |= product.kept_from < product.kept_to;
  }
  for (uint32_t g = fused_run.groups.first; g < fused_run.groups.end; ++g)
    fused_run.uses_sums |= plan.groups[g].accumulate;
}

void keep_panels(FusedRun& fused_run, const Liveness& live) {
  for (const MmaLoadB& load : fused_run.loads)
    if (live.b[load.bank]) fused_run.kept_loads.push_back(load);
  for (PreloadedPanel& panel : fused_run.preloaded)
    panel.is_kept =
        live.b[panel.bank] && std::none_of(fused_run.loads.begin(), fused_run.loads.end(),
                                           [&](const MmaLoadB& load) { return load.bank == panel.bank; });
}

}  // namespace

void find_live_banks(ArrayPlan& plan, ReadLater later) {
  Liveness live;
  if (later == ReadLater::anything) live.rows.fill({0, 255}), live.b.fill(true);
  auto at = static_cast<uint32_t>(plan.bank_uses.size());
  for (size_t s = plan.fused_runs.size(); s-- > 0;) {
    FusedRun& fused_run = plan.fused_runs[s];
    while (at > fused_run.bank_uses.end) live.step_back(plan.bank_uses[--at]);
    keep_sums(plan, fused_run, live);
    keep_panels(fused_run, live);
    while (at > fused_run.bank_uses.first) live.step_back(plan.bank_uses[--at]);
  }
}

}  // namespace mmasim::isa
