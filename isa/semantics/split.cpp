#include "isa/semantics/split.h"

#include <algorithm>

#include "isa/semantics/array_reach.h"

namespace mmasim::isa {
namespace {

constexpr uint64_t kBytesOfPart = 64 * 1024;  // some microseconds

// A dimension of a tile.
struct Steps {
  uint64_t count;
  int64_t stride;
};

Reach reach_of(Address base, uint64_t bytes, std::initializer_list<Steps> dimensions) {
  int64_t lowest = 0, highest = 0;
  for (const Steps& d : dimensions) {
    const int64_t last = static_cast<int64_t>(std::max<uint64_t>(d.count, 1) - 1) * d.stride;
    lowest += std::min<int64_t>(last, 0);
    highest += std::max<int64_t>(last, 0);
  }
  return {base.raw + static_cast<uint64_t>(lowest), base.raw + static_cast<uint64_t>(highest) + bytes};
}

uint64_t bytes_of(const DmaCopy& c) { return uint64_t{c.row_bytes} * c.n1 * c.n2 * c.n3; }
Reach written(const DmaCopy& c) {
  return reach_of(c.dst, c.row_bytes, {{c.n1, c.dst_stride1}, {c.n2, c.dst_stride2}, {c.n3, c.dst_stride3}});
}
std::vector<Reach> read(const DmaCopy& c) {
  return {
      reach_of(c.src, c.row_bytes, {{c.n1, c.src_stride1}, {c.n2, c.src_stride2}, {c.n3, c.src_stride3}})};
}

template <class DspInstruction>
Reach written_tile(const DspInstruction& i, uint32_t element_bytes) {
  return reach_of(i.dst, uint64_t{i.channels} * element_bytes,
                  {{i.count_y, i.dst_y_stride}, {i.count_x, i.dst_x_stride}});
}

uint64_t bytes_of(const DspAdd& i) { return uint64_t{i.count_y} * i.count_x * i.channels * 3; }
Reach written(const DspAdd& i) { return written_tile(i, element_bytes(i.dst_type)); }
std::vector<Reach> read(const DspAdd& i) {
  return {reach_of(i.a, uint64_t{i.channels} * element_bytes(i.a_type),
                   {{i.count_y, i.a_y_stride}, {i.count_x, i.a_x_stride}}),
          reach_of(i.b, uint64_t{i.b_channels} * element_bytes(i.b_type),
                   {{i.count_y, i.b_y_stride}, {i.count_x, i.b_x_stride}})};
}

// The window's sources, of any element.
template <class Window>
Reach window_read(const Window& i, uint32_t element_bytes) {
  return reach_of(i.src, uint64_t{i.channels} * element_bytes,
                  {{i.count_y, int64_t{i.stride_y} * i.src_y_stride},
                   {i.count_x, int64_t{i.stride_x} * i.src_x_stride},
                   {i.kernel_y, int64_t{i.dilation_y} * i.src_y_stride},
                   {i.kernel_x, int64_t{i.dilation_x} * i.src_x_stride}});
}

// With the output stage that it passes through.
struct StagedDepthwise : DspDepthwise {
  StagedDepthwise(const DspDepthwise& i, const StageSet& of) : DspDepthwise(i), stage(&of) {}
  const StageSet* stage;
};

uint64_t bytes_of(const StagedDepthwise& i) {
  return uint64_t{i.count_y} * i.count_x * i.channels * i.kernel_y * i.kernel_x;
}
Reach written(const StagedDepthwise& i) { return written_tile(i, element_bytes(i.stage->out)); }
std::vector<Reach> read(const StagedDepthwise& i) {
  const uint32_t bytes = element_bytes(i.src_type);
  std::vector<Reach> reaches = {window_read(i, bytes),
                                reach_of(i.weights, uint64_t{i.channels} * bytes,
                                         {{uint64_t{i.kernel_y} * i.kernel_x, i.weight_stride}})};
  const uint64_t lanes = uint64_t{i.lane} + i.channels;
  if (!i.stage->bias.is_none()) reaches.push_back(reach_of(i.stage->bias, lanes * 16, {}));  // of any width
  if (i.stage->multiplier_mode == TableMode::per_lane)
    reaches.push_back(reach_of(i.stage->multipliers, lanes * 4, {}));
  if (i.stage->shift_mode == TableMode::per_lane) reaches.push_back(reach_of(i.stage->shifts, lanes, {}));
  return reaches;
}

uint64_t bytes_of(const DspPoolMax& i) {
  return uint64_t{i.count_y} * i.count_x * i.channels * i.kernel_y * i.kernel_x;
}
Reach written(const DspPoolMax& i) { return written_tile(i, element_bytes(i.type)); }
std::vector<Reach> read(const DspPoolMax& i) { return {window_read(i, element_bytes(i.type))}; }

// Rows first .. end of a dimension. The other members stay.
void cut(DmaCopy& c, uint64_t first, uint64_t end) {
  const auto along = [&](uint32_t DmaCopy::*count, int64_t DmaCopy::*src, int64_t DmaCopy::*dst) {
    c.src = c.src + static_cast<int64_t>(first) * (c.*src);
    c.dst = c.dst + static_cast<int64_t>(first) * (c.*dst);
    c.*count = static_cast<uint32_t>(end - first);
  };
  if (c.n3 > 1) return along(&DmaCopy::n3, &DmaCopy::src_stride3, &DmaCopy::dst_stride3);
  if (c.n2 > 1) return along(&DmaCopy::n2, &DmaCopy::src_stride2, &DmaCopy::dst_stride2);
  if (c.n1 > 1) return along(&DmaCopy::n1, &DmaCopy::src_stride1, &DmaCopy::dst_stride1);
  c.src = c.src + static_cast<int64_t>(first);
  c.dst = c.dst + static_cast<int64_t>(first);
  c.row_bytes = static_cast<uint32_t>(end - first);
}
uint64_t length(const DmaCopy& c) {
  return c.n3 > 1 ? c.n3 : c.n2 > 1 ? c.n2 : c.n1 > 1 ? c.n1 : c.row_bytes;
}

// Tiles are cut along y, or along x if they are of one row.
void cut(DspAdd& i, uint64_t first, uint64_t end) {
  const auto by = static_cast<int64_t>(first);
  const bool is_y = i.count_y > 1;
  i.a = i.a + by * (is_y ? i.a_y_stride : i.a_x_stride);
  i.b = i.b + by * (is_y ? i.b_y_stride : i.b_x_stride);
  i.dst = i.dst + by * (is_y ? i.dst_y_stride : i.dst_x_stride);
  (is_y ? i.count_y : i.count_x) = static_cast<uint32_t>(end - first);
}
template <class Window>
void cut(Window& i, uint64_t first, uint64_t end) {
  const auto by = static_cast<int64_t>(first);
  const bool is_y = i.count_y > 1;
  i.src = i.src + by * (is_y ? int64_t{i.stride_y} * i.src_y_stride : int64_t{i.stride_x} * i.src_x_stride);
  i.dst = i.dst + by * (is_y ? i.dst_y_stride : i.dst_x_stride);
  (is_y ? i.count_y : i.count_x) = static_cast<uint32_t>(end - first);
}
template <class DspInstruction>
uint64_t length(const DspInstruction& i) {
  return i.count_y > 1 ? i.count_y : i.count_x;
}

template <class Whole>
std::vector<Whole> split_any(const Whole& whole, uint32_t most) {
  const uint64_t parts = std::min({length(whole), bytes_of(whole) / kBytesOfPart, uint64_t{most}});
  if (parts < 2) return {whole};
  std::vector<Whole> result;
  for (uint64_t i = 0; i < parts; ++i) {
    result.push_back(whole);
    cut(result.back(), length(whole) * i / parts, length(whole) * (i + 1) / parts);
  }
  for (size_t i = 0; i < parts; ++i)
    for (size_t j = 0; j < parts; ++j) {
      if (i != j && written(result[i]).meets(written(result[j]))) return {whole};
      for (const Reach& source : read(result[j]))
        if (i != j && written(result[i]).meets(source)) return {whole};
    }
  return result;
}

}  // namespace

std::vector<DmaCopy> split(const DmaCopy& copy, uint32_t most) { return split_any(copy, most); }
std::vector<DspAdd> split(const DspAdd& add, uint32_t most) { return split_any(add, most); }
std::vector<DspDepthwise> split(const DspDepthwise& depthwise, const StageSet& stage, uint32_t most) {
  if (stage.overflow == Overflow::trap)
    return {depthwise};  // it must strike at the first element that overflows
  const auto parts = split_any(StagedDepthwise(depthwise, stage), most);
  return {parts.begin(), parts.end()};
}
std::vector<DspPoolMax> split(const DspPoolMax& pool, uint32_t most) { return split_any(pool, most); }

}  // namespace mmasim::isa
