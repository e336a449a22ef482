// The inner loops of products: operands widened and packed, then products summed over the depth. One set per
// SIMD level of the host, all bit-identical. Callers (isa/executor) prove that no sum overflows; a kernel
// knows neither addresses, banks nor instructions, and may be replaced by a faster one of the same shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isa/element.h"
#include "isa/kit/simd_level.h"

namespace mmasim::isa {

enum class SumsStart { from_zero, from_c };

// A run of depths that lie side by side in memory, the same for every row.
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

// A strip of depths that the byte kernel takes from every row of A as it lies in memory.
struct ByteStrip {
  int64_t a_offset;  // bytes from the row's pointer
  uint32_t quads;    // of depth
  const uint8_t* b;  // as the level packs it, quad by quad
};

// c[row][column] = start + sum over strips of a * b, in 32 bits and modulo 2^32, for signed 8-bit B that was
// packed for an A as signed.
struct ByteProduct {
  const uint8_t* const* a;
  const ByteStrip* strips;
  size_t strip_count;
  int32_t* const* c;
  uint32_t rows, columns;  // columns: of c, a multiple of 16
  size_t b_quad_bytes;     // from quad to quad of b
  bool a_is_signed;
  SumsStart start;
};

// A panel of signed 16-bit B: its words in pairs of depths, their high bytes in quads if the level wants them
// apart, and what its columns add to the low and high sums (WordProduct).
struct WordPanel {
  const int16_t* pairs;  // [depth / 2][column][2]; at the plain level [depth][column]
  const int8_t* highs;   // [depth / 4][column][4], or not written
  const int32_t *low_correction, *high_correction;
  uint32_t quads;
};

// c[row][column] = start + sum of a * b in 64 bits, |every sum| below 2^46. The kernel sums a * b modulo 2^32
// and the products of the high bytes, which tell the sum to within 2^31 over kWordWindow depths: together
// exact. a: signed words (unsigned ones less 2^15); a_high: their high bytes, as the level gathers them.
// Panels follow each other in a row, each padded to a whole quad.
struct WordProduct {
  const int16_t* a;
  const uint8_t* a_high;
  size_t a_pitch;  // elements, of both
  const WordPanel* panels;
  size_t panel_count;
  int64_t* const* c;
  uint32_t rows, columns, b_columns;
  SumsStart start;
};
// Each depth errs by at most 2 * 256 * 128 * 255 = 16711680, each panel's correction and the start by 2^16:
// 128 * 16711680 + 33 * 2^16 < 2^31.
constexpr uint32_t kWordWindow = 128;
constexpr int kWordSumBits = 46;

struct StreamKernels {
  SimdLevel level;
  void (*gather_pairs)(const Gather& from, bool is_signed, int16_t* a);  // 8-bit elements
  void (*widen_pairs)(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, bool is_signed,
                      int16_t* b);  // B rows; columns: of the storage
  void (*multiply_pairs)(const PairProduct& product);
  void (*multiply_lanes)(const LaneProduct& product);

  // Ways for signed B that packs it first. Packed 8-bit B takes so many bytes per element, and so many the
  // high bytes of an element of A. Packing returns how many columns are not all zeros; rows behind `rows`
  // count as zeros up to the next whole quad.
  uint32_t packed_element_bytes, gathered_high_bytes;
  uint32_t (*pack_bytes)(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns,
                         bool a_is_signed, uint8_t* packed);
  void (*multiply_bytes)(const ByteProduct& product);
  uint32_t (*pack_words)(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns,
                         bool a_is_signed, int16_t* pairs, int8_t* highs, int32_t* low_correction,
                         int32_t* high_correction);
  void (*gather_words)(const Gather& from, bool is_signed, int16_t* a, uint8_t* a_high);
  void (*multiply_words)(const WordProduct& product);
};

const StreamKernels& stream_kernels(SimdLevel level = best_simd_level());

}  // namespace mmasim::isa
