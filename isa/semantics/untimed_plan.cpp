// Keeps little of most instructions: pages of the host that are touched for the first time cost more than
// decoding again.
#include "isa/semantics/untimed_plan.h"

#include <type_traits>
#include <utility>

#include "isa/decode.h"

namespace mmasim::isa {
namespace {

template <class T>
constexpr bool kMakesStretches =
    std::is_same_v<T, MmaLoadB> || std::is_same_v<T, MmaStream> || std::is_same_v<T, MmaTransfer>;
template <class T>
constexpr bool kSetsArray = std::is_same_v<T, MmaConfig> || std::is_same_v<T, MmaPattern> ||
                            std::is_same_v<T, MmaStorePattern> || std::is_same_v<T, StageSet>;

struct Place {
  uint64_t byte = 0;
  uint32_t instruction = 0;
};

class Walk {
 public:
  explicit Walk(const Program& program)
      : code_(program.code), planner_(program.machine, program.code.size() / kFewestBytes) {}

  UntimedPlan plan() {
    for (size_t offset = 0; offset < code_.size() && !has_ended_; ++here_.instruction) {
      decode_to(code_, offset, [this](const auto& instruction) { take(instruction); });
      here_.byte = offset;
    }
    end_stretch();
    plan_.array = planner_.finish();
    return std::move(plan_);
  }

 private:
  static constexpr size_t kFewestBytes = encoded_bytes_of<MmaLoadB>();  // of the array's instructions

  template <class T>
  void take(const T& instruction) {
    if constexpr (kMakesStretches<T>) {
      if (std::is_same_v<T, MmaLoadB> && planner_.is_full()) end_stretch();
      if (!is_open_) begin_ = here_, is_open_ = true;
      planner_.take(instruction);
    } else {
      end_stretch();
      if constexpr (kSetsArray<T>) planner_.set(instruction);
      add(here_, UntimedStep::kNoStretch);
      has_ended_ = std::is_same_v<T, CtlEnd>;
    }
  }

  void end_stretch() {
    if (!is_open_) return;
    is_open_ = false;
    if (planner_.end_stretch({begin_.instruction, here_.instruction}, {begin_.byte, here_.byte}))
      return add(begin_, num_stretches_++);
    const auto skip = [](const auto&) {};
    for (size_t offset = begin_.byte; offset < here_.byte; decode_to(code_, offset, skip))
      add({offset, begin_.instruction++}, UntimedStep::kNoStretch);
  }

  void add(Place place, uint32_t stretch) { plan_.steps.push_back({place.byte, place.instruction, stretch}); }

  const std::vector<uint8_t>& code_;
  ArrayPlanner planner_;
  UntimedPlan plan_;
  Place here_, begin_;
  bool is_open_ = false, has_ended_ = false;
  uint32_t num_stretches_ = 0;
};

}  // namespace

UntimedPlan plan_untimed(const Program& program) { return Walk(program).plan(); }

}  // namespace mmasim::isa
