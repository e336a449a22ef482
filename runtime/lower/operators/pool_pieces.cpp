#include "runtime/lower/operators/pool_pieces.h"

#include <algorithm>
#include <limits>

#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/tiles/dsp_tile.h"
#include "runtime/lower/tiles/windows.h"

namespace mmasim::runtime {

namespace {

struct Taps {  // of a window along one axis
  int64_t begin = 0, end = 0;
  int64_t count() const { return end - begin; }
};

struct Piece {
  Taps y, x;
  int64_t c0 = 0, c1 = 0;
};

// The taps of the window at `start` that lie on cells of the map; one in the padding where none does.
Taps taps_inside(int64_t start, int64_t kernel, int64_t dilation, int64_t size) {
  const auto begin = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
  const auto end = start >= size ? 0 : std::min(kernel, (size - 1 - start) / dilation + 1);
  return begin < end ? Taps{begin, end} : Taps{0, 1};
}

// Cells of [begin, end) that lie in [first, last).
int64_t cells_inside(int64_t begin, int64_t end, int64_t first, int64_t last) {
  return std::max<int64_t>(0, std::min(end, last) - std::max(begin, first));
}

// How many taps and channels a piece has: whole lines of all channels where they fit, or else fewer channels,
// then a part of a line.
struct PieceSize {
  int64_t rows = 1, columns = 1, channels = 1;
};

PieceSize piece_size(const PoolPieces& pool, uint64_t budget_bytes) {
  const auto& w = pool.window;
  const auto e = pool.in.element_size();
  // A piece exists twice, so that its transfer runs beside compute; of the partial results two per channel.
  const auto bytes = [&](const PieceSize& size) {
    const auto lines = (size.rows - 1) * w.dilation[0] + 1, cells = (size.columns - 1) * w.dilation[1] + 1;
    return static_cast<uint64_t>(size.channels * (2 * lines * cells * e + 2 * 8 + pool.out.element_size())) +
           4096;
  };
  const auto shrink = [&](PieceSize& size, int64_t PieceSize::*member, int64_t least) {
    while (bytes(size) > budget_bytes && size.*member > least)
      size.*member = std::max(least, (size.*member + 1) / 2);
  };
  constexpr int64_t kFewestChannels = 64;  // of a piece with whole lines: runs of memory worth a transfer
  PieceSize size{std::min(w.kernel[0], kLongestWindow), std::min(w.kernel[1], kLongestWindow),
                 pool.in.dims.c};
  shrink(size, &PieceSize::rows, 1);
  shrink(size, &PieceSize::channels, std::min(kFewestChannels, pool.in.dims.c));
  shrink(size, &PieceSize::columns, 1);
  shrink(size, &PieceSize::channels, 1);
  if (bytes(size) > budget_bytes) throw OutOfScratchpad("one cell of one channel does not fit into L2");
  return size;
}

// One result position: `combine` and `finish` see partial results as a tile of two lines and one column.
template <class Instruction>
class PositionSteps {
 public:
  PositionSteps(LoweringContext& context, uint32_t row, const PoolPieces& pool, const PieceSize& size,
                isa::Element partial)
      : context_(context), row_(row), pool_(pool), size_(size), partial_(partial) {}

  // first: of a piece of features; then: of two partial results, into one; last: into the result.
  void add(const Region& position, const Instruction& first, const Instruction& then,
           const Instruction& last) {
    const auto pieces = cut(position);
    const auto channels = position.channels(), slot = channels * element_bytes();
    const auto partials = context_.schedule.new_buffer(static_cast<uint64_t>(2 * slot));
    for (size_t p = 0; p < pieces.size(); ++p) {
      auto& step = context_.schedule.new_step(row_);
      if (p == 0) step.allocates.push_back(partials);
      step.uses.push_back(partials);
      const auto in = load_tile(context_, step, pool_.in, source(position, pieces[p]), pool_.pad_value);
      const bool is_last = p + 1 == pieces.size();
      const auto out = is_last ? output_tile(context_, step, pool_.out, position) : Tile{};
      step.compute = [=, pool = pool_, partial_bytes = element_bytes(),
                      piece = pieces[p]](StepEmitter& emit) {
        const auto at = [&](int64_t line) {
          return emit.address(partials, static_cast<uint64_t>(line * slot));
        };
        auto work = first;
        set_tile(work, 1, 1, channels);
        set_source(work, emit.address(in.buffer, in.offset), in);
        work.dst = at(p == 0 ? 0 : 1);
        work.dst_x_stride = field(partial_bytes, "dst_x_stride"),
        work.dst_y_stride = field(slot, "dst_y_stride");
        set_window(work, piece.y.count(), piece.x.count(), pool.window.dilation);
        emit.issue(work);
        if (p == 0 && !is_last) return;
        auto both = is_last ? last : then;
        set_tile(both, 1, 1, channels);
        both.src = at(0);
        both.src_y_stride = field(slot, "src_y_stride"),
        both.src_x_stride = field(partial_bytes, "src_x_stride");
        set_window(both, p == 0 ? 1 : 2, 1, {1, 1});
        if (is_last) {
          set_destination(both, emit.address(out.buffer, out.offset), out);
        } else {
          both.dst = at(0);
          both.dst_y_stride = both.src_y_stride, both.dst_x_stride = both.src_x_stride;
        }
        emit.issue(both);
      };
      if (is_last) store_tile(context_, step, pool_.out, position, out);
    }
  }

  // Regions of one position and as many channels as a piece has.
  std::vector<Region> positions() const {
    std::vector<Region> regions;
    const auto& dims = pool_.out.dims;
    for (int64_t n = 0; n < dims.n; ++n)
      for (int64_t y = 0; y < dims.h; ++y)
        for (int64_t x = 0; x < dims.w; ++x)
          for (int64_t c = 0; c < dims.c; c += size_.channels)
            regions.push_back({n, n + 1, y, y + 1, x, x + 1, c, std::min(c + size_.channels, dims.c)});
    return regions;
  }

 private:
  int64_t element_bytes() const { return isa::element_bytes(partial_); }

  static void set_window(isa::DspPoolMax& work, int64_t rows, int64_t columns,
                         const std::array<int64_t, 2>& dilation) {
    work.kernel_y = field(rows, "kernel_y"), work.kernel_x = field(columns, "kernel_x");
    work.dilation_y = rows == 1 ? uint16_t{1} : field(dilation[0], "dilation_y");
    work.dilation_x = columns == 1 ? uint16_t{1} : field(dilation[1], "dilation_x");
  }
  // All cells count, unless the instruction says that none does.
  static void set_window(isa::DspPoolAverage& work, int64_t rows, int64_t columns,
                         const std::array<int64_t, 2>& dilation) {
    work.kernel_y = field(rows, "kernel_y"), work.kernel_x = field(columns, "kernel_x");
    if (rows > 1) work.src_y_stride = field(dilation[0] * work.src_y_stride, "src_y_stride");
    if (columns > 1) work.src_x_stride = field(dilation[1] * work.src_x_stride, "src_x_stride");
    work.valid_x_end = field(columns, "valid_x_end");
    if (work.valid_y_begin == 0) work.valid_y_end = field(rows, "valid_y_end");
  }

  int64_t top(const Region& position) const {
    return position.y0 * pool_.window.stride[0] - pool_.window.pad[0];
  }
  int64_t left(const Region& position) const {
    return position.x0 * pool_.window.stride[1] - pool_.window.pad[1];
  }

  std::vector<Piece> cut(const Region& position) const {
    const auto& w = pool_.window;
    const auto ys = taps_inside(top(position), w.kernel[0], w.dilation[0], pool_.in.dims.h);
    const auto xs = taps_inside(left(position), w.kernel[1], w.dilation[1], pool_.in.dims.w);
    std::vector<Piece> pieces;
    for (auto y = ys.begin; y < ys.end; y += size_.rows)
      for (auto x = xs.begin; x < xs.end; x += size_.columns)
        pieces.push_back({{y, std::min(y + size_.rows, ys.end)}, {x, std::min(x + size_.columns, xs.end)}});
    return pieces;
  }

  Region source(const Region& position, const Piece& piece) const {
    const auto& w = pool_.window;
    auto region = position;
    region.y0 = top(position) + piece.y.begin * w.dilation[0];
    region.y1 = region.y0 + (piece.y.count() - 1) * w.dilation[0] + 1;
    region.x0 = left(position) + piece.x.begin * w.dilation[1];
    region.x1 = region.x0 + (piece.x.count() - 1) * w.dilation[1] + 1;
    return region;
  }

  LoweringContext& context_;
  const uint32_t row_;
  const PoolPieces& pool_;
  const PieceSize size_;
  const isa::Element partial_;
};

// A sum as it is. 2^30 cells of 33 bits at most: no sum leaves 64 bits.
isa::DspPoolAverage whole_sum(isa::Element from) {
  isa::DspPoolAverage sum;
  sum.src_type = from, sum.dst_type = isa::Element::s64;
  sum.reciprocal = 1;
  sum.clip_min = std::numeric_limits<int64_t>::min(), sum.clip_max = std::numeric_limits<int64_t>::max();
  return sum;
}

// Cells that the average of a position divides by.
int64_t counted_cells(const PoolPieces& pool, const Region& position) {
  const auto& w = pool.window;
  const auto along = [&](int axis, int64_t at, int64_t size) {
    const auto start = at * w.stride[axis] - w.pad[axis];
    const auto before = pool.count_padding ? w.pad[axis] : 0,
               behind = pool.count_padding ? w.pad[axis + 2] : 0;
    return cells_inside(start, start + w.kernel[axis], -before, size + behind);
  };
  return along(0, position.y0, pool.in.dims.h) * along(1, position.x0, pool.in.dims.w);
}

}  // namespace

void add_max_pieces(LoweringContext& context, NodeId id, uint32_t row, const PoolPieces& pool) {
  const auto size = piece_size(pool, context.tile_budget_bytes(id));
  isa::DspPoolMax largest;
  largest.type = pool.in.element;
  PositionSteps<isa::DspPoolMax> steps(context, row, pool, size, pool.in.element);
  for (const auto& position : steps.positions()) steps.add(position, largest, largest, largest);
}

void add_average_pieces(LoweringContext& context, NodeId id, uint32_t row, const PoolPieces& pool) {
  const auto& plan = std::get<PoolPlan>(context.plan.nodes[id]);
  const auto size = piece_size(pool, context.tile_budget_bytes(id));
  auto first = whole_sum(pool.in.element);
  first.src_zero = pool.pad_value;
  const auto then = whole_sum(isa::Element::s64);
  isa::DspPoolAverage last;
  last.src_type = isa::Element::s64, last.dst_type = pool.out.element;
  set_finish(last, plan.requant, context.has_values());
  PositionSteps<isa::DspPoolAverage> steps(context, row, pool, size, isa::Element::s64);
  for (const auto& position : steps.positions()) {
    const auto cells = counted_cells(pool, position);
    auto average = last;
    if (cells == 0) average.valid_y_begin = average.valid_y_end = 1;  // none counts: dst_zero
    if (context.has_values() && cells > 0) {
      const auto entries = plan.reciprocals.size();
      average.reciprocal = plan.reciprocals.at(entries == 1 ? 0 : static_cast<size_t>(cells - 1));
    }
    steps.add(position, first, then, average);
  }
}

}  // namespace mmasim::runtime
