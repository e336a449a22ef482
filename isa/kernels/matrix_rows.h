// Rows of A, where a pattern says they lie, times packed B panels: what their kernels need to know, found
// once for any number of rows. Knows neither banks nor bounds: callers prove that the kernels' widths
// suffice.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/executor/core/registers.h"

namespace mmasim::isa {

// Appends the depths k_start .. k_start + depth as contiguous stretches; the first is element `first` of a
// gathered row.
void append_runs(const MmaPattern& pattern, uint32_t operand_bytes, uint32_t k_start, uint32_t depth,
                 uint32_t first, std::vector<DepthRun>& runs);

class MatrixRows {
 public:
  // Uses the scratch until the next is made.
  MatrixRows(const MmaPattern& pattern, Element a, uint32_t b_columns,
             const std::vector<PanelOfDepth>& panels, Scratch& scratch);

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
  Scratch& scratch_;
  uint32_t used_columns_ = 0;
  uint32_t gathered_ = 0, pitch_ = 0;  // elements of a row of A that runs cover, and with whole quads
  bool in_place_ = false;
};

}  // namespace mmasim::isa
