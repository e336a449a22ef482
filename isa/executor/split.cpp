#include "isa/executor/split.h"

#include <algorithm>

#include "isa/executor/footprint.h"

namespace mmasim::isa {
namespace {

constexpr uint64_t kBytesOfPart = 64 * 1024;  // some microseconds

uint64_t bytes_of(const DmaCopy& c) { return uint64_t{c.row_bytes} * c.n1 * c.n2 * c.n3; }
uint64_t bytes_of(const DspAdd& i) { return uint64_t{i.count_y} * i.count_x * i.channels * 3; }
template <class Window>
uint64_t bytes_of(const Window& i) {
  return uint64_t{i.count_y} * i.count_x * i.channels * i.kernel_y * i.kernel_x;
}

// Cuts to the rows first .. end of the outermost dimension.
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

// footprint(part) gives the footprint of a part.
template <class Whole, class FootprintOf>
std::vector<Whole> split_any(const Whole& whole, uint32_t most, const FootprintOf& footprint) {
  const uint64_t parts = std::min({length(whole), bytes_of(whole) / kBytesOfPart, uint64_t{most}});
  if (parts < 2) return {whole};
  std::vector<Whole> result;
  std::vector<Footprint> footprints;
  for (uint64_t i = 0; i < parts; ++i) {
    result.push_back(whole);
    cut(result.back(), length(whole) * i / parts, length(whole) * (i + 1) / parts);
    footprints.push_back(footprint(result.back()));
    for (uint64_t j = 0; j < i; ++j)
      if (footprints[i].meets(footprints[j])) return {whole};
  }
  return result;
}

template <class DspInstruction>
std::vector<DspInstruction> split_dsp(const DspInstruction& whole, const StageSet& stage, uint32_t most) {
  return split_any(whole, most, [&](const DspInstruction& part) { return footprint_of(part, stage); });
}

}  // namespace

std::vector<DmaCopy> split(const DmaCopy& copy, uint32_t most) {
  return split_any(copy, most, [](const DmaCopy& part) { return footprint_of(part); });
}
std::vector<DspAdd> split(const DspAdd& add, const StageSet& stage, uint32_t most) {
  return split_dsp(add, stage, most);
}
std::vector<DspDepthwise> split(const DspDepthwise& depthwise, const StageSet& stage, uint32_t most) {
  if (policy_of(stage.overflow) == Overflow::trap)
    return {depthwise};  // the trap must strike at the first element that overflows
  return split_dsp(depthwise, stage, most);
}
std::vector<DspPoolMax> split(const DspPoolMax& pool, const StageSet& stage, uint32_t most) {
  return split_dsp(pool, stage, most);
}

}  // namespace mmasim::isa
