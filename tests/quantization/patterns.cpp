#include "tests/quantization/patterns.h"

#include <algorithm>
#include <cmath>

#include "runtime/io/synthetic.h"

namespace mmasim::tests::dscnn {
namespace {

constexpr int64_t kFields = 4, kFieldSide = kImageSide / kFields,
                  kFieldsPerImage = kColours * kFields * kFields;
constexpr double kPixelMean = 128, kPixelDeviation = 40;

// Of pixel (colour, row, column): the field that it lies in.
int64_t field_of(int64_t pixel) {
  const int64_t column = pixel % kImageSide, row = pixel / kImageSide % kImageSide;
  const int64_t colour = pixel / (kImageSide * kImageSide);
  return (colour * kFields + row / kFieldSide) * kFields + column / kFieldSide;
}

double drawn(const runtime::FloatTensor& values, int64_t index) {
  return static_cast<double>(values.values[static_cast<size_t>(index)]);
}

// Of the tens of images two in nine are wrong, by 1 to 9 in turn.
int64_t label_of(int64_t image) {
  const int64_t ten = image / kClasses;
  const bool is_wrong = ten % 9 == 2 || ten % 9 == 6;
  return (image + (is_wrong ? 1 + image % 9 : 0)) % kClasses;
}

}  // namespace

LabelledImages pattern_images(const PatternChoice& choice, const std::string& stream, int64_t count,
                              Labels labels) {
  constexpr int64_t kPixels = kColours * kImageSide * kImageSide;
  const auto patterns = runtime::synthetic_input({kClasses * kFieldsPerImage}, choice.seed, "patterns");
  const auto fields = runtime::synthetic_input({count * kFieldsPerImage}, choice.seed, stream + " fields");
  const auto noise = runtime::synthetic_input({count * kPixels}, choice.seed, stream + " pixels");
  const double gain = kPixelDeviation / std::sqrt(1 + choice.field_noise * choice.field_noise);
  LabelledImages images;
  images.pixels.reserve(static_cast<size_t>(count * kPixels));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t label = i % kClasses;
    images.labels.push_back(labels == Labels::right ? label : label_of(i));
    for (int64_t pixel = 0; pixel < kPixels; ++pixel) {
      const double value = drawn(patterns, label * kFieldsPerImage + field_of(pixel)) +
                           choice.field_noise * drawn(fields, i * kFieldsPerImage + field_of(pixel)) +
                           choice.pixel_noise * drawn(noise, i * kPixels + pixel);
      const double level = std::floor(kPixelMean + gain * value + 0.5);
      images.pixels.push_back(static_cast<uint8_t>(std::clamp(level, 0.0, 255.0)));
    }
  }
  return images;
}

}  // namespace mmasim::tests::dscnn
