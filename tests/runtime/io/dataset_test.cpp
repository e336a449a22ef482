// Dataset folders: the one in the repository, preprocessing to the bit, and every fault by file and place.
#include "runtime/io/dataset.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "test_places.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

using Bytes = std::vector<uint8_t>;

// Two images of two channels of 1 x 2 pixels, classes 3 and 0.
void write_arrays(const TemporaryFolder& folder) {
  write_npy(folder.file("images.npy"), "|u1", {2, 2, 1, 2}, {0, 255, 10, 20, 30, 40, 50, 60});
  write_npy(folder.file("labels.npy"), "|u1", {2}, {3, 0});
}

std::string yaml_error(const std::string& yaml) {
  const TemporaryFolder folder("dataset-yaml");
  write_arrays(folder);
  folder.write("dataset.yaml", yaml);
  const std::string error = user_error([&] { load_dataset(folder.path()); });
  const std::string prefix = folder.path() + "/";
  return error.compare(0, prefix.size(), prefix) == 0 ? error.substr(prefix.size()) : error;
}

}  // namespace

TEST_CASE("dataset: the images in the repository load with labels, calibration samples and preprocessing") {
  const Dataset dataset = load_dataset(std::string(MMASIM_SOURCE_DIR) + "/tests/data/fashion_mnist");
  CHECK(dataset.name == "fashion-mnist-test-1000");
  CHECK(dataset.size() == 1000);
  CHECK(dataset.images.sample_shape() == Shape{1, 1, 28, 28});
  REQUIRE(dataset.calibration);
  CHECK(dataset.calibration_images().size() == 512);
  // the first images of the set are an ankle boot (9), a pullover (2) and two trousers (1)
  CHECK(std::vector<int64_t>(dataset.labels.begin(), dataset.labels.begin() + 4) ==
        std::vector<int64_t>{9, 2, 1, 1});
  const FloatTensor image = dataset.sample(0);
  CHECK(image.shape == Shape{1, 1, 28, 28});
  CHECK(image.values[0] == (0.0f - 0.2860f) / 0.3530f);  // a corner is black
}

TEST_CASE("dataset: a limit keeps the first images and all calibration samples") {
  const Dataset dataset = load_dataset(std::string(MMASIM_SOURCE_DIR) + "/tests/data/fashion_mnist", 3);
  CHECK(dataset.size() == 3);
  CHECK(dataset.labels == std::vector<int64_t>{9, 2, 1});
  CHECK(dataset.calibration_images().size() == 512);
  CHECK_THROWS_AS(dataset.sample(3), std::logic_error);
}

TEST_CASE("dataset: images may have no labels") {
  const TemporaryFolder folder("dataset-unlabelled");
  write_arrays(folder);
  std::filesystem::remove(folder.file("labels.npy"));
  const Dataset dataset = load_dataset(folder.path(), 1);
  CHECK(dataset.size() == 1);
  CHECK(dataset.labels.empty());
}

TEST_CASE("dataset: without dataset.yaml pixels are the input as they are") {
  const TemporaryFolder folder("dataset-plain");
  write_arrays(folder);
  const Dataset dataset = load_dataset(folder.path(), 5);
  CHECK(dataset.size() == 2);
  CHECK(dataset.labels == std::vector<int64_t>{3, 0});
  CHECK_FALSE(dataset.calibration);
  CHECK(dataset.calibration_images().size() == 2);
  CHECK(dataset.sample(1).values == std::vector<float>{30, 40, 50, 60});
  CHECK(dataset.images.samples(0, 2).shape == Shape{2, 2, 1, 2});
}

TEST_CASE("dataset: preprocessing is (pixel * scale - mean) / std of the pixel's channel") {
  const TemporaryFolder folder("dataset-preprocess");
  write_arrays(folder);
  folder.write("dataset.yaml", "preprocess:\n  scale: 0.5\n  mean: [1, 2]\n  std: [4, 0.5]\n");
  // channel 0: (0-1)/4, (127.5-1)/4; channel 1: (5-2)/0.5, (10-2)/0.5
  CHECK(load_dataset(folder.path()).sample(0).values == std::vector<float>{-0.25f, 31.625f, 6.0f, 16.0f});
}

TEST_CASE("dataset: each step of the preprocessing is rounded to binary32") {
  const TemporaryFolder folder("dataset-rounding");
  write_npy(folder.file("images.npy"), "<f4", {1, 1, 1, 1}, {0x00, 0x00, 0x80, 0x4b});  // 2^24
  write_npy(folder.file("labels.npy"), "|u1", {1}, {0});
  folder.write("dataset.yaml", "preprocess: {scale: 1, mean: [-1], std: [1]}\n");
  CHECK(load_dataset(folder.path()).sample(0).values[0] ==
        16777216.0f);  // 2^24 + 1 is a tie, to the even 2^24
}

TEST_CASE("dataset: files named in dataset.yaml, among them calibration samples") {
  const TemporaryFolder folder("dataset-names");
  std::filesystem::create_directory(folder.file("part"));
  write_npy(folder.file("part/x.npy"), "|u1", {1, 1, 1, 1}, {7});
  write_npy(folder.file("y.npy"), "<i4", {1}, {1, 0, 0, 0});
  write_npy(folder.file("c.npy"), "|u1", {2, 1, 1, 1}, {8, 9});
  folder.write("dataset.yaml", "name: small\nimages: part/x.npy\nlabels: y.npy\ncalibration: c.npy\n");
  const Dataset dataset = load_dataset(folder.path());
  CHECK(dataset.name == "small");
  CHECK(dataset.labels == std::vector<int64_t>{1});
  CHECK(dataset.calibration_images().samples(0, 2).values == std::vector<float>{8, 9});
}

TEST_CASE("dataset: faults of dataset.yaml are named by line and column") {
  CHECK(yaml_error("name: x\nimage: images.npy\n") ==
        "dataset.yaml:2:1: unknown key 'image'; did you mean 'images'?");
  CHECK(yaml_error("preprocess:\n  scal: 1\n") ==
        "dataset.yaml:2:3: unknown key 'scal'; did you mean 'scale'?");
  CHECK(yaml_error("preprocess:\n  scale: big\n") ==
        "dataset.yaml:2:10: scale is 'big'; expected a finite number");
  CHECK(yaml_error("preprocess:\n  scale: .nan\n") ==
        "dataset.yaml:2:10: scale is '.nan'; expected a finite number");
  CHECK(yaml_error("preprocess:\n  mean: 0.5\n") ==
        "dataset.yaml:2:9: mean is to be a list of numbers, one per channel");
  CHECK(yaml_error("preprocess:\n  std: [1, 0]\n") == "dataset.yaml:2:12: std is '0'; expected more than 0");
  CHECK(yaml_error("preprocess: 3\n") == "dataset.yaml:1:13: preprocess is to be a map of keys");
  CHECK(yaml_error("- images.npy\n") == "dataset.yaml:1:1: dataset.yaml is to be a map of keys");
  CHECK(yaml_error("name: a\nname: b\n") == "dataset.yaml:2:1: key 'name' is given twice");
  CHECK(yaml_error("images: ../images.npy\n") ==
        "dataset.yaml:1:9: images is '../images.npy'; expected a file inside the dataset's folder");
  CHECK(yaml_error("labels: /labels.npy\n") ==
        "dataset.yaml:1:9: labels is '/labels.npy'; expected a file inside the dataset's folder");
  CHECK(yaml_error("images: [a]\n") == "dataset.yaml:1:9: images is to be a text");
  CHECK(yaml_error("name: [\n").substr(0, 15) == "dataset.yaml:2:");  // where the list should have ended
  CHECK(yaml_error("labels: none.npy\n") == "none.npy: no such file");
}

TEST_CASE("dataset: arrays that do not fit together") {
  const TemporaryFolder folder("dataset-arrays");
  write_arrays(folder);
  const auto error = [&folder] { return user_error([&folder] { load_dataset(folder.path()); }); };
  const std::string images = folder.file("images.npy"), labels = folder.file("labels.npy");
  write_npy(labels, "|u1", {3}, {0, 1, 2});
  CHECK(error() == labels + ": 3 labels for the 2 images of " + images);
  write_npy(labels, "|u1", {2, 1}, {0, 1});
  CHECK(error() == labels + ": labels of rank 2; expected 1: N");
  write_npy(labels, "|i1", {2}, {0, 0xff});
  CHECK(error() == labels + ": label 1 is -1; classes count from 0");
  write_npy(labels, "<f4", {2}, Bytes(8, 0));
  CHECK(error() == labels + ": dtype <f4; integers are expected");
  write_npy(images, "|u1", {2, 2}, {0, 1, 2, 3});
  CHECK(error() == images + ": images of rank 2; expected 4: N, C, H, W");
  write_npy(images, "<i2", {1, 1, 1, 1}, {0, 1});
  CHECK(error() == images + ": images of dtype <i2; expected uint8 or float32");
  write_npy(images, "|u1", {0, 1, 1, 1}, {});
  CHECK(error() == images + ": no image in it");
}

TEST_CASE("dataset: preprocessing and calibration samples must have the images' channels") {
  const TemporaryFolder folder("dataset-channels");
  write_arrays(folder);
  folder.write("dataset.yaml", "preprocess: {mean: [1, 2, 3]}\n");
  CHECK(user_error([&] { load_dataset(folder.path()); }) ==
        folder.file("images.npy") + ": images of 2 channels, but mean has 3 values; expected 1 or 2");
  folder.write("dataset.yaml", "calibration: c.npy\n");
  write_npy(folder.file("c.npy"), "|u1", {1, 1, 1, 2}, {1, 2});
  CHECK(user_error([&] { load_dataset(folder.path()); }) ==
        folder.file("c.npy") + ": samples of another shape than the images of " + folder.file("images.npy"));
}

TEST_CASE("dataset: a folder that is none, or lacks its images") {
  const TemporaryFolder folder("dataset-none");
  CHECK(user_error([&] { load_dataset(folder.path()); }) == folder.file("images.npy") + ": no such file");
  CHECK(user_error([&] { load_dataset(folder.file("no")); }) ==
        folder.file("no") + ": not a folder; a dataset is a folder with images.npy and labels.npy");
}
