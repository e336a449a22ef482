// The core's architectural state, for the files of this folder only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

#include "isa/arithmetic.h"
#include "isa/executor/core/execute_core.h"
#include "isa/instruction.h"
#include "isa/kernels/kernels.h"
#include "isa/machine.h"

namespace mmasim::isa {

// Vectors that begin on a cache line, so that no vector load straddles two.
template <class T>
struct CacheLineAllocator {
  using value_type = T;
  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64})); }
  void deallocate(T* at, size_t) { ::operator delete (at, std::align_val_t{64}); }
  friend bool operator==(const CacheLineAllocator&, const CacheLineAllocator&) { return true; }
  friend bool operator!=(const CacheLineAllocator&, const CacheLineAllocator&) { return false; }
};
template <class T>
using AlignedVector = std::vector<T, CacheLineAllocator<T>>;

// A B panel as its kernels take it (kernels.h). Empty behind its rows up to a whole quad.
struct PackedPanel {
  const uint8_t* quads = nullptr;                                       // 8 bit; 16 bit: high bytes
  const int16_t* pairs = nullptr;                                       // 16 bit: [depth / 2][column][2]
  const int32_t *low_correction = nullptr, *high_correction = nullptr;  // 16 bit
  uint32_t rows = 0, used_columns = 0;
};

// A panel and the depths of A that meet its rows.
struct PanelOfDepth {
  PackedPanel panel;
  uint32_t k_start, depth;
};

// A B panel: its bytes, and the same widened for the kernels as `widened_for` and `widened_as` (A and B) say.
struct BBank {
  std::vector<uint8_t>
      bytes;  // array_bytes rows of array_bytes (the panel of 8-bit operands), and one of zeros
  bool is_widened = false;
  Element widened_for = Element::s8, widened_as = Element::s8;
  uint32_t loaded_rows = 0;             // the rows behind them are zeros
  AlignedVector<int16_t> pairs;         // [depth / 2][column][2]
  AlignedVector<int64_t> values;        // 16 and 32 bit: [depth][column]; u32 less 2^31
  AlignedVector<uint8_t> packed_bytes;  // the storage of `packed`
  PackedPanel packed;
};

// Accumulators. Each row has a bound that |sum| has provably not passed; a bound of 0 is a row of zeros,
// whatever its storage holds. 8-bit operands: int32 while the bound fits, else int64. 16-bit: int64, else
// Wide. 32-bit: Wide, which 2^50 streams could not fill.
struct CBank {
  std::vector<Wide> bound;  // one a row
  AlignedVector<int32_t> narrow;
  AlignedVector<int64_t> middle;
  AlignedVector<Wide> wide;
};

// Smallest and largest result seen; smallest > largest while there is none.
struct RangeRegister {
  int64_t smallest, largest;
  RangeRegister() { clear(); }
  void clear() {
    smallest = std::numeric_limits<int64_t>::max();
    largest = std::numeric_limits<int64_t>::min();
  }
};

// The output stage's tables in one lane width (StageLanes of row_ops.h).
template <class Lane>
struct LaneTables {
  std::vector<Lane> bias, multiplier, shift, half, mask, offset;
  void resize(size_t lanes) {
    for (auto* table : {&bias, &multiplier, &shift, &half, &mask, &offset}) table->resize(lanes);
  }
};

struct PlannedProduct;
struct PlannedRows {  // of array_run.cpp
  const PlannedProduct* product;
  uint32_t row, count;
};

// Room that instructions reuse, so that none allocates for itself. Holds nothing between instructions.
struct Scratch {
  AlignedVector<uint8_t> a_bytes;
  AlignedVector<int16_t> a_words;
  std::vector<int16_t> a_pairs;
  std::vector<int64_t> a_values, a_low, products, low_products;
  std::vector<int32_t> sums;
  std::vector<const uint8_t*> row_starts;
  std::vector<DepthRun> runs;
  std::vector<size_t> panel_runs;  // one a panel: the end of its runs
  std::vector<PanelOfDepth> panels;
  std::vector<ByteStrip> strips;
  std::vector<WordPanel> word_panels;
  std::vector<int32_t*> narrow_rows;
  std::vector<int64_t*> middle_rows;
  std::vector<Wide> old_bound;
  std::vector<int64_t> row_sums, channel_values;
  AlignedVector<uint8_t> planned_sums;
  std::vector<PlannedRows> planned_rows;
  LaneTables<int32_t> tables32;
  LaneTables<int64_t> tables64;

  template <class Lane>
  LaneTables<Lane>& tables() {
    if constexpr (sizeof(Lane) == 4)
      return tables32;
    else
      return tables64;
  }
};

// What a thread that executes instructions needs of its own.
struct Worker {
  RangeRegister range;
  uint64_t overflow_count = 0;
  Scratch scratch;

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

// What the array's instructions have set, beside its banks.
struct ArraySettings {
  Machine machine;
  StageSet mma_stage;
  MmaConfig config;
  MmaPattern pattern;
  MmaStorePattern store_pattern;

  uint32_t panel() const { return machine.panel(operand_bytes()); }  // S
  uint32_t operand_bytes() const { return element_bytes(config.a); }
  Element accumulator() const { return accumulator_element(operand_bytes()); }
  uint32_t columns() const { return padded(panel()); }  // of a row in B and C storage
  static constexpr uint32_t padded(uint32_t columns) { return (columns + 15) / 16 * 16; }
};

struct CoreState::Registers : Worker, ArraySettings {
  explicit Registers(const Machine& machine);
  void reset();  // as after construction, without allocating

  StageSet& stage(Unit unit) { return unit == Unit::mma ? mma_stage : dsp_stage; }
  BBank& b_bank(uint32_t index);
  CBank& c_bank(uint32_t index);

  StageSet dsp_stage;
  std::vector<BBank> b;
  std::vector<CBank> c;
};

}  // namespace mmasim::isa
