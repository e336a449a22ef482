#include "runtime/lower/tiles/tile.h"

#include <algorithm>
#include <stdexcept>

#include "runtime/lower/schedule/field.h"

namespace mmasim::runtime {

namespace {

struct Cells {                   // the tensor's own cells within a region, along one axis
  int64_t first = 0, count = 0;  // index in the tensor
  int64_t at = 0;                // position in the region of the first
};

Cells cells_within(int64_t begin, int64_t end, int64_t size, int64_t spread) {
  const auto first = std::max<int64_t>(0, (std::max<int64_t>(begin, 0) + spread - 1) / spread);
  const auto last = end <= 0 ? -1 : std::min(size - 1, (end - 1) / spread);
  return {first, std::max<int64_t>(0, last - first + 1), first * spread - begin};
}

bool is_inside(const TensorView& view, const Region& region) {
  return region.y0 >= 0 && region.x0 >= 0 && region.y1 <= view.dims.h && region.x1 <= view.dims.w;
}

int64_t offset_of(const TensorView& view, const Region& region) {
  return region.n0 * view.pitch_n() + region.y0 * view.pitch_y() + region.x0 * view.pitch_x() +
         region.c0 * view.pitch_c();
}

Tile tile_in_resident(LoweringContext& context, const TensorView& view, const Region& region) {
  return {context.schedule.at(view.storage).resident,
          static_cast<uint64_t>(offset_of(view, region)),
          view.pitch_n(),
          view.pitch_y(),
          view.pitch_x(),
          view.pitch_c()};
}

Tile dense_tile(LoweringContext& context, const TensorView& view, const Region& region) {
  Tile tile;
  tile.pitch_x = (view.planes ? 1 : region.channels()) * view.element_size();
  tile.pitch_y = region.columns() * tile.pitch_x;
  tile.pitch_c = view.planes ? region.rows() * tile.pitch_y : view.element_size();
  tile.pitch_n = region.elements() / region.frames() * view.element_size();
  tile.buffer = context.schedule.new_buffer(static_cast<uint64_t>(region.frames() * tile.pitch_n));
  return tile;
}

isa::DmaFill fill(const TensorView& view, int64_t value, int64_t offset, int64_t row_bytes, int64_t n1,
                  int64_t stride1, int64_t n2, int64_t stride2) {
  isa::DmaFill f;
  f.dst = relative(static_cast<uint64_t>(offset));
  f.value = value;
  f.element_bytes = exactly<uint8_t>(view.element_size(), "element_bytes");
  f.row_bytes = field(row_bytes, "row_bytes");
  f.n1 = field(n1, "n1"), f.dst_stride1 = stride1;
  f.n2 = field(n2, "n2"), f.dst_stride2 = stride2;
  return f;
}

// The border of a part of a tile around the tensor's own cells, or all of it where the cells are spread out.
void add_padding(Load& load, const TensorView& view, const TilePart& part, const Tile& tile, int64_t value,
                 Cells ys, Cells xs, bool everything) {
  const auto& region = part.region;
  // Planes of all frames follow each other, as frames do where channels come last.
  const auto maps = region.frames() * (view.planes ? region.channels() : 1);
  const auto pitch = view.planes ? tile.pitch_c : tile.pitch_n;
  const auto add = [&](int64_t offset, int64_t row_bytes, int64_t n1, int64_t stride1) {
    if (row_bytes > 0 && n1 > 0) {
      load.descriptors.push_back(fill(view, value, part.at + offset, row_bytes, n1, stride1, maps, pitch));
    }
  };
  const auto line_bytes = region.columns() * tile.pitch_x;
  const auto add_lines = [&](int64_t offset, int64_t lines) {
    if (line_bytes == tile.pitch_y) return add(offset, lines * line_bytes, 1, 0);
    add(offset, line_bytes, lines, tile.pitch_y);
  };
  if (everything || ys.count == 0 || xs.count == 0) return add_lines(0, region.rows());
  const auto below = ys.at + ys.count, right = xs.at + xs.count;
  add_lines(0, ys.at);
  add_lines(below * tile.pitch_y, region.rows() - below);
  add(ys.at * tile.pitch_y, xs.at * tile.pitch_x, ys.count, tile.pitch_y);
  add(ys.at * tile.pitch_y + right * tile.pitch_x, (region.columns() - right) * tile.pitch_x, ys.count,
      tile.pitch_y);
}

// Innermost first, from tensor to tile.
std::vector<CopyAxis> axes_of(const TensorView& view, const Tile& tile, const Region& region, int64_t columns,
                              int64_t rows, Spread spread) {
  const CopyAxis channels{region.channels(), view.pitch_c(), tile.pitch_c};
  const CopyAxis x{columns, view.pitch_x(), tile.pitch_x * spread.x},
      y{rows, view.pitch_y(), tile.pitch_y * spread.y};
  const CopyAxis frames{region.frames(), view.pitch_n(), tile.pitch_n};
  if (view.planes) return {x, y, channels, frames};
  return {channels, x, y, frames};
}

// The tensor's own cells of a part.
void add_cells(const LoweringContext& context, Load& load, const TensorView& view, const Tile& tile,
               const TilePart& part, Cells ys, Cells xs, Spread spread) {
  if (ys.count == 0 || xs.count == 0) return;
  const auto& region = part.region;
  const Region own{region.n0, region.n1,           ys.first,  ys.first + ys.count,
                   xs.first,  xs.first + xs.count, region.c0, region.c1};
  const auto offset = offset_of(view, own);
  const auto& storage = context.schedule.at(view.storage);
  const bool resident = storage.is_resident();
  const auto src = resident ? relative(static_cast<uint64_t>(offset)) : memory_address(context, view, offset);
  load.source_is_buffer = resident;
  if (resident) load.source_buffer = storage.resident;
  const auto target = part.at + ys.at * tile.pitch_y + xs.at * tile.pitch_x;
  for (auto& copy : strided_copies(src, relative(static_cast<uint64_t>(target)), view.element_size(),
                                   axes_of(view, tile, region, xs.count, ys.count, spread))) {
    load.descriptors.emplace_back(copy);
  }
  const auto extent = extent_of(view, own);
  const auto is_known = [&](const StorageRange& other) {
    return other.begin <= extent.begin && extent.end <= other.end;
  };
  if (!std::any_of(load.reads.begin(), load.reads.end(), is_known)) load.reads.push_back(extent);
}

}  // namespace

Region whole(const Dims& dims) { return {0, dims.n, 0, dims.h, 0, dims.w, 0, dims.c}; }

isa::Address relative(uint64_t offset) { return isa::Address::in(isa::Space::l2, offset); }

isa::Address memory_address(const LoweringContext& context, const TensorView& view, int64_t offset) {
  const auto& storage = context.schedule.at(view.storage);
  return isa::Address::in(storage.space, storage.offset) + offset;
}

StorageRange extent_of(const TensorView& view, const Region& region) {
  const auto y0 = std::clamp<int64_t>(region.y0, 0, view.dims.h),
             y1 = std::clamp<int64_t>(region.y1, 0, view.dims.h);
  if (region.frames() == 1 && !view.planes) {
    const auto base = region.n0 * view.pitch_n();
    return {view.storage, static_cast<uint64_t>(base + y0 * view.pitch_y()),
            static_cast<uint64_t>(base + y1 * view.pitch_y())};
  }
  return {view.storage, static_cast<uint64_t>(region.n0 * view.pitch_n()),
          static_cast<uint64_t>(region.n1 * view.pitch_n())};
}

bool lies_in_l2(const LoweringContext& context, const TensorView& view, const Region& region, Spread spread) {
  return context.schedule.at(view.storage).is_resident() && is_inside(view, region) && spread.y == 1 &&
         spread.x == 1;
}

Tile load_tile(LoweringContext& context, Step& step, const TensorView& view, const Region& region,
               int64_t pad_value, Spread spread) {
  if (lies_in_l2(context, view, region, spread)) {
    const auto tile = tile_in_resident(context, view, region);
    step.uses.push_back(tile.buffer);
    return tile;
  }
  const auto tile = dense_tile(context, view, region);
  load_parts(context, step, view, tile, {{region, 0}}, pad_value, spread);
  return tile;
}

Tile tile_of_parts(LoweringContext& context, const TensorView& view, int64_t frames, int64_t rows,
                   int64_t columns, int64_t channels) {
  return dense_tile(context, view, {0, frames, 0, rows, 0, columns, 0, channels});
}

void load_parts(LoweringContext& context, Step& step, const TensorView& view, const Tile& tile,
                const std::vector<TilePart>& parts, int64_t pad_value, Spread spread) {
  Load load;
  load.buffer = tile.buffer;
  // A queue holds few descriptors: many parts are padded by one fill of the whole tile.
  constexpr size_t kPartsPaddedApart = 4;
  const bool together = parts.size() > kPartsPaddedApart;
  if (together) {
    load.descriptors.push_back(
        fill(view, pad_value, 0, tile.pitch_n, parts[0].region.frames(), tile.pitch_n, 1, 0));
  }
  for (const auto& part : parts) {
    const auto ys = cells_within(part.region.y0, part.region.y1, view.dims.h, spread.y);
    const auto xs = cells_within(part.region.x0, part.region.x1, view.dims.w, spread.x);
    const bool everything = spread.y > 1 || spread.x > 1;
    if (!together) add_padding(load, view, part, tile, pad_value, ys, xs, everything);
    add_cells(context, load, view, tile, part, ys, xs, spread);
  }
  step.uses.push_back(tile.buffer);
  step.loads.push_back(std::move(load));
}

Tile output_tile(LoweringContext& context, Step& step, const TensorView& view, const Region& region) {
  const bool resident = context.schedule.at(view.storage).is_resident();
  const auto tile = resident ? tile_in_resident(context, view, region) : dense_tile(context, view, region);
  step.allocates.push_back(tile.buffer);
  step.uses.push_back(tile.buffer);
  return tile;
}

void store_tile(LoweringContext& context, Step& step, const TensorView& view, const Region& region,
                const Tile& tile) {
  if (context.schedule.at(view.storage).is_resident()) {
    step.writes_directly.push_back(extent_of(view, region));
    return;
  }
  Store store;
  store.buffer = tile.buffer;
  store.descriptors = strided_copies(
      relative(tile.offset), memory_address(context, view, offset_of(view, region)), view.element_size(),
      {{region.channels(), view.element_size(), view.element_size()},
       {region.columns(), tile.pitch_x, view.pitch_x()},
       {region.rows(), tile.pitch_y, view.pitch_y()},
       {region.frames(), tile.pitch_n, view.pitch_n()}});
  store.writes = extent_of(view, region);
  step.stores.push_back(std::move(store));
}

BufferId load_constants(LoweringContext& context, Step& step, uint64_t offset, uint64_t bytes) {
  Load load;
  load.channel = Channel::weights;
  load.buffer = context.schedule.new_buffer(bytes);
  isa::DmaCopy copy;
  copy.src = ddr_address(offset);
  copy.dst = relative(0);
  copy.row_bytes = field(static_cast<int64_t>(bytes), "row_bytes");
  load.descriptors.emplace_back(copy);
  step.uses.push_back(load.buffer);
  step.loads.push_back(load);
  return load.buffer;
}

std::vector<CopyAxis> merge_axes(int64_t element_bytes, std::vector<CopyAxis> axes) {
  std::vector<CopyAxis> merged;
  for (const auto& axis : axes) {
    if (axis.count == 1) continue;
    if (!merged.empty()) {
      auto& inner = merged.back();
      if (axis.src_stride == inner.src_stride * inner.count &&
          axis.dst_stride == inner.dst_stride * inner.count) {
        inner.count *= axis.count;
        continue;
      }
    }
    merged.push_back(axis);
  }
  if (merged.empty()) merged.push_back({1, element_bytes, element_bytes});
  return merged;
}

std::vector<isa::DmaCopy> strided_copies(isa::Address src, isa::Address dst, int64_t element_bytes,
                                         std::vector<CopyAxis> axes) {
  auto merged = merge_axes(element_bytes, std::move(axes));
  isa::DmaCopy copy;
  copy.src = src, copy.dst = dst;
  copy.row_bytes = field(element_bytes, "row_bytes");
  if (merged[0].src_stride == element_bytes && merged[0].dst_stride == element_bytes) {
    copy.row_bytes = field(merged[0].count * element_bytes, "row_bytes");
    merged.erase(merged.begin());
  }
  merged.resize(std::max<size_t>(merged.size(), 3));
  copy.n1 = field(merged[0].count, "n1"), copy.src_stride1 = merged[0].src_stride,
  copy.dst_stride1 = merged[0].dst_stride;
  copy.n2 = field(merged[1].count, "n2"), copy.src_stride2 = merged[1].src_stride,
  copy.dst_stride2 = merged[1].dst_stride;
  copy.n3 = field(merged[2].count, "n3"), copy.src_stride3 = merged[2].src_stride,
  copy.dst_stride3 = merged[2].dst_stride;
  std::vector<isa::DmaCopy> copies;
  const CopyAxis outer = merged.size() > 3 ? merged[3] : CopyAxis{};
  if (merged.size() > 4) throw std::logic_error("strided copy of more than five axes");
  for (int64_t i = 0; i < outer.count; ++i) {
    copies.push_back(copy);
    copies.back().src = copy.src + i * outer.src_stride;
    copies.back().dst = copy.dst + i * outer.dst_stride;
  }
  return copies;
}

}  // namespace mmasim::runtime
