// dsp.lookup, dsp.softmax and dsp.argmax: tables, and reductions over the channels of a position.
#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "isa/executor/core/dsp.h"
#include "isa/executor/core/tile.h"
#include "isa/kernels/row_ops.h"
#include "isa/semantics/knots.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

template <class Entry, class Source>
void look_up_directly(const DspLookup& i, const TileSide& src, const TileSide& dst, const uint8_t* table) {
  constexpr int64_t kLowest = std::numeric_limits<Source>::min();
  for_each_chunk(merged<2>(extent_of(i), {src, dst}), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    const uint8_t* from = src.at(y, x) + c * sizeof(Source);
    uint8_t* to = dst.at(y, x) + c * sizeof(Entry);
    for (size_t k = 0; k < count; ++k) {
      const auto u = static_cast<uint64_t>(read_as<Source>(from + k * sizeof(Source)) - kLowest);
      std::memcpy(to + k * sizeof(Entry), table + u * sizeof(Entry), sizeof(Entry));
    }
  });
}

void look_up_segments(const DspLookup& i, const TileSide& src, const TileSide& dst, const Knots& knots) {
  const Wide lowest = element_lowest(i.src_type);
  const Wide dst_lowest = element_lowest(i.dst_type), dst_highest = element_highest(i.dst_type);
  for_each_chunk(extent_of(i), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    const uint8_t* from = src.at(y, x) + c * src.element_bytes;
    uint8_t* to = dst.at(y, x) + c * dst.element_bytes;
    for (size_t k = 0; k < count; ++k, from += src.element_bytes, to += dst.element_bytes) {
      const Wide value = knots.at(static_cast<uint64_t>(read_element(i.src_type, from) - lowest));
      const Wide clipped = std::min(std::max(value, dst_lowest), dst_highest);
      std::memcpy(to, &clipped, dst.element_bytes);
    }
  });
}

Wide divide_floor(Wide numerator, Wide positive) {
  if (fits_int64(numerator) && fits_int64(positive) && numerator >= 0)
    return static_cast<int64_t>(numerator) / static_cast<int64_t>(positive);
  const Wide quotient = numerator / positive;
  return numerator % positive < 0 ? quotient - 1 : quotient;
}

// One position. A sum of exponentials that is not positive, which no sound table gives, makes every result 0.
void softmax_position(const DspSoftmax& i, const Knots& knots, const uint8_t* src, uint8_t* dst,
                      std::vector<int64_t>& values) {
  values.resize(i.channels);
  row_ops<int64_t>().load[static_cast<int>(i.src_type)](src, values.data(), i.channels);
  const int64_t largest = *std::max_element(values.begin(), values.end());
  Wide sum = 0;
  for (auto& v : values) sum += v = static_cast<int64_t>(knots.at(static_cast<uint64_t>(largest - v)));
  const Wide lowest = element_lowest(i.dst_type), highest = element_highest(i.dst_type);
  const uint32_t bytes = element_bytes(i.dst_type);
  for (size_t c = 0; c < values.size(); ++c) {
    const Wide scaled = saturating_add(saturating_shift_left(values[c], i.bits), sum >> 1);
    const Wide quotient = sum > 0 ? divide_floor(scaled, sum) : 0;
    const Wide clipped = std::min(std::max(quotient, lowest), highest);
    std::memcpy(dst + c * bytes, &clipped, bytes);
  }
}

template <class Source>
int64_t index_of_largest(const uint8_t* row, uint32_t channels) {
  int64_t index = 0;
  Source largest = read_as<Source>(row);
  for (uint32_t c = 1; c < channels; ++c) {
    const auto v = read_as<Source>(row + size_t{c} * sizeof(Source));
    if (v > largest) largest = v, index = c;
  }
  return index;
}

}  // namespace

void execute(const DspLookup& i, const StageSet&, Worker&, const MemoryView& memory) {
  require_table(i.src_type, i.fraction_bits, i.mnemonic);
  const TileSide src = {memory.at(i.src), i.src_y_stride, i.src_x_stride, element_bytes(i.src_type)};
  const TileSide dst = {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, element_bytes(i.dst_type)};
  const uint8_t* table = memory.at(i.table);
  if (i.fraction_bits != 0) return look_up_segments(i, src, dst, {table, i.fraction_bits});
  with_element(i.src_type, [&](auto source) {
    with_element(i.dst_type, [&](auto entry) {
      if constexpr (sizeof(source) <= 4)
        look_up_directly<decltype(entry), decltype(source)>(i, src, dst, table);
    });
  });
}

void execute(const DspSoftmax& i, const StageSet&, Worker& worker, const MemoryView& memory) {
  require_table(i.src_type, i.fraction_bits, i.mnemonic);
  if (i.channels == 0) return;
  const TileSide src = {memory.at(i.src), i.src_y_stride, i.src_x_stride, element_bytes(i.src_type)};
  const TileSide dst = {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, element_bytes(i.dst_type)};
  const Knots knots = {memory.at(i.table), i.fraction_bits};
  for (int64_t y = 0; y < i.count_y; ++y)
    for (int64_t x = 0; x < i.count_x; ++x)
      softmax_position(i, knots, src.at(y, x), dst.at(y, x), worker.softmax_values);
}

void execute(const DspArgmax& i, const StageSet&, Worker&, const MemoryView& memory) {
  if (i.channels == 0) return;
  const TileSide src = {memory.at(i.src), i.src_y_stride, i.src_x_stride, element_bytes(i.src_type)};
  const TileSide dst = {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, 8};
  const auto find_all = [&](auto source) {
    for (int64_t y = 0; y < i.count_y; ++y)
      for (int64_t x = 0; x < i.count_x; ++x)
        write_as(dst.at(y, x), index_of_largest<decltype(source)>(src.at(y, x), i.channels));
  };
  if (i.src_type == Element::f32) return find_all(float{});
  with_element(i.src_type, find_all);
}

}  // namespace mmasim::isa
