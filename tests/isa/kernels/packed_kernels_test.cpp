// The kernels of packed panels, at every SIMD level that has them, against sums in 128 bits.
#include <doctest/doctest.h>

#include <vector>

#include "isa/executor/core/registers.h"
#include "isa/kernels/kernels.h"
#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::Numbers;

// A row of panels of B and the rows of A that meet them, as numbers.
struct Operands {
  uint32_t rows, columns, storage_columns;  // storage: a multiple of 16
  std::vector<uint32_t> depths;             // of each panel
  std::vector<std::vector<int64_t>> a;      // [row][depth over all panels]
  std::vector<std::vector<int64_t>> b;      // [depth][column]

  Operands(Numbers& numbers, Element of_a, Element of_b, uint32_t most_depth, bool is_extreme) {
    rows = static_cast<uint32_t>(numbers.in(1, 20)), columns = static_cast<uint32_t>(numbers.in(1, 70));
    storage_columns = (columns + 15) / 16 * 16;
    uint32_t depth = 0;
    for (auto panels = numbers.in(1, 6); panels > 0; --panels) {
      depths.push_back(static_cast<uint32_t>(is_extreme ? most_depth : numbers.in(1, most_depth)));
      depth += depths.back();
    }
    const auto value = [&](Element e) {
      return static_cast<int64_t>(is_extreme ? element_lowest(e) : numbers.element(e));
    };
    a.assign(rows, std::vector<int64_t>(depth));
    b.assign(depth, std::vector<int64_t>(columns));
    const auto first_empty = numbers.in(0, 2 * columns);  // columns from here on are zeros
    for (auto& row : a)
      for (auto& v : row) v = value(of_a);
    for (auto& row : b)
      for (uint32_t c = 0; c < columns; ++c) row[c] = c < first_empty ? value(of_b) : 0;
  }

  Wide sum(uint32_t row, uint32_t column) const {
    Wide total = 0;
    for (size_t k = 0; k < b.size(); ++k) total += Wide{a[row][k]} * (column < columns ? b[k][column] : 0);
    return total;
  }
};

template <class E>
std::vector<uint8_t> bytes_of(const std::vector<std::vector<int64_t>>& rows, size_t first, size_t count) {
  std::vector<uint8_t> bytes;
  for (size_t r = first; r < first + count; ++r)
    for (const int64_t v : rows[r]) {
      bytes.resize(bytes.size() + sizeof(E));
      write_as<E>(bytes.data() + bytes.size() - sizeof(E), static_cast<E>(v));
    }
  return bytes;
}

uint32_t quads_of(uint32_t depth) { return (depth + 3) / 4; }

template <class Sum>
struct Rows {
  Rows(const Operands& o, Numbers& numbers, SumsStart start) : values(size_t{o.rows} * o.storage_columns) {
    for (auto& v : values)
      v = start == SumsStart::from_c ? static_cast<Sum>(numbers.in(-1000000, 1000000)) : 77;
    before = values;
    for (uint32_t r = 0; r < o.rows; ++r) rows.push_back(values.data() + size_t{r} * o.storage_columns);
  }
  // Whether the first `used` columns are right and the others untouched.
  bool agree(const Operands& o, uint32_t used, SumsStart start) const {
    for (uint32_t r = 0; r < o.rows; ++r)
      for (uint32_t c = 0; c < o.storage_columns; ++c) {
        const Wide earlier = before[size_t{r} * o.storage_columns + c];
        const Wide expected = c >= used ? earlier : o.sum(r, c) + (start == SumsStart::from_c ? earlier : 0);
        if (static_cast<Sum>(rows[r][c]) != static_cast<Sum>(expected)) return false;
        if (c >= used && o.sum(r, c) != 0) return false;
      }
    return true;
  }
  std::vector<Sum> values, before;
  std::vector<Sum*> rows;
};

bool bytes_agree(uint64_t seed, SimdLevel level, bool is_extreme) {
  const StreamKernels& kernels = stream_kernels(level);
  Numbers numbers(seed);
  const bool a_is_signed = is_extreme || numbers.in(0, 1);
  const Operands o(numbers, a_is_signed ? Element::s8 : Element::u8, Element::s8, 255, is_extreme);
  const size_t quad_bytes = size_t{4} * o.storage_columns * kernels.packed_element_bytes;
  std::vector<AlignedVector<uint8_t>> panels;
  std::vector<ByteStrip> strips;
  std::vector<std::vector<uint8_t>> a(o.rows);  // each panel padded to whole quads
  uint32_t used = 0, first = 0;
  for (const uint32_t depth : o.depths) {
    const auto bytes = bytes_of<int8_t>(o.b, first, depth);
    panels.emplace_back(quads_of(depth) * quad_bytes);
    used = std::max(used, kernels.pack_bytes(bytes.data(), o.columns, depth, o.storage_columns, a_is_signed,
                                             panels.back().data()));
    strips.push_back({static_cast<int64_t>(a[0].size()), quads_of(depth), panels.back().data()});
    for (uint32_t r = 0; r < o.rows; ++r) {
      for (uint32_t k = 0; k < depth; ++k) a[r].push_back(static_cast<uint8_t>(o.a[r][first + k]));
      a[r].resize((a[r].size() + 3) / 4 * 4);
    }
    first += depth;
  }
  std::vector<const uint8_t*> a_rows;
  for (const auto& row : a) a_rows.push_back(row.data());
  const SumsStart start = numbers.in(0, 1) ? SumsStart::from_c : SumsStart::from_zero;
  Rows<int32_t> c(o, numbers, start);
  used = (used + 15) / 16 * 16;
  kernels.multiply_bytes({a_rows.data(), strips.data(), strips.size(), c.rows.data(), o.rows, used,
                          quad_bytes, a_is_signed, start});
  return c.agree(o, used, start);
}

struct WordPanelStorage {
  explicit WordPanelStorage(size_t elements, uint32_t columns)
      : pairs(elements), highs(elements), low(columns), high(columns) {}
  AlignedVector<int16_t> pairs;
  AlignedVector<int8_t> highs;
  AlignedVector<int32_t> low, high;
};

bool words_agree(uint64_t seed, SimdLevel level, bool is_extreme) {
  const StreamKernels& kernels = stream_kernels(level);
  Numbers numbers(seed);
  const bool a_is_signed = is_extreme || numbers.in(0, 1);
  const Operands o(numbers, a_is_signed ? Element::s16 : Element::u16, Element::s16, 127, is_extreme);
  std::vector<WordPanelStorage> storage;
  std::vector<WordPanel> panels;
  std::vector<DepthRun> runs;
  uint32_t used = 0, first = 0, pitch = 0;
  for (const uint32_t depth : o.depths) {
    const auto bytes = bytes_of<int16_t>(o.b, first, depth);
    storage.emplace_back(size_t{quads_of(depth)} * 4 * o.storage_columns, o.storage_columns);
    auto& s = storage.back();
    used =
        std::max(used, kernels.pack_words(bytes.data(), 2 * o.columns, depth, o.storage_columns, a_is_signed,
                                          s.pairs.data(), s.highs.data(), s.low.data(), s.high.data()));
    panels.push_back({s.pairs.data(), s.highs.data(), s.low.data(), s.high.data(), quads_of(depth)});
    runs.push_back({2 * int64_t{first}, pitch, depth});
    pitch += 4 * quads_of(depth);
    first += depth;
  }
  std::vector<std::vector<uint8_t>> a;
  std::vector<const uint8_t*> a_rows;
  for (uint32_t r = 0; r < o.rows; ++r) a.push_back(bytes_of<uint16_t>(o.a, r, 1));
  for (const auto& row : a) a_rows.push_back(row.data());
  std::vector<int16_t> words(size_t{o.rows} * pitch);
  AlignedVector<uint8_t> highs(words.size() * kernels.gathered_high_bytes);
  kernels.gather_words({a_rows.data(), o.rows, runs.data(), runs.size(), first, pitch}, a_is_signed,
                       words.data(), highs.data());
  const SumsStart start = numbers.in(0, 1) ? SumsStart::from_c : SumsStart::from_zero;
  Rows<int64_t> c(o, numbers, start);
  used = (used + 15) / 16 * 16;
  kernels.multiply_words({words.data(), highs.data(), pitch, panels.data(), panels.size(), c.rows.data(),
                          o.rows, used, o.storage_columns, start});
  return c.agree(o, used, start);
}

template <class Agrees>
void check_levels(Agrees&& agrees) {
  for (const auto level : available_simd_levels()) {
    CAPTURE(simd_level_name(level));
    CHECK(tests::holds([&](uint64_t seed) { return agrees(seed, level, false); }));
    CHECK(agrees(1, level, true));  // the lowest value of both, to the greatest depth
  }
}

}  // namespace

TEST_CASE("kernels: packed 8-bit panels give the exact sums, and tell which columns are zeros") {
  check_levels(bytes_agree);
}
TEST_CASE("kernels: packed 16-bit panels give the exact sums over many panels") { check_levels(words_agree); }

TEST_CASE("kernels: 16-bit sums stay exact as far as their bound reaches, 2^15 depths of the lowest values") {
  for (const auto level : available_simd_levels()) {
    const StreamKernels& kernels = stream_kernels(level);
    const std::vector<int16_t> b(32 * 16, INT16_MIN);
    AlignedVector<int16_t> a(32 * 1024, INT16_MIN);
    AlignedVector<uint8_t> a_high(a.size() * kernels.gathered_high_bytes + 1);
    const std::vector<int16_t> in_memory(a.begin(), a.end());
    const auto* const row_of_a = reinterpret_cast<const uint8_t*>(in_memory.data());
    const DepthRun run = {0, 0, 32 * 1024};
    kernels.gather_words({&row_of_a, 1, &run, 1, 32 * 1024, a.size()}, true, a.data(), a_high.data());
    WordPanelStorage s(32 * 16, 16);
    kernels.pack_words(reinterpret_cast<const uint8_t*>(b.data()), 32, 32, 16, true, s.pairs.data(),
                       s.highs.data(), s.low.data(), s.high.data());
    const std::vector<WordPanel> panels(1024,
                                        {s.pairs.data(), s.highs.data(), s.low.data(), s.high.data(), 8});
    AlignedVector<int64_t> c(16);
    int64_t* row = c.data();
    kernels.multiply_words({a.data(), a_high.data(), a.size(), panels.data(), panels.size(), &row, 1, 16, 16,
                            SumsStart::from_zero});
    CHECK(c[0] == int64_t{1} << 45);  // 2^15 products of 2^30
    CHECK(c[15] == int64_t{1} << 45);
  }
}

}  // namespace mmasim::isa
