// A network of one layer in numbers, and what it takes on the models: for sweeps over what layers may be.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "runtime/graph/graph.h"
#include "sim/config/configuration.h"

namespace mmasim::cliffs {

enum class Kind : uint8_t {
  conv,
  conv_transpose,
  gemm,
  max_pool,
  average_pool,
  global_pool,
  resize_nearest,
  resize_bilinear,
  add,
  concat,
  transpose,
  softmax
};

struct Layer {
  Kind kind = Kind::conv;
  int64_t batch = 1, in = 64, out = 64, height = 32, width = 32;
  std::array<int64_t, 2> kernel{1, 1};
  int64_t stride = 1, dilation = 1, groups = 1, pad = 0;
  int64_t factor = 2;  // of a Resize

  std::string text() const;
};

// Without values.
runtime::Graph graph_of(const Layer& layer);
// With, from a seed.
runtime::Graph graph_with_values(const Layer& layer, uint32_t seed);

// A layer may be drawn that is none: its window does not fit, or its result is empty.
bool is_legal(const Layer& layer);

double macs_of(const Layer& layer);
double bytes_of(const Layer& layer);  // of inputs, weights and results, at a byte each

struct Measured {
  std::string refusal;     // empty: it fits
  double cycles = 0;       // but for fixed overheads
  uint64_t ddr_bytes = 0;  // read and written
  std::string rows;        // of the report, each with how it was cut
};

// Lowered only, or timed as well. bits: 8 or 16.
enum class Depth : uint8_t { lowered, timed };
Measured measure(const Layer& layer, const sim::Configuration& config, int bits, Depth depth);

}  // namespace mmasim::cliffs
