// Reads dataset.yaml strictly: every key known, every value of its kind.
#include "runtime/io/dataset_description.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "isa/kit/nearest_word.h"
#include "runtime/io/file_bytes.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace {

constexpr uint64_t kMaxDescriptionBytes = 1 << 20;

std::string place(const std::string& path, const YAML::Mark& mark) {
  return path + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": ";
}

class DescriptionReader {
 public:
  explicit DescriptionReader(std::string path) : path_(std::move(path)) {}

  DatasetDescription read(const YAML::Node& root) {
    DatasetDescription description;
    if (root.IsNull()) return description;  // an empty file: the default names
    check_keys(root, "dataset.yaml", {"name", "images", "labels", "calibration", "preprocess"});
    if (root["name"]) description.name = text(root["name"], "name");
    if (root["images"]) description.images = file_name(root["images"], "images");
    if (root["labels"]) description.labels = file_name(root["labels"], "labels");
    if (root["calibration"]) description.calibration = file_name(root["calibration"], "calibration");
    if (root["preprocess"]) description.preprocessing = preprocessing(root["preprocess"]);
    return description;
  }

 private:
  [[noreturn]] void fail(const YAML::Node& node, const std::string& what) const {
    throw UserError(place(path_, node.Mark()) + what);
  }

  void check_keys(const YAML::Node& map, const std::string& name,
                  const std::vector<std::string>& known) const {
    if (!map.IsMap()) fail(map, name + " is to be a map of keys");
    std::set<std::string> seen;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) fail(entry.first, "a key is to be a word");
      const std::string key = entry.first.Scalar();
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        fail(entry.first, "unknown key '" + key + "'; did you mean '" + isa::nearest_word(key, known) + "'?");
      }
      if (!seen.insert(key).second) fail(entry.first, "key '" + key + "' is given twice");
    }
  }

  std::string text(const YAML::Node& node, const std::string& key) const {
    if (!node.IsScalar() || node.Scalar().empty()) fail(node, key + " is to be a text");
    return node.Scalar();
  }

  std::string file_name(const YAML::Node& node, const std::string& key) const {
    const std::string name = text(node, key);
    bool climbs = name[0] == '/';
    for (const auto& part : std::filesystem::path(name)) climbs = climbs || part == "..";
    if (climbs) fail(node, key + " is '" + name + "'; expected a file inside the dataset's folder");
    return name;
  }

  float number(const YAML::Node& node, const std::string& key) const {
    double value = 0;
    if (!node.IsScalar() || !YAML::convert<double>::decode(node, value) ||
        !std::isfinite(static_cast<float>(value))) {
      fail(node, key + (node.IsScalar() ? " is '" + node.Scalar() + "'; expected" : " is to be") +
                     " a finite number");
    }
    return static_cast<float>(value);
  }

  std::vector<float> numbers(const YAML::Node& node, const std::string& key) const {
    if (!node.IsSequence() || node.size() == 0)
      fail(node, key + " is to be a list of numbers, one per channel");
    std::vector<float> values;
    for (const YAML::Node& value : node) values.push_back(number(value, key));
    return values;
  }

  Preprocessing preprocessing(const YAML::Node& node) const {
    check_keys(node, "preprocess", {"scale", "mean", "std"});
    Preprocessing result;
    if (node["scale"]) result.scale = number(node["scale"], "scale");
    if (node["mean"]) result.mean = numbers(node["mean"], "mean");
    if (node["std"]) result.std = numbers(node["std"], "std");
    for (size_t i = 0; i < result.std.size(); ++i) {
      if (!(result.std[i] > 0))
        fail(node["std"][i], "std is '" + node["std"][i].Scalar() + "'; expected more than 0");
    }
    return result;
  }

  std::string path_;
};

}  // namespace

DatasetDescription read_dataset_description(const std::string& path) {
  const std::vector<uint8_t> bytes = read_file_bytes(path, kMaxDescriptionBytes);
  try {
    return DescriptionReader(path).read(YAML::Load(std::string(bytes.begin(), bytes.end())));
  } catch (const YAML::Exception& error) {
    throw UserError(place(path, error.mark) + error.msg);
  }
}

}  // namespace mmasim::runtime
