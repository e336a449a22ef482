// The array's banks as the host keeps them: panels packed for the kernels, sums in the narrowest storage that
// provably holds them.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/arithmetic.h"
#include "isa/kernels/aligned_vector.h"
#include "isa/kernels/packed_panel.h"

namespace mmasim::isa {

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
  std::vector<Wide> bound;  // per row
  AlignedVector<int32_t> narrow;
  AlignedVector<int64_t> middle;
  AlignedVector<Wide> wide;
};

}  // namespace mmasim::isa
