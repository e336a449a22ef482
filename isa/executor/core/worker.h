// What a thread that executes instructions has of its own: what it counts, and room that its instructions
// reuse, so that none allocates for itself. The room holds nothing between instructions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "isa/kernels/kernels.h"
#include "isa/kernels/matrix_rows.h"
#include "isa/semantics/registers.h"

namespace mmasim::isa {

// The output stage's tables in one lane width (StageLanes of row_ops.h).
template <class Lane>
struct StageTables {
  std::vector<Lane> bias, multiplier, shift, half, mask, offset;
  void resize(size_t lanes) {
    for (auto* table : {&bias, &multiplier, &shift, &half, &mask, &offset}) table->resize(lanes);
  }
};

// Room of the output stage.
struct StageScratch {
  StageTables<int32_t> tables32;
  StageTables<int64_t> tables64;

  template <class Lane>
  StageTables<Lane>& tables() {
    if constexpr (sizeof(Lane) == 4)
      return tables32;
    else
      return tables64;
  }
};

// Room of mma.stream.
struct StreamScratch {
  std::vector<int16_t> a_pairs;
  std::vector<int64_t> a_values, a_low, products, low_products;
  std::vector<int32_t> sums;
  std::vector<const uint8_t*> row_starts;
  std::vector<DepthRun> runs;
  std::vector<PanelOfDepth> panels;
  std::vector<int32_t*> narrow_rows;
  std::vector<int64_t*> middle_rows;
  std::vector<Wide> old_bound;
  std::vector<int64_t> row_sums;
};

struct Worker {
  RangeRegister range;
  uint64_t overflow_count = 0;
  MatrixScratch matrix;
  StreamScratch stream;
  StageScratch stage;
  std::vector<int64_t> softmax_values;  // per channel
  std::vector<float> float_values;      // per channel, of dsp.softmax_f32

  // Adds what the other has counted, and empties its counts.
  void take_counts(Worker& from) {
    overflow_count += from.overflow_count;
    range.smallest = std::min(range.smallest, from.range.smallest);
    range.largest = std::max(range.largest, from.range.largest);
    from.clear_counts();
  }
  void clear_counts() {
    overflow_count = 0;
    range.clear();
  }
};

}  // namespace mmasim::isa
