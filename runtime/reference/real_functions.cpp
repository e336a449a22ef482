// The functions on reals, one binary32 operation at a time.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/reference/real.h"

namespace mmasim::runtime::reference {

float real_of(int64_t bits) {
  const auto low = static_cast<uint32_t>(bits);
  float value;
  std::memcpy(&value, &low, sizeof value);
  return value;
}

int64_t bits_of(float value) {
  if (std::isnan(value)) return 0x7fc00000;
  int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// A NaN is neither below nor above.
float real_clip(float v, float low, float high) {
  if (v < low) return low;
  return v > high ? high : v;
}

float real_larger(float a, float b) { return b > a ? b : a; }

float real_exponential(float v) {
  if (std::isnan(v)) return v;
  if (v < -87.0f) return 0.0f;
  if (v > 88.0f) return INFINITY;
  const float n = std::nearbyint(v * 1.44269504f);
  const float high = n * 0.693359375f, low = n * -2.12194440e-4f;
  const float r = (v - high) - low;
  float sum = 0;  // Horner's rule from the highest power down
  for (const float coefficient : {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                                  1.6666665459e-1f, 5.0000001201e-1f}) {
    const float scaled = sum * r;
    sum = scaled + coefficient;
  }
  const float square = r * r, tail = sum * square;
  return std::ldexp((tail + r) + 1.0f, static_cast<int>(n));
}

float real_sigmoid(float v) { return 1.0f / (1.0f + real_exponential(-v)); }

int64_t real_quantize(float v, float step, int64_t zero_point, int64_t low, int64_t high) {
  const float quotient = v / step;
  if (std::isnan(quotient)) return std::min(std::max(zero_point, low), high);
  const double level = std::nearbyint(static_cast<double>(quotient)) + static_cast<double>(zero_point);
  if (level <= static_cast<double>(low)) return low;
  return level >= static_cast<double>(high) ? high : static_cast<int64_t>(level);
}

}  // namespace mmasim::runtime::reference
