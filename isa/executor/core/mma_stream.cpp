// mma.stream: A gathered by its pattern, multiplied with a widened B panel, products summed into a C bank.
// Every row of a C bank carries a bound of its sums' magnitude; a row whose bound outgrows its storage moves
// to wider storage, so sums are exact and nothing is checked in the inner loop.
#include <algorithm>

#include "isa/executor/core/mma.h"
#include "isa/executor/core/row_pattern.h"
#include "isa/kernels/kernels.h"
#include "isa/kernels/matrix_rows.h"
#include "isa/kernels/packed_panel.h"
#include "isa/kernels/row_ops.h"
#include "isa/semantics/elements.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

using Registers = CoreState::Registers;

constexpr Wide kNarrowHighest = std::numeric_limits<int32_t>::max();
constexpr Wide kMiddleHighest = std::numeric_limits<int64_t>::max();
constexpr Wide kWordSumHighest = (Wide{1} << kWordSumBits) - 1;

bool adds(const MmaStream& stream) { return (stream.accumulate & 1) != 0; }
int32_t scale_of(const MmaStream& stream) { return (stream.accumulate & 2) != 0 ? 256 : 1; }

void find_rows(const MmaStream& stream, Registers& registers, const MemoryView& memory) {
  auto& starts = registers.stream.row_starts;
  starts.clear();
  const uint8_t* base = memory.at(stream.a);
  RowPattern rows(registers.pattern, stream.row);
  for (uint32_t i = 0; i < stream.rows; ++i, rows.advance()) starts.push_back(base + rows.offset_bytes());
}

// Raises the bounds of the rows that the stream touches; true if all their storage stays the narrow one.
bool raise_bounds(const MmaStream& stream, const Registers& registers, CBank& bank, Wide narrow_highest) {
  const Wide step = scale_of(stream) * stream.depth * element_magnitude(registers.config.a) *
                    element_magnitude(registers.config.b);
  Wide peak = 0;
  for (uint32_t i = 0; i < stream.rows; ++i) peak = std::max(peak, bank.bound[i] += step);
  return peak <= narrow_highest;
}

// sums[i] holds this stream's part of row i. Rows whose storage is or becomes the wide one take it there.
template <class Narrow, class WideStorage>
void add_to_rows(const MmaStream& stream, const Registers& registers, CBank& bank, const Narrow* sums,
                 Narrow* narrow, WideStorage* wide, const std::vector<Wide>& old_bound, Wide narrow_highest) {
  const size_t columns = storage_columns(registers);
  const int32_t scale = scale_of(stream);
  for (size_t i = 0; i < stream.rows; ++i) {
    Narrow* narrow_row = narrow + i * columns;
    WideStorage* wide_row = wide + i * columns;
    const Narrow* part = sums + i * columns;
    if (bank.bound[i] <= narrow_highest) {
      for (size_t c = 0; c < columns; ++c)
        narrow_row[c] = (old_bound[i] == 0 ? 0 : narrow_row[c]) + part[c] * static_cast<Narrow>(scale);
    } else {
      const bool was_wide = old_bound[i] > narrow_highest;
      for (size_t c = 0; c < columns; ++c) {
        const WideStorage before = was_wide            ? wide_row[c]
                                   : old_bound[i] == 0 ? 0
                                                       : WideStorage{narrow_row[c]};
        wide_row[c] = before + WideStorage{part[c]} * scale;
      }
    }
  }
}

// True if every row that the stream adds to holds zeros.
bool rows_are_zero(const MmaStream& stream, const CBank& bank) {
  return std::all_of(bank.bound.begin(), bank.bound.begin() + stream.rows,
                     [](Wide bound) { return bound == 0; });
}

// A row of bound 0 need not hold zeros, but the kernels read what it holds.
template <class Narrow>
void materialise_zeros(const MmaStream& stream, const Registers& registers, const CBank& bank,
                       Narrow* narrow) {
  for (size_t i = 0; i < stream.rows; ++i)
    if (bank.bound[i] == 0)
      std::fill_n(narrow + i * storage_columns(registers), storage_columns(registers), Narrow{0});
}

// The sums of 8-bit and 16-bit operands: straight into narrow storage where the bounds allow, else by way of
// `sums`. multiply(c, start) runs the kernel, which holds sums up to kernel_highest.
template <class Narrow, class WideStorage, class Multiply>
void sum_rows(const MmaStream& stream, Registers& registers, CBank& bank, AlignedVector<Narrow>& narrow,
              AlignedVector<WideStorage>& wide, std::vector<Narrow>& sums, Wide narrow_highest,
              Wide kernel_highest, Multiply&& multiply) {
  if (!adds(stream)) std::fill_n(bank.bound.begin(), stream.rows, 0);
  const bool from_zero = rows_are_zero(stream, bank);
  if (!from_zero) materialise_zeros(stream, registers, bank, narrow.data());
  std::vector<Wide>& old_bound = registers.stream.old_bound;
  old_bound.resize(stream.rows);
  std::copy_n(bank.bound.begin(), stream.rows, old_bound.begin());
  if (raise_bounds(stream, registers, bank, kernel_highest) && scale_of(stream) == 1) {
    multiply(narrow.data(), from_zero ? SumsStart::from_zero : SumsStart::from_c);
    return;
  }
  sums.resize(static_cast<size_t>(stream.rows) * storage_columns(registers));
  multiply(sums.data(), SumsStart::from_zero);
  add_to_rows(stream, registers, bank, sums.data(), narrow.data(), wide.data(), old_bound, narrow_highest);
}

void stream_8_bit(const MmaStream& stream, Registers& registers, const BBank& b, CBank& c) {
  StreamScratch& scratch = registers.stream;
  const auto& runs = scratch.runs;
  const uint32_t pairs = (stream.depth + 1u) / 2;
  scratch.a_pairs.resize(static_cast<size_t>(stream.rows) * pairs * 2);
  const StreamKernels& kernels = stream_kernels();
  kernels.gather_pairs(
      {scratch.row_starts.data(), stream.rows, runs.data(), runs.size(), stream.depth, 2 * pairs},
      registers.config.a == Element::s8, scratch.a_pairs.data());
  sum_rows(stream, registers, c, c.narrow, c.middle, scratch.sums, kNarrowHighest, kNarrowHighest,
           [&](int32_t* sums, SumsStart start) {
             kernels.multiply_pairs({scratch.a_pairs.data(), 2 * pairs, b.pairs.data(), sums, stream.rows,
                                     pairs, storage_columns(registers), start});
           });
}

// Signed B of 8 or 16 bits. Columns in which B is all zeros are left out.
template <class Sum>
void multiply_packed(const MmaStream& stream, Registers& registers, const BBank& b, std::vector<Sum*>& rows,
                     Sum* sums, SumsStart start) {
  StreamScratch& scratch = registers.stream;
  const uint32_t columns = storage_columns(registers);
  scratch.panels.assign(1, {b.packed, stream.k_start, stream.depth});
  const MatrixRows matrix(depth_pattern(registers.pattern), registers.config.a, columns, scratch.panels,
                          registers.matrix);
  rows.resize(stream.rows);
  for (size_t i = 0; i < stream.rows; ++i) {
    rows[i] = sums + i * columns;
    if (start == SumsStart::from_zero) std::fill(rows[i] + matrix.used_columns(), rows[i] + columns, 0);
  }
  matrix.multiply(scratch.row_starts.data(), stream.rows, rows.data(), start);
}

void stream_8_bit_packed(const MmaStream& stream, Registers& registers, const BBank& b, CBank& c) {
  sum_rows(stream, registers, c, c.narrow, c.middle, registers.stream.sums, kNarrowHighest, kNarrowHighest,
           [&](int32_t* sums, SumsStart start) {
             multiply_packed(stream, registers, b, registers.stream.narrow_rows, sums, start);
           });
}

void stream_16_bit_packed(const MmaStream& stream, Registers& registers, const BBank& b, CBank& c) {
  sum_rows(stream, registers, c, c.middle, c.wide, registers.stream.products, kMiddleHighest, kWordSumHighest,
           [&](int64_t* sums, SumsStart start) {
             multiply_packed(stream, registers, b, registers.stream.middle_rows, sums, start);
           });
}

void gather_values(const MmaStream& stream, Registers& registers) {
  StreamScratch& scratch = registers.stream;
  scratch.a_values.resize(static_cast<size_t>(stream.rows) * stream.depth);
  const auto load = row_ops<int64_t>().load[static_cast<int>(registers.config.a)];
  int64_t* row = scratch.a_values.data();
  for (uint32_t i = 0; i < stream.rows; ++i, row += stream.depth)
    for (const DepthRun& run : scratch.runs)
      load(scratch.row_starts[i] + run.offset_bytes, row + run.start, run.count);
}

void stream_16_bit(const MmaStream& stream, Registers& registers, const BBank& b, CBank& c) {
  StreamScratch& scratch = registers.stream;
  sum_rows(stream, registers, c, c.middle, c.wide, scratch.products, kMiddleHighest, kMiddleHighest,
           [&](int64_t* sums, SumsStart start) {
             stream_kernels().multiply_lanes({scratch.a_values.data(), stream.depth, b.values.data(), sums,
                                              stream.rows, stream.depth, storage_columns(registers), start});
           });
}

// a = high * 2^16 + low with 0 <= low < 2^16: both sums of products fit 64 bits with room to spare.
void split_halves(StreamScratch& scratch) {
  scratch.a_low.resize(scratch.a_values.size());
  for (size_t i = 0; i < scratch.a_values.size(); ++i) {
    scratch.a_low[i] = scratch.a_values[i] & 0xffff;
    scratch.a_values[i] >>= 16;
  }
}

void multiply_halves(const MmaStream& stream, const Registers& registers, StreamScratch& scratch,
                     const BBank& b) {
  const size_t count = static_cast<size_t>(stream.rows) * storage_columns(registers);
  scratch.products.resize(count);
  scratch.low_products.resize(count);
  LaneProduct product = {scratch.a_values.data(),    stream.depth,        b.values.data(),
                         scratch.products.data(),    stream.rows,         stream.depth,
                         storage_columns(registers), SumsStart::from_zero};
  stream_kernels().multiply_lanes(product);
  product.a = scratch.a_low.data();
  product.c = scratch.low_products.data();
  stream_kernels().multiply_lanes(product);
}

void stream_32_bit(const MmaStream& stream, Registers& registers, const BBank& b, CBank& c) {
  StreamScratch& scratch = registers.stream;
  const size_t columns = storage_columns(registers);
  const bool b_is_offset =
      registers.config.b == Element::u32;  // by 2^31: sum(a*b) = sum(a*(b - 2^31)) + 2^31 * sum(a)
  if (!adds(stream)) std::fill_n(c.bound.begin(), stream.rows, 0);
  std::vector<int64_t>& row_sums = scratch.row_sums;
  row_sums.resize(stream.rows);
  for (size_t i = 0; b_is_offset && i < stream.rows; ++i) {
    row_sums[i] = 0;
    for (size_t k = 0; k < stream.depth; ++k) row_sums[i] += scratch.a_values[i * stream.depth + k];
  }
  split_halves(scratch);
  multiply_halves(stream, registers, scratch, b);
  for (size_t i = 0; i < stream.rows; ++i) {
    const Wide correction = b_is_offset ? Wide{row_sums[i]} * (int64_t{1} << 31) : 0;
    Wide* row = c.wide.data() + i * columns;
    for (size_t column = 0; column < columns; ++column) {
      const size_t at = i * columns + column;
      const Wide part = Wide{scratch.products[at]} * 65536 + scratch.low_products[at] + correction;
      row[column] = (c.bound[i] == 0 ? 0 : row[column]) + part;
    }
  }
  raise_bounds(stream, registers, c, kWideMax);
}

}  // namespace

void execute(const MmaStream& stream, Registers& registers, const MemoryView& memory) {
  require_panel(stream.rows, registers, "mma.stream: rows");
  require_panel(stream.depth, registers, "mma.stream: depth");
  BBank& b = registers.b_bank(stream.b_bank);
  CBank& c = registers.c_bank(stream.c_bank);
  widen(registers, b);
  find_rows(stream, registers, memory);
  if (takes_packed_panels(registers.config.b))
    return registers.operand_bytes() == 1 ? stream_8_bit_packed(stream, registers, b, c)
                                          : stream_16_bit_packed(stream, registers, b, c);
  registers.stream.runs.clear();
  append_runs(depth_pattern(registers.pattern), registers.operand_bytes(), stream.k_start, stream.depth, 0,
              registers.stream.runs);
  if (registers.operand_bytes() == 1) return stream_8_bit(stream, registers, b, c);
  gather_values(stream, registers);
  if (registers.operand_bytes() == 2) return stream_16_bit(stream, registers, b, c);
  stream_32_bit(stream, registers, b, c);
}

}  // namespace mmasim::isa
