#include "runtime/quantize/tidl_options.h"

#include <algorithm>
#include <functional>

#include "isa/kit/nearest_word.h"

namespace mmasim::runtime {

namespace {

using Meant = std::function<TidlMeaning(const std::string& value, const std::string& place)>;

struct Option {
  std::string name;
  Meant meant;
};

TidlMeaning refused(const std::string& value, const std::string& expected) {
  TidlMeaning meaning;
  meaning.fault = "is " + (value.empty() ? "empty" : value.substr(0, 64)) + "; expected " + expected;
  return meaning;
}

TidlMeaning tensor_bits(const std::string& value, const std::string& place) {
  if (value != "8" && value != "16" && value != "32") return refused(value, "8, 16 or 32");
  return {{}, {{"weight.bits", value, place}, {"act.bits", value, place}}, {}, "", ""};
}

TidlMeaning scale_type(const std::string& value, const std::string&) {
  TidlMeaning meaning;
  if (value == "0") meaning.preset = "tidl-np2-fixed";
  if (value == "1") meaning.preset = "tidl-p2-dynamic";
  if (value == "4") meaning.preset = "tidl-asym-channel";
  if (value == "3") meaning.note = "takes a network that is already quantized";
  return meaning.preset || value == "3" ? meaning : refused(value, "0, 1, 3 or 4");
}

TidlMeaning channel_wise(const std::string& value, const std::string& place) {
  if (value == "0") return {};
  if (value != "1") return refused(value, "0 or 1");
  return {{}, {{"weight.granularity", "channel_dw", place}}, {}, "", ""};
}

// "a, b" as "name:a|name:b"; the spaces are none of the names'.
std::string match_of_names(const std::string& list) {
  std::string match, name;
  for (const char c : list + ",") {
    if (c != ',') {
      if (c != ' ') name += c;
      continue;
    }
    if (!name.empty()) match += (match.empty() ? "name:" : "|name:") + name;
    name.clear();
  }
  return match;
}

Meant wide_layers(std::vector<std::string> keys) {
  return [keys](const std::string& value, const std::string& place) {
    TidlMeaning meaning;
    const std::string match = match_of_names(value);
    if (match.empty()) return meaning;
    QuantOverride override{match, place, {}};
    for (const auto& key : keys) override.settings.push_back({key, "16", place});
    meaning.overrides.push_back(std::move(override));
    return meaning;
  };
}

// Off values ask for nothing and need no note.
Meant without_meaning(std::string why, std::string off) {
  return [why, off](const std::string& value, const std::string&) {
    TidlMeaning meaning;
    if (value != off) meaning.note = why;
    return meaning;
  };
}

const std::vector<Option>& options() {
  static const std::vector<Option> list = {
      {"tensor_bits", tensor_bits},
      {"accuracy_level", without_meaning("ranges are the least and largest values seen", "0")},
      {"advanced_options:calibration_frames",
       without_meaning("all samples of the calibration set are used", "")},
      {"advanced_options:calibration_iterations", without_meaning("calibration does not iterate", "")},
      {"advanced_options:quantization_scale_type", scale_type},
      {"advanced_options:high_resolution_optimization",
       without_meaning("steps of outputs are not searched", "0")},
      {"advanced_options:activation_clipping", without_meaning("ranges are not clipped by it", "0")},
      {"advanced_options:weight_clipping", without_meaning("ranges are not clipped by it", "0")},
      {"advanced_options:bias_calibration", without_meaning("biases are not calibrated by it", "0")},
      {"advanced_options:channel_wise_quantization", channel_wise},
      {"advanced_options:bias_clipping", without_meaning("a bias has the accumulator's width", "0")},
      {"advanced_options:mixed_precision_factor",
       without_meaning("layers of 16 bits are named, not searched", "-1")},
      {"advanced_options:output_feature_16bit_names_list", wide_layers({"weight.bits", "act.bits"})},
      {"advanced_options:params_16bit_names_list", wide_layers({"weight.bits"})},
      {"advanced_options:add_data_convert_ops",
       without_meaning("inputs and outputs are converted by the host", "0")},
      {"deny_list", without_meaning("every layer is executed in integers", "")},
  };
  return list;
}

}  // namespace

TidlMeaning meaning_of_tidl_option(const std::string& name, const std::string& value,
                                   const std::string& place) {
  std::vector<std::string> names;
  for (const auto& option : options()) {
    names.push_back(option.name);
    const bool is_short = option.name == "advanced_options:" + name;  // the lists stand outside in some files
    if (option.name == name || is_short) return option.meant(value, place);
  }
  TidlMeaning meaning;
  meaning.fault = "is no option of TIDL's quantization; did you mean '" +
                  isa::nearest_word(name.substr(0, 64), names) + "'?";
  return meaning;
}

}  // namespace mmasim::runtime
