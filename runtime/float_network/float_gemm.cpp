// Fully connected layers of the float run: lanes are output channels, so that one row keeps the vectors full.
#include <algorithm>
#include <stdexcept>

#include "isa/kit/parallel.h"
#include "runtime/float_network/float_step.h"
#include "runtime/float_network/float_tile.h"

namespace mmasim::runtime::quantization {

namespace {

constexpr int64_t kDepthBlock = 512;  // a panel of 64 KB

int64_t blocks(int64_t count, int64_t block) { return (count + block - 1) / block; }

// packed[block of 8 rows][k][8], missing rows zero
std::vector<float> pack_rows(const GemmOperands& g) {
  std::vector<float> packed(static_cast<size_t>(blocks(g.row_count, kTileRows) * kTileRows * g.depth), 0.0f);
  for (int64_t row = 0; row < g.row_count; ++row) {
    float* const target = packed.data() + row / kTileRows * kTileRows * g.depth + row % kTileRows;
    for (int64_t k = 0; k < g.depth; ++k) target[k * kTileRows] = g.rows[row * g.depth + k];
  }
  return packed;
}

// lanes[k][32] of the channels from first_channel on, for k in [first_k, first_k + depth)
void pack_lanes(const GemmOperands& g, int64_t first_channel, int64_t first_k, int64_t depth, float* lanes) {
  const int64_t count = std::min(kTileLanes, g.channels - first_channel);
  const float* const weights = values_of(g.weights);
  for (int64_t lane = 0; lane < count; ++lane) {
    const float* const source = weights + (first_channel + lane) * g.depth + first_k;
    if (g.weight_scale.empty()) {
      for (int64_t k = 0; k < depth; ++k) lanes[k * kTileLanes + lane] = source[k];
    } else {
      for (int64_t k = 0; k < depth; ++k) {
        lanes[k * kTileLanes + lane] = effective(source[k], g.weight_scale, first_channel + lane);
      }
    }
  }
}

void multiply_lanes(const GemmOperands& g, const std::vector<float>& packed_rows, int64_t first_channel,
                    float* y) {
  const int64_t row_blocks = blocks(g.row_count, kTileRows);
  const int64_t count = std::min(kTileLanes, g.channels - first_channel);
  std::vector<float> tiles(static_cast<size_t>(row_blocks * kTileRows * kTileLanes), 0.0f);
  for (int64_t row = 0; row < row_blocks * kTileRows; ++row) {
    for (int64_t lane = 0; lane < count; ++lane) {
      tiles[static_cast<size_t>(row * kTileLanes + lane)] = bias_of(g.bias, first_channel + lane);
    }
  }
  std::vector<float> lanes(static_cast<size_t>(kDepthBlock * kTileLanes), 0.0f);
  for (int64_t k = 0; k < g.depth; k += kDepthBlock) {
    const int64_t depth = std::min(kDepthBlock, g.depth - k);
    pack_lanes(g, first_channel, k, depth, lanes.data());
    for (int64_t block = 0; block < row_blocks; ++block) {
      const float* const rows = packed_rows.data() + (block * g.depth + k) * kTileRows;
      accumulate_tile(rows, lanes.data(), depth, tiles.data() + block * kTileRows * kTileLanes);
    }
  }
  for (int64_t row = 0; row < g.row_count; ++row) {
    const float* const source = tiles.data() + row * kTileLanes;
    std::copy(source, source + count, y + row * g.channels + first_channel);
  }
}

}  // namespace

void multiply(const GemmOperands& operands, unsigned threads, float* y) {
  const std::vector<float> packed_rows = pack_rows(operands);
  parallel_for(threads, blocks(operands.channels, kTileLanes),
               [&](int64_t block) { multiply_lanes(operands, packed_rows, block * kTileLanes, y); });
}

const float* values_of(const Weights& weights) {
  if (!weights.values) throw std::logic_error("weights '" + weights.name + "' have no values to run with");
  return weights.values->data();
}

void evaluate(const Gemm& gemm, const FloatStep& step) {
  const int64_t channels = gemm.weights.shape.at(0), depth = gemm.weights.shape.at(1);
  const int64_t rows = depth == 0 ? 0 : static_cast<int64_t>(step.x[0]->values.size()) / depth;
  multiply({step.x[0]->values.data(), rows, depth, channels, gemm.weights, gemm.weight_scale, gemm.bias},
           step.threads, step.y.values.data());
}

}  // namespace mmasim::runtime::quantization
