// One walk backward finds what accumulators and B banks must hold behind each stretch of an ArrayPlan.
#include <algorithm>
#include <array>
#include <variant>

#include "isa/semantics/array_plan.h"

namespace mmasim::isa {
namespace {

// What of the banks is read behind an instruction: rows 0 .. rows[bank] of a C bank, and which B banks.
struct Liveness {
  std::array<uint32_t, 256> rows = {};
  std::array<bool, 256> b = {};

  void step_back(const Instruction& instruction) {
    if (const auto* stream = std::get_if<MmaStream>(&instruction)) {
      uint32_t& live = rows[stream->c_bank];
      if (stream->accumulate)
        live = std::max<uint32_t>(live, stream->rows);
      else if (stream->rows >= live)
        live = 0;
      b[stream->b_bank] = true;
    } else if (const auto* transfer = std::get_if<MmaTransfer>(&instruction)) {
      rows[transfer->c_bank] = std::max<uint32_t>(rows[transfer->c_bank], transfer->rows);
    } else if (const auto* load = std::get_if<MmaLoadB>(&instruction)) {
      b[load->bank] = false;
    }
  }
};

}  // namespace

void find_kept(const InstructionList& instructions, ArrayPlan& plan) {
  Liveness live;
  auto at = static_cast<uint32_t>(instructions.size());
  for (size_t s = plan.stretches.size(); s-- > 0;) {
    ArrayStretch& stretch = plan.stretches[s];
    while (at > stretch.instructions.end) live.step_back(instructions[--at]);
    std::array<uint32_t, 256> covered = {};  // rows of a bank that later products of the stretch write
    for (uint32_t p = plan.groups[stretch.groups.end - 1].products.end;
         p-- > plan.groups[stretch.groups.first].products.first;) {
      PlannedProduct& product = plan.products[p];
      product.kept_from = covered[product.c_bank];
      product.kept_to = std::min(product.rows, live.rows[product.c_bank]);
      covered[product.c_bank] = std::max(covered[product.c_bank], product.rows);
    }
    const auto live_b = live.b;
    std::array<bool, 256> is_loaded = {};
    for (; at > stretch.instructions.first; --at) {
      const auto* load = std::get_if<MmaLoadB>(&instructions[at - 1]);
      if (load && !is_loaded[load->bank] && live_b[load->bank]) stretch.kept_loads.push_back(at - 1);
      if (load) is_loaded[load->bank] = true;
      live.step_back(instructions[at - 1]);
    }
  }
}

}  // namespace mmasim::isa
