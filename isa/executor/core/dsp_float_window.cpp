// dsp.convolve_f32 and dsp.pool_f32: every real comes from a window of a tile. A convolution keeps the sums
// of a few positions and channels in registers; the order of each sum is that of the definition.
#include <algorithm>
#include <cstdlib>

#include "isa/executor/core/dsp.h"
#include "isa/executor/core/float_rows.h"

namespace mmasim::isa {
namespace {

constexpr size_t kPositions = 4, kChannels = 8;  // whose sums are kept in registers

struct Convolution {
  const DspConvolveF32& i;
  TileSide src, dst;
  const uint8_t* weights;
  const uint8_t* biases;  // or null

  const uint8_t* cell(int64_t y, int64_t x, int64_t ky, int64_t kx) const {
    return src.at(y * i.stride_y + ky * i.dilation_y, x * i.stride_x + kx * i.dilation_x);
  }
  void start(float* sums, uint64_t c, size_t count) const {
    if (biases == nullptr)
      std::fill_n(sums, count, 0.0f);
    else
      load_row(biases + c * sizeof(float), sums, count);
  }
  void finish(float* sums, int64_t y, int64_t x, uint64_t c, size_t count) const {
    clip_row(sums, count, i.low, i.high);
    store_row(sums, dst.at(y, x) + c * sizeof(float), count);
  }
};

// kPositions columns from x on, kChannels channels from c on.
void add_block(const Convolution& of, int64_t y, int64_t x, uint64_t c,
               float (&sums)[kPositions][kChannels]) {
  const uint8_t* row = of.weights + c * sizeof(float);
  for (int64_t ky = 0; ky < of.i.kernel_y; ++ky)
    for (int64_t kx = 0; kx < of.i.kernel_x; ++kx) {
      const uint8_t* cells[kPositions];
      for (size_t p = 0; p < kPositions; ++p) cells[p] = of.cell(y, x + static_cast<int64_t>(p), ky, kx);
      for (uint32_t d = 0; d < of.i.depth; ++d, row += of.i.weight_stride) {
        float weights[kChannels];
        load_row(row, weights, kChannels);
        for (size_t p = 0; p < kPositions; ++p) {
          const auto cell = read_as<float>(cells[p] + d * sizeof(float));
          for (size_t k = 0; k < kChannels; ++k) sums[p][k] = sums[p][k] + cell * weights[k];
        }
      }
    }
}

// One position, up to kChunkElements channels.
void add_row(const Convolution& of, int64_t y, int64_t x, uint64_t c, size_t count, float* sums) {
  const uint8_t* row = of.weights + c * sizeof(float);
  for (int64_t ky = 0; ky < of.i.kernel_y; ++ky)
    for (int64_t kx = 0; kx < of.i.kernel_x; ++kx) {
      const uint8_t* cells = of.cell(y, x, ky, kx);
      for (uint32_t d = 0; d < of.i.depth; ++d, row += of.i.weight_stride) {
        const auto cell = read_as<float>(cells + d * sizeof(float));
        for (size_t k = 0; k < count; ++k) sums[k] = sums[k] + cell * read_as<float>(row + k * sizeof(float));
      }
    }
}

// One position, every channel with its own cells and weights.
void add_own(const Convolution& of, int64_t y, int64_t x, uint64_t c, size_t count, float* sums) {
  const uint8_t* row = of.weights + c * sizeof(float);
  for (int64_t ky = 0; ky < of.i.kernel_y; ++ky)
    for (int64_t kx = 0; kx < of.i.kernel_x; ++kx)
      for (uint32_t d = 0; d < of.i.depth; ++d, row += of.i.weight_stride) {
        const uint8_t* cells = of.cell(y, x, ky, kx) + c * sizeof(float);
        for (size_t k = 0; k < count; ++k)
          sums[k] =
              sums[k] + read_as<float>(cells + k * sizeof(float)) * read_as<float>(row + k * sizeof(float));
      }
}

template <class Add>
void convolve_position(const Convolution& of, int64_t y, int64_t x, uint64_t first, Add&& add) {
  for (uint64_t c = first; c < of.i.channels; c += kChunkElements) {
    const auto count = static_cast<size_t>(std::min<uint64_t>(kChunkElements, of.i.channels - c));
    float sums[kChunkElements];
    of.start(sums, c, count);
    add(of, y, x, c, count, sums);
    of.finish(sums, y, x, c, count);
  }
}

void convolve_block(const Convolution& of, int64_t y, int64_t x) {
  uint64_t c = 0;
  for (; c + kChannels <= of.i.channels; c += kChannels) {
    float sums[kPositions][kChannels];
    for (auto& row : sums) of.start(row, c, kChannels);
    add_block(of, y, x, c, sums);
    for (size_t p = 0; p < kPositions; ++p) of.finish(sums[p], y, x + static_cast<int64_t>(p), c, kChannels);
  }
  for (size_t p = 0; p < kPositions; ++p) convolve_position(of, y, x + static_cast<int64_t>(p), c, add_row);
}

// The sum or the largest of the cells that count, of a chunk of channels.
uint32_t pool_cells(const DspPoolF32& i, const TileSide& src, int64_t y, int64_t x, uint64_t c, size_t count,
                    float* pooled) {
  uint32_t cells = 0;
  std::fill_n(pooled, count, 0.0f);
  for (int64_t ky = 0; ky < i.kernel_y; ++ky)
    for (int64_t kx = 0; kx < i.kernel_x; ++kx) {
      const int64_t row = y * i.stride_y + ky * i.dilation_y, column = x * i.stride_x + kx * i.dilation_x;
      if (row < i.valid_y_begin || row >= i.valid_y_end || column < i.valid_x_begin ||
          column >= i.valid_x_end)
        continue;
      float cell[kChunkElements];
      load_row(src.at(row, column) + c * sizeof(float), cell, count);
      if (i.pool == FloatPool::average)
        for (size_t k = 0; k < count; ++k) pooled[k] = pooled[k] + cell[k];
      else if (cells == 0)
        std::copy_n(cell, count, pooled);
      else
        for (size_t k = 0; k < count; ++k) pooled[k] = maximum(pooled[k], cell[k]);
      ++cells;
    }
  return cells;
}

}  // namespace

void execute(const DspConvolveF32& i, const StageSet&, Worker&, const MemoryView& memory) {
  const Convolution of = {i, source_side(i, Element::f32, memory), result_side(i, Element::f32, memory),
                          memory.at(i.weights), i.biases.is_none() ? nullptr : memory.at(i.biases)};
  // Blocks write channels before positions, so that positions of the result must lie apart.
  const bool lies_apart = std::abs(int64_t{i.dst_x_stride}) >= int64_t{i.channels} * 4;
  for (int64_t y = 0; y < i.count_y; ++y) {
    int64_t x = 0;
    if (i.per_channel == 0 && lies_apart)
      for (; x + static_cast<int64_t>(kPositions) <= i.count_x; x += kPositions) convolve_block(of, y, x);
    for (; x < i.count_x; ++x) convolve_position(of, y, x, 0, i.per_channel ? add_own : add_row);
  }
}

void execute(const DspPoolF32& i, const StageSet&, Worker&, const MemoryView& memory) {
  const TileSide src = source_side(i, Element::f32, memory), dst = result_side(i, Element::f32, memory);
  for_each_chunk(extent_of(i), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    float pooled[kChunkElements];
    const uint32_t cells = pool_cells(i, src, y, x, c, count, pooled);
    if (i.pool == FloatPool::average && cells != 0) {
      const auto divisor = static_cast<float>(i.divisor == 0 ? cells : i.divisor);
      for (size_t k = 0; k < count; ++k) pooled[k] = pooled[k] / divisor;
    }
    clip_row(pooled, count, i.low, i.high);
    store_row(pooled, dst.at(y, x) + c * sizeof(float), count);
  });
}

}  // namespace mmasim::isa
