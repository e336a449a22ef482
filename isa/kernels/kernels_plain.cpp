// B lies as words whatever its width: [depth][column]. Sums of 16-bit operands are simply 64 bits wide, so
// that high bytes are of no use here.
#include "isa/kernels/kernels_plain.h"

#include <algorithm>
#include <cstring>

namespace mmasim::isa::plain {
namespace {

template <class Element>
Element read(const uint8_t* from, size_t index) {
  Element value;
  std::memcpy(&value, from + index * sizeof value, sizeof value);
  return value;
}

// Returns how many columns are not all zeros.
template <class Element>
uint32_t pack(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, int16_t* words) {
  const auto present = static_cast<uint32_t>(std::min<size_t>(columns, row_bytes / sizeof(Element)));
  std::fill_n(words, size_t{(rows + 3) / 4 * 4} * columns, int16_t{0});
  uint32_t used = 0;
  for (uint32_t row = 0; row < rows; ++row) {
    const uint8_t* from = panel + row * row_bytes;
    int16_t* to = words + size_t{row} * columns;
    for (uint32_t column = 0; column < present; ++column) to[column] = read<Element>(from, column);
    for (uint32_t column = present; column > used; --column)
      if (to[column - 1] != 0) used = column;
  }
  return used;
}

template <class Sum>
void add_quad(const int16_t* a, const int16_t* __restrict b, size_t columns_of_b, Sum* __restrict c,
              uint32_t columns) {
  const int16_t a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
  const int16_t *b0 = b, *b1 = b0 + columns_of_b, *b2 = b1 + columns_of_b, *b3 = b2 + columns_of_b;
  for (uint32_t column = 0; column < columns; ++column)
    c[column] += Sum{a0 * b0[column]} + Sum{a1 * b1[column]} + Sum{a2 * b2[column]} + Sum{a3 * b3[column]};
}

int16_t widened(uint8_t byte, bool is_signed) {
  return is_signed ? static_cast<int8_t>(byte) : int16_t{byte};
}

}  // namespace

uint32_t pack_bytes(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, bool,
                    uint8_t* packed) {
  return pack<int8_t>(panel, row_bytes, rows, columns, reinterpret_cast<int16_t*>(packed));
}

void multiply_bytes(const ByteProduct& p) {
  for (uint32_t row = 0; row < p.rows; ++row) {
    if (p.start == SumsStart::from_zero) std::fill_n(p.c[row], p.columns, 0);
    for (size_t s = 0; s < p.strip_count; ++s) {
      const uint8_t* a = p.a[row] + p.strips[s].a_offset;
      const uint8_t* b = p.strips[s].b;
      for (uint32_t quad = 0; quad < p.strips[s].quads; ++quad, a += 4, b += p.b_quad_bytes) {
        int16_t words[4];
        for (int k = 0; k < 4; ++k) words[k] = widened(a[k], p.a_is_signed);
        add_quad(words, reinterpret_cast<const int16_t*>(b), p.b_quad_bytes / 8, p.c[row], p.columns);
      }
    }
  }
}

// The low correction is the sum of a column, which an unsigned A that comes less 2^15 takes off so many
// times.
uint32_t pack_words(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, bool a_is_signed,
                    int16_t* words, int8_t*, int32_t* low_correction, int32_t*) {
  const uint32_t used = pack<int16_t>(panel, row_bytes, rows, columns, words);
  std::fill_n(low_correction, columns, 0);
  constexpr int16_t kOnes[] = {1, 1, 1, 1};
  for (uint32_t row = 0; !a_is_signed && row < rows; row += 4)
    add_quad(kOnes, words + size_t{row} * columns, columns, low_correction, columns);
  return used;
}

void gather_words(const Gather& from, bool is_signed, int16_t* a, uint8_t*) {
  const auto flip = static_cast<int16_t>(is_signed ? 0 : INT16_MIN);
  for (uint32_t row = 0; row < from.rows; ++row, a += from.pitch) {
    if (from.depth < from.pitch) std::fill_n(a, from.pitch, flip);  // what no run covers are zeros
    for (size_t i = 0; i < from.run_count; ++i) {
      const DepthRun& run = from.runs[i];
      for (uint32_t k = 0; k < run.count; ++k)
        a[run.start + k] =
            static_cast<int16_t>(read<int16_t>(from.row_starts[row] + run.offset_bytes, k) ^ flip);
    }
  }
}

void multiply_words(const WordProduct& p) {
  for (uint32_t row = 0; row < p.rows; ++row) {
    int64_t* c = p.c[row];
    if (p.start == SumsStart::from_zero) std::fill_n(c, p.columns, 0);
    const int16_t* a = p.a + row * p.a_pitch;
    for (size_t i = 0; i < p.panel_count; ++i) {
      const WordPanel& panel = p.panels[i];
      for (uint32_t column = 0; column < p.columns; ++column)
        c[column] += int64_t{panel.low_correction[column]} * (1 << 15);
      for (uint32_t quad = 0; quad < panel.quads; ++quad, a += 4)
        add_quad(a, panel.pairs + size_t{quad} * 4 * p.b_columns, p.b_columns, c, p.columns);
    }
  }
}

}  // namespace mmasim::isa::plain
