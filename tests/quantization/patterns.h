// Labelled images that need no download: each class is a pattern of 4 x 4 coloured fields, each image the
// pattern of its class under noise on fields and pixels. Some images can be given a wrong label: a difficulty
// that no network overcomes, while patterns stay far apart. All random numbers come from a counter, so that
// image i of a stream is the same on every host. Knows no network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mmasim::tests::dscnn {

inline constexpr int64_t kClasses = 10, kColours = 3, kImageSide = 16;

struct PatternChoice {
  uint64_t seed = 1;
  // deviations; that of a pattern's fields is 1
  double field_noise = 0.15, pixel_noise = 0.3;
};

struct LabelledImages {
  std::vector<uint8_t> pixels;  // N, C, H, W
  std::vector<int64_t> labels;  // i mod 10, unless it is wrong: classes are equally frequent

  int64_t size() const { return static_cast<int64_t>(labels.size()); }
};

enum class Labels : uint8_t { right, two_of_nine_wrong };

// stream: "training", "test", ...: other noise on the same patterns
LabelledImages pattern_images(const PatternChoice& choice, const std::string& stream, int64_t count,
                              Labels labels = Labels::right);

}  // namespace mmasim::tests::dscnn
