// Weights for a topology: normally distributed numbers that depend on seed, weight name and position alone,
// so on no host and no order. Philox4x32-10 (Salmon et al., 2011) makes the bits, the Box-Muller transform
// the numbers; logarithm, sine and cosine are polynomials, since those of a host's library may differ in the
// last bit.
#include "runtime/io/random_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace mmasim::runtime {
namespace importing {
namespace {

constexpr size_t kBatch = 512;  // numbers made at a time, so that loops over them vectorize

// ln of (word + 1/2) / 2^32. The fraction is brought to [sqrt(1/2), sqrt(2)); ln m = 2 artanh((m - 1) / (m +
// 1)).
double log_of_uniform(uint32_t word) {
  const double value = (static_cast<double>(word) + 0.5) * 0x1p-32;
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint64_t shifted = bits - 0x3fe6a09e00000000;  // bits of sqrt(1/2), less those of its fraction's tail
  const auto exponent = static_cast<int64_t>(shifted) >> 52;
  bits -= static_cast<uint64_t>(exponent) << 52;
  double m;
  std::memcpy(&m, &bits, sizeof m);
  const double s = (m - 1.0) / (m + 1.0), t = s * s;  // t < 0.0295
  const double series =
      ((((((((1.0 / 17) * t + 1.0 / 15) * t + 1.0 / 13) * t + 1.0 / 11) * t + 1.0 / 9) * t + 1.0 / 7) * t +
        1.0 / 5) *
           t +
       1.0 / 3) *
          t +
      1.0;
  return 0.693147180559945309417 * static_cast<double>(exponent) + 2.0 * s * series;
}

struct SinCos {
  double sine, cosine;
};

// Of a whole turn in 2^32 steps: two bits choose the quarter, the rest an angle within 45 degrees of its
// middle.
SinCos sin_cos_of_turn(uint32_t word) {
  const double angle =
      ((static_cast<double>(word & 0x3fffffffu) + 0.5) * 0x1p-30 - 0.5) * 1.57079632679489661923;
  const double t = angle * angle;  // Taylor series: t < 0.617, so the terms left out are below 2^-44
  const double sine =
      angle *
      ((((((-1.0 / 39916800) * t + 1.0 / 362880) * t - 1.0 / 5040) * t + 1.0 / 120) * t - 1.0 / 6) * t + 1.0);
  const double cosine =
      ((((((1.0 / 479001600) * t - 1.0 / 3628800) * t + 1.0 / 40320) * t - 1.0 / 720) * t + 1.0 / 24) * t -
       0.5) *
          t +
      1.0;
  const bool turned = word >> 30 & 1;
  const double sign = word >> 31 ? -1.0 : 1.0;
  return turned ? SinCos{sign * cosine, -sign * sine} : SinCos{sign * sine, sign * cosine};
}

uint64_t hash_of(const std::string& name) {  // FNV-1a
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char letter : name) hash = (hash ^ letter) * 0x100000001b3;
  return hash;
}

void fill_normal(std::vector<float>& values, uint64_t seed, uint64_t stream, double deviation) {
  const std::array<uint32_t, 2> key{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  const auto stream_low = static_cast<uint32_t>(stream), stream_high = static_cast<uint32_t>(stream >> 32);
  uint32_t words[kBatch];
  float numbers[kBatch];
  for (size_t done = 0; done < values.size(); done += kBatch) {
    for (size_t i = 0; i < kBatch; i += 4) {
      const uint64_t block = (done + i) / 4;
      const auto out = philox4x32(
          {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), stream_low, stream_high}, key);
      std::copy(out.begin(), out.end(), words + i);
    }
    for (size_t i = 0; i < kBatch; i += 2) {
      const double radius = deviation * std::sqrt(-2.0 * log_of_uniform(words[i]));
      const SinCos turn = sin_cos_of_turn(words[i + 1]);
      numbers[i] = static_cast<float>(radius * turn.cosine);
      numbers[i + 1] = static_cast<float>(radius * turn.sine);
    }
    std::copy_n(numbers, std::min(kBatch, values.size() - done),
                values.begin() + static_cast<std::ptrdiff_t>(done));
  }
}

}  // namespace

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t left = uint64_t{0xD2511F53} * counter[0], right = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(right >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(right),
               static_cast<uint32_t>(left >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(left)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

}  // namespace importing

namespace {

// Weights of one name are one tensor, whichever operators use it.
class RandomWeights {
 public:
  explicit RandomWeights(uint64_t seed) : seed_(seed) {}

  void fill(Weights& weights, size_t output_channel_axis) {
    if (weights.values) return;
    std::shared_ptr<const std::vector<float>>& made = made_[weights.name];
    const auto elements = static_cast<size_t>(element_count(weights.shape));
    if (!made || made->size() != elements) {
      double fan_in = 1;
      for (size_t d = 0; d < weights.shape.size(); ++d) {
        if (d != output_channel_axis) fan_in *= static_cast<double>(weights.shape[d]);
      }
      auto values = std::make_shared<std::vector<float>>(elements);
      importing::fill_normal(*values, seed_, importing::hash_of(weights.name), std::sqrt(2.0 / fan_in));
      made = std::move(values);
    }
    weights.values = made;
  }

 private:
  uint64_t seed_;
  std::map<std::string, std::shared_ptr<const std::vector<float>>> made_;
};

bool lacks_values(const Node& node) {
  if (const auto* conv = std::get_if<Conv>(&node.op)) return !conv->weights.values;
  if (const auto* conv = std::get_if<ConvTranspose>(&node.op)) return !conv->weights.values;
  if (const auto* gemm = std::get_if<Gemm>(&node.op)) return !gemm->weights.values;
  if (const auto* norm = std::get_if<BatchNorm>(&node.op)) return norm->scale.empty();
  if (const auto* prelu = std::get_if<Prelu>(&node.op)) return prelu->slopes.empty();
  return false;
}

}  // namespace

void fill_random_weights(Graph& graph, uint64_t seed) {
  RandomWeights random(seed);
  for (Node& node : graph.nodes) {
    if (auto* conv = std::get_if<Conv>(&node.op)) random.fill(conv->weights, 0);
    if (auto* conv = std::get_if<ConvTranspose>(&node.op)) random.fill(conv->weights, 1);
    if (auto* gemm = std::get_if<Gemm>(&node.op)) random.fill(gemm->weights, 0);
    if (auto* norm = std::get_if<BatchNorm>(&node.op); norm && norm->scale.empty()) {
      norm->scale.assign(norm->channels, 1.0);
      norm->shift.assign(norm->channels, 0.0);
    }
    if (auto* prelu = std::get_if<Prelu>(&node.op); prelu && prelu->slopes.empty()) {
      prelu->slopes.assign(std::max<int64_t>(1, prelu->channels), kUndeclaredSlope);
    }
  }
}

bool has_missing_weights(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), lacks_values);
}

}  // namespace mmasim::runtime
