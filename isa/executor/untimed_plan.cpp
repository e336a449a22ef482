// Keeps little of most instructions: touching fresh pages of the host costs more than decoding again.
#include "isa/executor/untimed_plan.h"

#include <type_traits>
#include <utility>

#include "isa/encoding/decode.h"

namespace mmasim::isa {
namespace {

template <class T>
constexpr bool kMayFuse =
    std::is_same_v<T, MmaLoadB> || std::is_same_v<T, MmaStream> || std::is_same_v<T, MmaTransfer>;
template <class T>
constexpr bool kSetsArray = std::is_same_v<T, MmaConfig> || std::is_same_v<T, MmaPattern> ||
                            std::is_same_v<T, MmaStorePattern> || std::is_same_v<T, StageSet>;

}  // namespace

// A part ends only where no fused run is open; signals end runs often enough.
UntimedPlan UntimedPlanner::next(size_t least_bytes) {
  const size_t first = offset_;
  while (has_more() && (is_open_ || offset_ - first < least_bytes)) {
    decode_to(code_, offset_, [this](const auto& instruction) { take(instruction); });
    here_ = {offset_, here_.instruction + 1};
  }
  end_fused_run();
  num_fused_runs_ = 0;
  plan_.array = planner_.take_plan(has_more() ? ReadLater::anything : ReadLater::nothing);
  return std::exchange(plan_, {});
}

template <class T>
void UntimedPlanner::take(const T& instruction) {
  if constexpr (kMayFuse<T>) {
    if (std::is_same_v<T, MmaLoadB> && planner_.is_full()) end_fused_run();
    if (!is_open_) begin_ = here_, is_open_ = true;
    planner_.take(instruction);
  } else {
    end_fused_run();
    if constexpr (kSetsArray<T>) planner_.set(instruction);
    add(here_, UntimedStep::kNotFused);
    has_ended_ = std::is_same_v<T, CtlEnd>;
  }
}

void UntimedPlanner::end_fused_run() {
  if (!is_open_) return;
  is_open_ = false;
  if (planner_.end_fused_run({begin_.byte, here_.byte})) return add(begin_, num_fused_runs_++);
  const auto skip = [](const auto&) {};
  for (size_t offset = begin_.byte; offset < here_.byte; decode_to(code_, offset, skip))
    add({offset, begin_.instruction++}, UntimedStep::kNotFused);
}

}  // namespace mmasim::isa
