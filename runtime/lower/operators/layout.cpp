// Between the network's row-major form (planes of N, C, H, W) and channels-last: tiles of planes, turned by
// the DSP.
#include "runtime/lower/operators/operators.h"
#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/tiles/dsp_tile.h"

namespace mmasim::runtime {

namespace {

std::vector<CopyAxis> planar_axes(const Dims& dims, const Region& region, int64_t e, bool to_tile) {
  const auto plane = region.rows() * region.columns() * e;
  std::vector<CopyAxis> axes{{region.columns(), e, e},
                             {region.rows(), dims.w * e, region.columns() * e},
                             {region.channels(), dims.h * dims.w * e, plane}};
  if (!to_tile) {
    for (auto& axis : axes) std::swap(axis.src_stride, axis.dst_stride);
  }
  return axes;
}

int64_t planar_offset(const Dims& dims, const Region& region, int64_t e) {
  return (((region.n0 * dims.c + region.c0) * dims.h + region.y0) * dims.w + region.x0) * e;
}

StorageRange planar_extent(const TensorView& view, const Region& region) {  // its frame
  return {view.storage, static_cast<uint64_t>(region.n0 * view.pitch_n()),
          static_cast<uint64_t>(region.n1 * view.pitch_n())};
}

isa::DspPermute turn(const Region& region, const Tile& tile, int64_t e, bool to_channels_last) {
  isa::DspPermute permute;
  permute.element_bytes = exactly<uint8_t>(e, "element_bytes");
  const auto plane = region.rows() * region.columns() * e;
  permute.n1 = field(region.channels(), "n1"), permute.n2 = field(region.columns(), "n2"),
  permute.n3 = field(region.rows(), "n3");
  int64_t* planar[] = {&permute.src_stride1, &permute.src_stride2, &permute.src_stride3};
  int64_t* last[] = {&permute.dst_stride1, &permute.dst_stride2, &permute.dst_stride3};
  if (!to_channels_last) std::swap(planar, last);
  *planar[0] = plane, *planar[1] = e, *planar[2] = region.columns() * e;
  *last[0] = e, *last[1] = tile.pitch_x, *last[2] = tile.pitch_y;
  return permute;
}

void add_to_channels_last(LoweringContext& context, uint32_t row, const TensorView& planes,
                          const TensorView& last, const Region& region) {
  const auto e = planes.element_size();
  auto& step = context.schedule.new_step(row);
  Load load;
  load.buffer = context.schedule.new_buffer(static_cast<uint64_t>(region.elements() * e));
  for (auto& copy : strided_copies(memory_address(context, planes, planar_offset(planes.dims, region, e)),
                                   relative(0), e, planar_axes(planes.dims, region, e, true))) {
    load.descriptors.emplace_back(copy);
  }
  load.reads.push_back(planar_extent(planes, region));
  const auto source = load.buffer;
  step.uses.push_back(source);
  step.loads.push_back(std::move(load));
  const auto out = output_tile(context, step, last, region);
  step.compute = [=](StepEmitter& emit) {
    auto permute = turn(region, out, e, true);
    permute.src = emit.address(source);
    permute.dst = emit.address(out.buffer, out.offset);
    emit.issue(permute);
  };
  store_tile(context, step, last, region, out);
}

void add_to_planes(LoweringContext& context, uint32_t row, const TensorView& last, const TensorView& planes,
                   const Region& region) {
  const auto e = planes.element_size();
  auto& step = context.schedule.new_step(row);
  const auto in = load_tile(context, step, last, region, 0);
  const auto buffer = context.schedule.new_buffer(static_cast<uint64_t>(region.elements() * e));
  step.allocates.push_back(buffer);
  step.uses.push_back(buffer);
  step.compute = [=](StepEmitter& emit) {
    auto permute = turn(region, in, e, false);
    permute.src = emit.address(in.buffer, in.offset);
    permute.dst = emit.address(buffer);
    emit.issue(permute);
  };
  Store store;
  store.buffer = buffer;
  store.descriptors =
      strided_copies(relative(0), memory_address(context, planes, planar_offset(planes.dims, region, e)), e,
                     planar_axes(planes.dims, region, e, false));
  store.writes = planar_extent(planes, region);
  step.stores.push_back(std::move(store));
}

}  // namespace

void lower_layout(LoweringContext& context, const std::string& name, const TensorView& from,
                  const TensorView& to, bool to_channels_last) {
  isa::LayerInfo info;
  info.name = name, info.kind = "layout", info.precision = precision_word(context, from.element),
  info.dataflow = "dsp";
  context.schedule.layers.push_back(info);
  context.schedule.setups.push_back(isa::Setup::light);
  const auto row = static_cast<uint32_t>(context.schedule.layers.size() - 1);
  const auto& last = to_channels_last ? to : from;
  const auto need = [&](const Region& region) {
    return static_cast<uint64_t>(2 * region.elements() * last.element_size());
  };
  const auto budget =
      static_cast<uint64_t>(static_cast<double>(context.machine.l2_bytes) * context.tile_share / 2);
  for (const auto& region : cut_regions(last.dims, need, budget)) {
    if (to_channels_last)
      add_to_channels_last(context, row, from, to, region);
    else
      add_to_planes(context, row, from, to, region);
  }
}

}  // namespace mmasim::runtime
