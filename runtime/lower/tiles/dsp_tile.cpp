#include "runtime/lower/tiles/dsp_tile.h"

#include <algorithm>

#include "runtime/lower/schedule/emitter.h"

namespace mmasim::runtime {

namespace {

struct Size {
  int64_t rows, columns, channels;
};

// Small maps are one tile; larger ones at least four, so that the first transfer is a small part.
constexpr int64_t kTilesToOverlap = 4;
constexpr uint64_t kWorthOverlapping = 32 * 1024;

}  // namespace

std::vector<Region> cut_regions(const Dims& dims, const std::function<uint64_t(const Region&)>& need,
                                uint64_t budget_bytes) {
  const auto fits = [&](const Size& size, uint64_t copies) {
    // The worst is a region away from the borders: it has its whole halo. Position 0 stands for all.
    return copies * need({0, 1, 0, size.rows, 0, size.columns, 0, size.channels}) <= budget_bytes;
  };
  Size size{dims.h, dims.w, dims.c};
  const auto shrink = [&](int64_t Size::*member, uint64_t copies) {
    while (!fits(size, copies) && size.*member > 1) size.*member = (size.*member + 1) / 2;
  };
  for (const uint64_t copies : {2, 1}) {
    size = {dims.h, dims.w, dims.c};
    shrink(&Size::rows, copies);
    shrink(&Size::columns, copies);
    shrink(&Size::channels, copies);
    if (fits(size, copies)) break;
  }
  if (!fits(size, 1)) throw OutOfScratchpad("one position of one channel does not fit into L2");
  if (need({0, 1, 0, size.rows, 0, size.columns, 0, size.channels}) > kWorthOverlapping) {
    if (dims.h > 1)
      size.rows = std::min(size.rows, std::max<int64_t>(1, dims.h / kTilesToOverlap));
    else
      size.columns = std::min(size.columns, std::max<int64_t>(1, dims.w / kTilesToOverlap));
  }
  std::vector<Region> regions;
  for (int64_t n = 0; n < dims.n; ++n) {
    for (int64_t y = 0; y < dims.h; y += size.rows) {
      for (int64_t x = 0; x < dims.w; x += size.columns) {
        for (int64_t c = 0; c < dims.c; c += size.channels) {
          regions.push_back({n, n + 1, y, std::min(y + size.rows, dims.h), x,
                             std::min(x + size.columns, dims.w), c, std::min(c + size.channels, dims.c)});
        }
      }
    }
  }
  return regions;
}

}  // namespace mmasim::runtime
