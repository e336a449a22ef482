// Loads a dataset folder and turns pixels into network inputs. What dataset.yaml may say is read in
// dataset_description.cpp.
#include "runtime/io/dataset.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "runtime/io/dataset_description.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace {

void check_pixels(const NpyArray& pixels) {
  if (pixels.shape.size() != 4) {
    throw UserError(pixels.source + ": images of rank " + std::to_string(pixels.shape.size()) +
                    "; expected 4: N, C, H, W");
  }
  if (pixels.dtype != "|u1" && pixels.dtype != "<u1" && pixels.dtype != "<f4") {
    throw UserError(pixels.source + ": images of dtype " + pixels.dtype + "; expected uint8 or float32");
  }
  if (pixels.bytes.empty()) throw UserError(pixels.source + ": no image in it");
}

void check_channels(const NpyArray& pixels, const char* key, size_t values) {
  const auto channels = static_cast<size_t>(pixels.shape[1]);
  if (values > 1 && values != channels) {
    throw UserError(pixels.source + ": images of " + std::to_string(channels) + " channels, but " + key +
                    " has " + std::to_string(values) + " values; expected 1 or " + std::to_string(channels));
  }
}

float of_channel(const std::vector<float>& values, int64_t channel, float absent) {
  if (values.empty()) return absent;
  return values[values.size() == 1 ? 0 : static_cast<size_t>(channel)];
}

std::vector<int64_t> read_labels(const std::string& path, const ImageSet& all_images,
                                 const std::string& images_path) {
  const IntegerTensor labels = to_int64(read_npy(path));
  if (labels.shape.size() != 1) {
    throw UserError(path + ": labels of rank " + std::to_string(labels.shape.size()) + "; expected 1: N");
  }
  if (labels.shape[0] != all_images.size()) {
    throw UserError(path + ": " + std::to_string(labels.shape[0]) + " labels for the " +
                    std::to_string(all_images.size()) + " images of " + images_path);
  }
  for (size_t i = 0; i < labels.values.size(); ++i) {
    if (labels.values[i] < 0) {
      throw UserError(path + ": label " + std::to_string(i) + " is " + std::to_string(labels.values[i]) +
                      "; classes count from 0");
    }
  }
  return labels.values;
}

}  // namespace

ImageSet::ImageSet(NpyArray pixels, Preprocessing preprocessing)
    : pixels_(std::move(pixels)), preprocessing_(std::move(preprocessing)) {
  check_pixels(pixels_);
  check_channels(pixels_, "mean", preprocessing_.mean.size());
  check_channels(pixels_, "std", preprocessing_.std.size());
  count_ = pixels_.shape[0];
}

void ImageSet::keep_first(int64_t count) {
  if (count >= count_) return;
  pixels_.bytes.resize(pixels_.bytes.size() / static_cast<size_t>(count_) * static_cast<size_t>(count));
  pixels_.bytes.shrink_to_fit();
  count_ = count;
}

Shape ImageSet::sample_shape() const { return {1, pixels_.shape[1], pixels_.shape[2], pixels_.shape[3]}; }

FloatTensor ImageSet::samples(int64_t first, int64_t count) const {
  if (first < 0 || count < 0 || first > count_ - count) {
    throw std::logic_error("images " + std::to_string(first) + ".." + std::to_string(first + count) + " of " +
                           std::to_string(count_));
  }
  const int64_t channels = pixels_.shape[1], map_size = pixels_.shape[2] * pixels_.shape[3];
  FloatTensor tensor{{count, channels, pixels_.shape[2], pixels_.shape[3]}, {}};
  tensor.values.reserve(static_cast<size_t>(count * channels * map_size));
  const bool is_float = pixels_.dtype == "<f4";
  for (int64_t i = first * channels * map_size; i < (first + count) * channels * map_size; ++i) {
    float pixel = 0;
    if (is_float) {
      std::memcpy(&pixel, pixels_.bytes.data() + i * 4, 4);
    } else {
      pixel = pixels_.bytes[i];
    }
    const int64_t channel = i / map_size % channels;
    const float scaled = pixel * preprocessing_.scale;
    const float centred = scaled - of_channel(preprocessing_.mean, channel, 0.0f);
    tensor.values.push_back(centred / of_channel(preprocessing_.std, channel, 1.0f));
  }
  return tensor;
}

Dataset load_dataset(const std::string& folder, int64_t limit) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw UserError(folder + ": not a folder; a dataset is a folder with images.npy and labels.npy");
  }
  const auto inside = [&folder](const std::string& name) { return (fs::path(folder) / name).string(); };
  DatasetDescription description;
  const bool is_described = fs::exists(inside("dataset.yaml"), error);
  if (is_described) description = read_dataset_description(inside("dataset.yaml"));

  const std::string images_path = inside(description.images);
  ImageSet images(read_npy(images_path), description.preprocessing);
  std::vector<int64_t> labels;
  const bool may_lack_labels = description.labels == DatasetDescription{}.labels;
  if (!may_lack_labels || fs::exists(inside(description.labels), error))
    labels = read_labels(inside(description.labels), images, images_path);
  if (limit > 0 && limit < images.size()) {
    images.keep_first(limit);
    if (!labels.empty()) labels.resize(static_cast<size_t>(limit));
  }
  std::optional<ImageSet> calibration;
  if (description.calibration) {
    calibration.emplace(read_npy(inside(*description.calibration)), description.preprocessing);
    const Shape expected = images.sample_shape(), seen = calibration->sample_shape();
    if (seen != expected) {
      throw UserError(inside(*description.calibration) + ": samples of another shape than the images of " +
                      images_path);
    }
  }
  if (description.name.empty()) description.name = fs::path(folder).filename().string();
  Dataset dataset{description.name, std::move(images), std::move(labels), std::move(calibration), ""};
  if (!is_described && dataset.images.has_whole_pixels()) {
    dataset.assumption =
        "no dataset.yaml: pixels 0..255 go into the network as they are (scale 1, mean 0, std 1); a network "
        "trained on others needs it";
  }
  return dataset;
}

}  // namespace mmasim::runtime
