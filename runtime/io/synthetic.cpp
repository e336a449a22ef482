// Philox makes the bits, keyed by seed and by a hash of the name; four 16-bit numbers of them add up to one
// value. Integers until the last multiplication, so that every host gives the same.
#include "runtime/io/synthetic.h"

#include "runtime/io/random_weights.h"

namespace mmasim::runtime {
namespace {

uint64_t hash_of(const std::string& name) {  // FNV-1a
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

// A sum of four uniform numbers of 0..65535 has mean 2 * 65535 and standard deviation 65536 / sqrt(3),
// nearly.
float bell_shaped(uint32_t low, uint32_t high) {
  constexpr float kInverseDeviation = 1.7320508f / 65536.0f;
  const auto sum = static_cast<int32_t>((low & 0xffff) + (low >> 16) + (high & 0xffff) + (high >> 16));
  return static_cast<float>(sum - 2 * 65535) * kInverseDeviation;
}

}  // namespace

FloatTensor synthetic_input(const Shape& shape, uint64_t seed, const std::string& name) {
  const auto low = [](uint64_t word) { return static_cast<uint32_t>(word); };
  const auto high = [](uint64_t word) { return static_cast<uint32_t>(word >> 32); };
  FloatTensor tensor{shape, {}};
  const auto count = static_cast<uint64_t>(element_count(shape));
  const uint64_t stream = hash_of(name);
  tensor.values.reserve(count);
  for (uint64_t block = 0; block < (count + 1) / 2; ++block) {  // 128 bits are good for two values
    const auto bits =
        importing::philox4x32({low(block), high(block), low(stream), high(stream)}, {low(seed), high(seed)});
    tensor.values.push_back(bell_shaped(bits[0], bits[1]));
    if (tensor.values.size() < count) tensor.values.push_back(bell_shaped(bits[2], bits[3]));
  }
  return tensor;
}

}  // namespace mmasim::runtime
