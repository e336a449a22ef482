// Byte operands are read in place where every run of depth is whole quads, and gathered where not; words
// always are gathered, as their high bytes are wanted apart.
#include "isa/kernels/matrix_rows.h"

#include <algorithm>
#include <cstring>

namespace mmasim::isa {
namespace {

constexpr size_t kGatheredBytes = 24 * 1024;  // of A at a time, so that it stays in the first-level cache

uint32_t quads_of(uint32_t depth) { return (depth + 3) / 4; }

void gather_bytes(const Gather& from, uint8_t* a) {
  for (uint32_t row = 0; row < from.rows; ++row, a += from.pitch) {
    if (from.depth < from.pitch) std::memset(a, 0, from.pitch);
    for (size_t i = 0; i < from.run_count; ++i)
      std::memcpy(a + from.runs[i].start, from.row_starts[row] + from.runs[i].offset_bytes,
                  from.runs[i].count);
  }
}

}  // namespace

void append_runs(const DepthPattern& p, uint32_t operand_bytes, uint32_t k_start, uint32_t depth,
                 uint32_t first, std::vector<DepthRun>& runs) {
  for (uint32_t done = 0; done < depth;) {
    const uint64_t k = uint64_t{k_start} + done;
    const uint64_t inner = k % p.k0;
    const auto middle = static_cast<int64_t>(k / p.k0 % p.k1), outer = static_cast<int64_t>(k / p.k0 / p.k1);
    const auto count = static_cast<uint32_t>(std::min<uint64_t>(p.k0 - inner, depth - done));
    const int64_t offset =
        static_cast<int64_t>(inner * operand_bytes) + middle * p.k1_stride + outer * p.k2_stride;
    if (done != 0 && runs.back().offset_bytes + int64_t{runs.back().count} * operand_bytes == offset)
      runs.back().count += count;
    else
      runs.push_back({offset, first + done, count});
    done += count;
  }
}

MatrixRows::MatrixRows(const DepthPattern& pattern, Element a, uint32_t b_columns,
                       const std::vector<PanelOfDepth>& panels, MatrixScratch& scratch)
    : a_is_signed_(element_is_signed(a)),
      b_columns_(b_columns),
      b_quad_bytes_(size_t{4} * b_columns * stream_kernels().packed_element_bytes),
      scratch_(scratch) {
  scratch.runs.clear();
  scratch.panel_runs.clear();
  for (const PanelOfDepth& part : panels) {
    const uint32_t depth = std::min(part.depth, part.panel.rows);  // B is zeros behind its rows
    append_runs(pattern, element_bytes(a), part.k_start, depth, pitch_, scratch.runs);
    scratch.panel_runs.push_back(scratch.runs.size());
    gathered_ += depth;
    pitch_ += 4 * quads_of(part.panel.rows);
    used_columns_ = std::max(used_columns_, padded_columns(part.panel.used_columns));
  }
  element_bytes(a) == 1 ? find_strips(panels) : find_word_panels(panels);
}

void MatrixRows::find_strips(const std::vector<PanelOfDepth>& panels) {
  const auto& runs = scratch_.runs;
  in_place_ = std::all_of(runs.begin(), runs.end(),
                          [](const DepthRun& run) { return run.start % 4 == 0 && run.count % 4 == 0; });
  scratch_.strips.clear();
  uint32_t first = 0;  // element of a gathered row
  size_t run = 0;
  for (size_t i = 0; i < panels.size(); ++i) {
    const PackedPanel& panel = panels[i].panel;
    const uint32_t quads = quads_of(panel.rows);
    for (; in_place_ && run < scratch_.panel_runs[i]; ++run)
      add_strip({runs[run].offset_bytes, runs[run].count / 4,
                 panel.quads + (runs[run].start - first) / 4 * b_quad_bytes_});
    if (!in_place_) add_strip({first, quads, panel.quads});
    first += 4 * quads;
  }
}

// Panels packed one behind the other make longer strips.
void MatrixRows::add_strip(const ByteStrip& strip) {
  auto& strips = scratch_.strips;
  if (strip.quads == 0) return;
  if (!strips.empty() && strips.back().a_offset + 4 * int64_t{strips.back().quads} == strip.a_offset &&
      strips.back().b + strips.back().quads * b_quad_bytes_ == strip.b)
    strips.back().quads += strip.quads;
  else
    strips.push_back(strip);
}

void MatrixRows::find_word_panels(const std::vector<PanelOfDepth>& panels) {
  scratch_.word_panels.clear();
  for (const PanelOfDepth& part : panels)
    scratch_.word_panels.push_back({part.panel.pairs, reinterpret_cast<const int8_t*>(part.panel.quads),
                                    part.panel.low_correction, part.panel.high_correction,
                                    quads_of(part.panel.rows)});
}

uint32_t MatrixRows::rows_at_once(uint32_t bytes_of_an_element) const {
  const size_t row_bytes = size_t{std::max(pitch_, 1u)} * bytes_of_an_element;
  return std::max<uint32_t>(1, static_cast<uint32_t>(kGatheredBytes / row_bytes / 6)) * 6;
}

void MatrixRows::multiply(const uint8_t* const* a, uint32_t rows, int32_t* const* c, SumsStart start) const {
  const StreamKernels& kernels = stream_kernels();
  ByteProduct product = {a,    scratch_.strips.data(), scratch_.strips.size(), c,
                         rows, used_columns_,          b_quad_bytes_,          a_is_signed_,
                         start};
  if (in_place_) return kernels.multiply_bytes(product);
  const uint32_t most = std::min(rows, rows_at_once(1));
  scratch_.a_bytes.resize(size_t{most} * pitch_);
  const uint8_t* gathered_rows[512];
  for (uint32_t done = 0; done < rows; done += product.rows) {
    product.rows = std::min({most, rows - done, 512u});
    gather_bytes({a + done, product.rows, scratch_.runs.data(), scratch_.runs.size(), gathered_, pitch_},
                 scratch_.a_bytes.data());
    for (uint32_t i = 0; i < product.rows; ++i)
      gathered_rows[i] = scratch_.a_bytes.data() + size_t{i} * pitch_;
    product.a = gathered_rows;
    product.c = c + done;
    kernels.multiply_bytes(product);
  }
}

void MatrixRows::multiply(const uint8_t* const* a, uint32_t rows, int64_t* const* c, SumsStart start) const {
  const StreamKernels& kernels = stream_kernels();
  const uint32_t most = std::min(rows, rows_at_once(2 + kernels.gathered_high_bytes));
  scratch_.a_words.resize(size_t{most} * pitch_);
  scratch_.a_bytes.resize(size_t{most} * pitch_ * kernels.gathered_high_bytes);
  WordProduct product = {scratch_.a_words.data(),
                         scratch_.a_bytes.data(),
                         pitch_,
                         scratch_.word_panels.data(),
                         scratch_.word_panels.size(),
                         c,
                         0,
                         used_columns_,
                         b_columns_,
                         start};
  for (uint32_t done = 0; done < rows; done += product.rows) {
    product.rows = std::min(most, rows - done);
    product.c = c + done;
    kernels.gather_words(
        {a + done, product.rows, scratch_.runs.data(), scratch_.runs.size(), gathered_, pitch_}, a_is_signed_,
        scratch_.a_words.data(), scratch_.a_bytes.data());
    kernels.multiply_words(product);
  }
}

}  // namespace mmasim::isa
