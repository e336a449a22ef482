// The inner loops of mma.stream: operands widened and packed, then products summed over the depth. One set
// for every SIMD level of the host, all bit-identical. Callers (mma.cpp) prove that no sum overflows; a
// kernel knows neither addresses, banks nor instructions, and may be replaced by a faster one of the same
// shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isa/element.h"
#include "isa/semantics/simd_level.h"

namespace mmasim::isa {

enum class SumsStart { from_zero, from_c };

// A stretch of the depth that lies contiguous in memory, the same for every row.
struct DepthRun {
  int64_t offset_bytes;   // from the row's first byte
  uint32_t start, count;  // elements
};

// rows x depth operands, gathered: a[row][k] = the element k of the row, widened. An odd 8-bit depth ends in
// a zero.
struct Gather {
  const uint8_t* const* row_starts;
  uint32_t rows;
  const DepthRun* runs;
  size_t run_count;
  uint32_t depth;
  size_t pitch;  // elements from row to row of a, at least depth rounded up to 2
};

// c[row][column] += sum over k of a[row][k] * b[k][column], in 32 bits. b holds pairs of depths: [k /
// 2][column][k % 2].
struct PairProduct {
  const int16_t* a;
  size_t a_pitch;
  const int16_t* b;
  int32_t* c;                           // `columns` from row to row
  uint32_t rows, depth_pairs, columns;  // columns: a multiple of 16
  SumsStart start;
};

// The same in 64 bits. Operands are 64-bit lanes whose values fit int32_t.
struct LaneProduct {
  const int64_t* a;
  size_t a_pitch;
  const int64_t* b;  // [k][column]
  int64_t* c;
  uint32_t rows, depth, columns;
  SumsStart start;
};

// c[row][column] = start + sum over k of a[row][k] * b[k][column], in 32 bits and modulo 2^32. b holds quads
// of depths: [k / 4][column][k % 4]. A signed A is given plus 128; `correction` then takes off what that
// adds.
struct QuadProduct {
  const uint8_t* a;
  size_t a_pitch;
  const int8_t* b;
  const int32_t* correction;  // one a column, or null
  int32_t* c;
  uint32_t rows, depth_quads, columns;  // columns: a multiple of 16
  SumsStart start;
};

// c[row][column] += sum over k of (256 * high[row][k] + low[row][k]) * b[k][column], in 64 bits. low is
// 0..255, high -128..255; b holds pairs of depths as PairProduct. The depth is below 2^8, so that each half's
// sums fit 32 bits.
struct SplitProduct {
  const int16_t *a_low, *a_high;
  size_t a_pitch;
  const int16_t* b;
  int64_t* c;
  uint32_t rows, depth_pairs, columns;  // columns: a multiple of 16
  SumsStart start;
};

struct StreamKernels {
  SimdLevel level;
  void (*gather_pairs)(const Gather& from, bool is_signed, int16_t* a);  // 8-bit elements
  void (*widen_pairs)(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, bool is_signed,
                      int16_t* b);  // B rows; columns: of the storage
  void (*multiply_pairs)(const PairProduct& product);
  void (*multiply_lanes)(const LaneProduct& product);

  // Faster ways for signed B. Null where a level has none.
  void (*gather_bytes)(const Gather& from, uint8_t flip, uint8_t* a);  // a = byte ^ flip, up to the pitch
  void (*widen_quads)(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, int8_t* b,
                      int32_t* correction);  // rows: a multiple of 4, row_bytes: at most columns
  void (*multiply_quads)(const QuadProduct& product);
  void (*gather_split)(const Gather& from, bool is_signed, int16_t* low, int16_t* high);  // 16-bit elements
  void (*multiply_split)(const SplitProduct& product);
};

const StreamKernels& stream_kernels(SimdLevel level = best_simd_level());

}  // namespace mmasim::isa
