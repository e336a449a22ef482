#include "runtime/lower/tiles/dsp_tile.h"

#include <algorithm>
#include <optional>

#include "runtime/lower/schedule/emitter.h"

namespace mmasim::runtime {

namespace {

struct Size {
  int64_t rows, columns, channels;
};

// Small maps are one tile; larger ones at least four, so that the first transfer is a small part.
constexpr int64_t kTilesToOverlap = 4;
constexpr uint64_t kWorthOverlapping = 32 * 1024;

// Regions away from the borders have their whole halo, so they are the worst; position 0 stands for all.
class Cutter {
 public:
  Cutter(const Dims& dims, const std::function<uint64_t(const Region&)>& need, uint64_t budget_bytes)
      : dims_(dims), need_(need), budget_bytes_(budget_bytes) {}

  // Whole lines and all channels where they fit twice; fewer channels where that moves far fewer bytes.
  Size run() const {
    const auto lines_first = cut_lines(dims_.c);
    auto best = lines_first;
    constexpr double kMuchBetter = 0.6;
    double least = lines_first ? kMuchBetter * moved_bytes(*lines_first) : 0;
    for (int64_t channels = kRunChannels; channels < dims_.c; channels *= 2) {
      const auto size = cut_lines(channels);
      if (!size || size->channels < channels) continue;
      if (best && moved_bytes(*size) >= least) continue;
      best = size, least = moved_bytes(*size);
    }
    if (!best) throw OutOfScratchpad("one position of one channel does not fit into L2");
    if (bytes(*best) > kWorthOverlapping) {
      if (dims_.h > 1)
        best->rows = std::min(best->rows, std::max<int64_t>(1, dims_.h / kTilesToOverlap));
      else
        best->columns = std::min(best->columns, std::max<int64_t>(1, dims_.w / kTilesToOverlap));
    }
    return *best;
  }

 private:
  static constexpr int64_t kRunChannels = 64;  // that make a run of memory worth a transfer

  uint64_t bytes(const Size& size) const {
    return need_({0, 1, 0, size.rows, 0, size.columns, 0, size.channels});
  }

  std::optional<Size> cut_lines(int64_t channels) const {
    for (const uint64_t copies : {2, 1}) {
      Size size{dims_.h, dims_.w, channels};
      for (auto member : {&Size::rows, &Size::columns, &Size::channels}) {
        while (copies * bytes(size) > budget_bytes_ && size.*member > 1)
          size.*member = (size.*member + 1) / 2;
      }
      if (copies * bytes(size) <= budget_bytes_) return size;
    }
    return std::nullopt;
  }

  // Of all tiles; short runs of memory cost as much as long ones, and so does each tile.
  double moved_bytes(const Size& size) const {
    constexpr double kTileBytes = 16 * 1024;
    const auto parts = [](int64_t whole, int64_t part) {
      return static_cast<double>((whole + part - 1) / part);
    };
    const auto run = size.channels < dims_.c && size.channels < kRunChannels
                         ? static_cast<double>(kRunChannels) / static_cast<double>(size.channels)
                         : 1.0;
    return parts(dims_.h, size.rows) * parts(dims_.w, size.columns) * parts(dims_.c, size.channels) *
           (static_cast<double>(bytes(size)) * run + kTileBytes);
  }

  const Dims& dims_;
  const std::function<uint64_t(const Region&)>& need_;
  const uint64_t budget_bytes_;
};

}  // namespace

std::vector<Region> cut_regions(const Dims& dims, const std::function<uint64_t(const Region&)>& need,
                                uint64_t budget_bytes) {
  const auto size = Cutter(dims, need, budget_bytes).run();
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
