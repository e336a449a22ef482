// One walk backward finds what accumulators and B banks must hold behind each stretch of an ArrayPlan.
#include <algorithm>
#include <array>

#include "isa/semantics/array_plan.h"

namespace mmasim::isa {
namespace {

// What of the banks is read behind an instruction: rows 0 .. rows[bank] of a C bank, and which B banks.
struct Liveness {
  std::array<uint32_t, 256> rows = {};
  std::array<bool, 256> b = {};

  void step_back(const BankUse& use) {
    uint32_t& live = rows[use.c_bank];
    switch (use.kind) {
      case BankUse::load:
        b[use.b_bank] = false;
        return;
      case BankUse::stream_from_zero:
        if (use.rows >= live) live = 0;
        b[use.b_bank] = true;
        return;
      case BankUse::stream_onto:
        live = std::max<uint32_t>(live, use.rows);
        b[use.b_bank] = true;
        return;
      case BankUse::transfer:
        live = std::max<uint32_t>(live, use.rows);
    }
  }
};

void keep_sums(ArrayPlan& plan, const ArrayStretch& stretch, const Liveness& live) {
  std::array<uint32_t, 256> covered = {};  // rows of a bank that later products of the stretch write
  for (uint32_t p = plan.groups[stretch.groups.end - 1].products.end;
       p-- > plan.groups[stretch.groups.first].products.first;) {
    PlannedProduct& product = plan.products[p];
    product.kept_from = covered[product.c_bank];
    product.kept_to = std::min(product.rows, live.rows[product.c_bank]);
    covered[product.c_bank] = std::max(covered[product.c_bank], product.rows);
  }
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

void find_kept(ArrayPlan& plan) {
  Liveness live;
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
