// Labelled images that need no download: each class is a pattern of 4 x 4 coloured fields, each image the
// pattern of its class under noise on the fields, which makes classes hard to tell apart, and on the pixels.
// All random numbers come from a counter, so that image i of a stream is the same on every host. Knows no
// network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mmasim::tests::dscnn {

inline constexpr int64_t kClasses = 10, kColours = 3, kImageSide = 16;

struct PatternChoice {
  uint64_t seed = 1;
  // deviations; that of a pattern's fields is 1
  double field_noise = 0.3, pixel_noise = 0.5;
};

struct LabelledImages {
  std::vector<uint8_t> pixels;  // N, C, H, W
  std::vector<int64_t> labels;  // i mod 10: classes are equally frequent

  int64_t size() const { return static_cast<int64_t>(labels.size()); }
};

// stream: "training", "test", ...: other noise on the same patterns
LabelledImages pattern_images(const PatternChoice& choice, const std::string& stream, int64_t count);

}  // namespace mmasim::tests::dscnn
