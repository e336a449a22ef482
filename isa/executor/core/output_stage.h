// The output stage of isa/semantics/output_stage.h at host speed: prepared once for a run of lanes, then
// applied to row after row.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/executor/core/worker.h"
#include "isa/kernels/finish.h"
#include "isa/semantics/memory.h"

namespace mmasim::isa {

class OutputStage {
 public:
  // `bound`: no accumulator's magnitude exceeds it. Lanes are first_lane .. first_lane + lane_count of the
  // tables. Uses the worker's scratch; one stage lives at a time.
  OutputStage(const StageSet& stage, Element accumulator, uint32_t first_lane, uint32_t lane_count,
              Wide bound, Worker& worker, const MemoryView& memory);

  // Accumulators of the lanes first .. first + count, counted from the stage's own first lane. Stored is
  // int32_t, int64_t or Wide, and may be wider than the accumulator.
  template <class Stored>
  void apply(const Stored* accumulators, uint32_t first, size_t count, uint8_t* dst) const;

  // All lanes of many rows.
  template <class Stored>
  void apply_rows(const Stored* const* rows, uint8_t* const* dst, size_t row_count) const;

  uint32_t out_bytes() const { return element_bytes(stage_.out); }

 private:
  struct LaneTerms {  // as the tables of one lane give them
    Wide bias;
    int64_t multiplier;
    int shift;
  };
  LaneTerms terms(uint32_t lane) const;
  FinishTerms finish() const;
  void choose_lanes(Wide bound);
  bool find_usual_peaks(Wide bound, Wide& peak_sum, Wide& peak, int& largest_shift) const;
  template <class Lane>
  void prepare();
  template <class Lane>
  StageLanes<Lane> lanes_from(uint32_t first) const;
  template <class Lane, class Stored>
  bool apply_lanes(const Stored* accumulators, uint32_t first, size_t count, uint8_t* dst) const;
  template <class Stored>
  void apply_wide(const Stored* accumulators, uint32_t first, size_t count, uint8_t* dst) const;

  const StageSet& stage_;
  const Element accumulator_;
  const uint32_t first_lane_, lane_count_;
  Worker& worker_;
  const MemoryView& memory_;
  LaneWidth width_ = LaneWidth::wide;
};

}  // namespace mmasim::isa
