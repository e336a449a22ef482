// Tiles: parts of tensors in L2, how they get there and back.
#pragma once

#include <vector>

#include "runtime/lower/tiles/context.h"

namespace mmasim::runtime {

struct Region {  // half open, in elements; y and x may reach outside the tensor where a tile is padded
  int64_t n0 = 0, n1 = 0, y0 = 0, y1 = 0, x0 = 0, x1 = 0, c0 = 0, c1 = 0;
  int64_t frames() const { return n1 - n0; }
  int64_t rows() const { return y1 - y0; }
  int64_t columns() const { return x1 - x0; }
  int64_t channels() const { return c1 - c0; }
  int64_t elements() const { return frames() * rows() * columns() * channels(); }
};
Region whole(const Dims& dims);

struct Tile {
  BufferId buffer{};
  uint64_t offset = 0;  // of the region's first element in the buffer
  int64_t pitch_n = 0, pitch_y = 0, pitch_x = 0;
  int64_t pitch_c = 0;  // of an element, or of a plane where the tensor lies in planes
};

// Zeros between elements: a transposed convolution reads its input spread out by its stride.
struct Spread {
  int64_t y = 1, x = 1;
};

// True if the region can be used where it lies: an L2 resident, no padding, no spread.
bool lies_in_l2(const LoweringContext& context, const TensorView& view, const Region& region,
                Spread spread = {});

// The region of the tensor in L2 when the step computes; cells outside the tensor hold pad_value. Region
// coordinates are those of the spread tensor.
Tile load_tile(LoweringContext& context, Step& step, const TensorView& view, const Region& region,
               int64_t pad_value, Spread spread = {});

// A tile of several parts in one buffer: lines of each pitch_y bytes, all of one step's load.
Tile tile_of_parts(LoweringContext& context, const TensorView& view, int64_t frames, int64_t rows,
                   int64_t columns, int64_t channels);
// Loads the region into the tile, `at` bytes from its beginning. Cells outside the tensor hold pad_value.
struct TilePart {
  Region region;
  int64_t at = 0;
};
void load_parts(LoweringContext& context, Step& step, const TensorView& view, const Tile& tile,
                const std::vector<TilePart>& parts, int64_t pad_value, Spread spread);

// Room for the region; where it is an L2 resident, the tensor itself. Follow with store_tile in the last step
// that writes it.
Tile output_tile(LoweringContext& context, Step& step, const TensorView& view, const Region& region);
void store_tile(LoweringContext& context, Step& step, const TensorView& view, const Region& region,
                const Tile& tile);

// Constants [offset, offset + bytes) of DDR into a new buffer.
BufferId load_constants(LoweringContext& context, Step& step, uint64_t offset, uint64_t bytes);

// One axis of a strided copy, innermost first.
struct CopyAxis {
  int64_t count = 1, src_stride = 0, dst_stride = 0;
};
// Copies as descriptors of contiguous rows and three outer dimensions; axes that run on in both are merged.
std::vector<isa::DmaCopy> strided_copies(isa::Address src, isa::Address dst, int64_t element_bytes,
                                         std::vector<CopyAxis> axes);
std::vector<CopyAxis> merge_axes(int64_t element_bytes, std::vector<CopyAxis> axes);

isa::Address relative(uint64_t offset);  // an L2 address before placement
isa::Address memory_address(const LoweringContext& context, const TensorView& view,
                            int64_t offset);  // in L3 or DDR
StorageRange extent_of(const TensorView& view,
                       const Region& region);  // bounding bytes, clipped to the tensor

}  // namespace mmasim::runtime
