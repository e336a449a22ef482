// Rows of A, whose depths lie as a pattern says, times packed B panels: what their kernels need to know,
// found once for any number of rows. Knows neither banks nor bounds: callers prove that the kernels' widths
// suffice.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/kernels/aligned_vector.h"
#include "isa/kernels/kernels.h"
#include "isa/kernels/packed_panel.h"

namespace mmasim::isa {

// Where a row's elements lie: depth k at (k % k0) * operand bytes + (k / k0 % k1) * k1_stride +
// (k / k0 / k1) * k2_stride from the row's first byte.
struct DepthPattern {
  uint32_t k0, k1;
  int32_t k1_stride, k2_stride;
};

// A panel and the depths of A that meet its rows.
struct PanelOfDepth {
  PackedPanel panel;
  uint32_t k_start, depth;
};

// Room that products reuse, so that none allocates for itself.
struct MatrixScratch {
  AlignedVector<uint8_t> a_bytes;
  AlignedVector<int16_t> a_words;
  std::vector<DepthRun> runs;
  std::vector<size_t> panel_runs;  // the end of each panel's runs
  std::vector<ByteStrip> strips;
  std::vector<WordPanel> word_panels;
};

// Appends the depths k_start .. k_start + depth as contiguous runs; the first is element `first` of a
// gathered row.
void append_runs(const DepthPattern& pattern, uint32_t operand_bytes, uint32_t k_start, uint32_t depth,
                 uint32_t first, std::vector<DepthRun>& runs);

class MatrixRows {
 public:
  // Uses the scratch until the next is made.
  MatrixRows(const DepthPattern& pattern, Element a, uint32_t b_columns,
             const std::vector<PanelOfDepth>& panels, MatrixScratch& scratch);

  // Behind these every panel holds zeros. A multiple of 16.
  uint32_t used_columns() const { return used_columns_; }

  // The first used_columns() of every row of c. 8-bit operands, then 16-bit.
  void multiply(const uint8_t* const* a, uint32_t rows, int32_t* const* c, SumsStart start) const;
  void multiply(const uint8_t* const* a, uint32_t rows, int64_t* const* c, SumsStart start) const;

 private:
  void find_strips(const std::vector<PanelOfDepth>& panels);
  void add_strip(const ByteStrip& strip);
  void find_word_panels(const std::vector<PanelOfDepth>& panels);
  uint32_t rows_at_once(uint32_t bytes_of_an_element) const;

  const bool a_is_signed_;
  const uint32_t b_columns_;
  const size_t b_quad_bytes_;  // of packed 8-bit B
  MatrixScratch& scratch_;
  uint32_t used_columns_ = 0;
  uint32_t gathered_ = 0, pitch_ = 0;  // elements of a row of A that runs cover, and with whole quads
  bool in_place_ = false;
};

}  // namespace mmasim::isa
