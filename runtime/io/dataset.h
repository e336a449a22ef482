// A folder of images: images.npy (N,C,H,W; uint8 or float32), labels.npy (N integers) if they have labels,
// and an optional dataset.yaml that names these files, calibration samples and the preprocessing. Pixels stay
// as the file has them; a sample is preprocessed when it is asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/io/npy.h"

namespace mmasim::runtime {

// Network input = (pixel * scale - mean[c]) / std[c]: three operations in this order, each rounded to
// binary32.
struct Preprocessing {
  float scale = 1.0f;
  std::vector<float> mean;  // one per channel, one for all, or empty: 0
  std::vector<float> std;   // likewise; empty: 1
};

// Images as in the file, and the preprocessing that makes network inputs of them.
class ImageSet {
 public:
  // Throws UserError unless the array is N,C,H,W of uint8 or float32 with something in it, and the
  // preprocessing fits C.
  ImageSet(NpyArray pixels, Preprocessing preprocessing);

  void keep_first(int64_t count);

  int64_t size() const { return count_; }
  bool has_whole_pixels() const { return pixels_.dtype != "<f4"; }
  Shape sample_shape() const;  // 1, C, H, W
  FloatTensor sample(int64_t index) const { return samples(index, 1); }
  FloatTensor samples(int64_t first, int64_t count) const;  // count, C, H, W

 private:
  NpyArray pixels_;
  Preprocessing preprocessing_;
  int64_t count_ = 0;
};

struct Dataset {
  std::string name;
  ImageSet images;
  std::vector<int64_t> labels;          // one per image, not negative; empty: the folder has none
  std::optional<ImageSet> calibration;  // samples set aside for calibration
  std::string assumption;  // about pixels of whole numbers whose preprocessing nobody has said; else empty

  int64_t size() const { return images.size(); }
  FloatTensor sample(int64_t index) const { return images.sample(index); }
  // What a network is calibrated on: the samples set aside, or else the images.
  const ImageSet& calibration_images() const { return calibration ? *calibration : images; }
};

// limit: at most so many images, 0 for all. Calibration samples are not limited.
Dataset load_dataset(const std::string& folder, int64_t limit = 0);

}  // namespace mmasim::runtime
