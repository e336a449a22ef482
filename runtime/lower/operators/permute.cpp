#include "runtime/lower/operators/permute.h"

#include <algorithm>

#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/schedule/field.h"

namespace mmasim::runtime {

namespace {

struct Place {  // of a storage: a buffer in L2 or an address
  bool resident = false;
  BufferId buffer{};
  isa::Address address;
  isa::Address resolve(StepEmitter& emit, int64_t offset) const {
    return (resident ? emit.address(buffer) : address) + offset;
  }
};

Place place_of(LoweringContext& context, Step& step, const TensorView& view) {
  const auto& storage = context.schedule.at(view.storage);
  Place place{storage.is_resident(), storage.resident, {}};
  if (place.resident)
    step.uses.push_back(place.buffer);
  else
    place.address = memory_address(context, view, 0);
  return place;
}

// Up to five axes in one instruction; those further out are spelled out.
void issue(StepEmitter& emit, isa::DspPermute permute, const std::vector<CopyAxis>& axes) {
  constexpr size_t kAxes = 5;
  if (axes.size() > kAxes) {
    auto inner = axes;
    const auto outer = inner.back();
    inner.pop_back();
    for (int64_t i = 0; i < outer.count; ++i) {
      auto part = permute;
      part.src = permute.src + i * outer.src_stride;
      part.dst = permute.dst + i * outer.dst_stride;
      issue(emit, part, inner);
    }
    return;
  }
  constexpr const char* kCounts[] = {"n1", "n2", "n3", "n4", "n5"};
  uint32_t* const counts[] = {&permute.n1, &permute.n2, &permute.n3, &permute.n4, &permute.n5};
  int64_t* const src[] = {&permute.src_stride1, &permute.src_stride2, &permute.src_stride3,
                          &permute.src_stride4, &permute.src_stride5};
  int64_t* const dst[] = {&permute.dst_stride1, &permute.dst_stride2, &permute.dst_stride3,
                          &permute.dst_stride4, &permute.dst_stride5};
  for (size_t i = 0; i < axes.size(); ++i) {
    *counts[i] = field(axes[i].count, kCounts[i]), *src[i] = axes[i].src_stride, *dst[i] = axes[i].dst_stride;
  }
  emit.issue(permute);
}

}  // namespace

void add_permute_step(LoweringContext& context, uint32_t row, const TensorView& from, int64_t from_offset,
                      const TensorView& to, int64_t to_offset, std::vector<CopyAxis> axes) {
  std::stable_sort(axes.begin(), axes.end(),
                   [](const CopyAxis& a, const CopyAxis& b) { return a.dst_stride < b.dst_stride; });
  axes = merge_axes(from.element_size(), std::move(axes));
  auto& step = context.schedule.new_step(row);
  const auto source = place_of(context, step, from);
  const auto target = place_of(context, step, to);
  if (target.resident) step.allocates.push_back(target.buffer);
  step.reads_directly.push_back({from.storage, 0, from.bytes()});
  step.writes_directly.push_back({to.storage, 0, to.bytes()});
  const auto element_bytes = exactly<uint8_t>(from.element_size(), "element_bytes");
  step.compute = [=](StepEmitter& emit) {
    isa::DspPermute permute;
    permute.src = source.resolve(emit, from_offset);
    permute.dst = target.resolve(emit, to_offset);
    permute.element_bytes = element_bytes;
    issue(emit, permute, axes);
  };
}

}  // namespace mmasim::runtime
