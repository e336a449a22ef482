#include "runtime/quantize/tidl_options.h"

#include <functional>
#include <utility>

#include "isa/kit/nearest_word.h"
#include "runtime/quantize/quant_keys.h"

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

TidlMeaning with_settings(std::vector<QuantSetting> settings) {
  TidlMeaning meaning;
  meaning.settings = std::move(settings);
  return meaning;
}

// Of a histogram, a hundredth of a percent beyond each end.
constexpr const char* kClippedRange = "percentile(percentile=99.98)";

// 1: what tidl-advanced does. 9 leaves it to the single options.
TidlMeaning accuracy_level(const std::string& value, const std::string& place) {
  if (value == "0" || value == "2" || value == "9") return {};
  if (value != "1") return refused(value, "0, 1, 2 or 9");
  TidlMeaning meaning = with_settings({{"act.calib", kClippedRange, place}});
  meaning.corrections = {"weight_clip", "bias_iterative"};
  return meaning;
}

TidlMeaning activation_clipping(const std::string& value, const std::string& place) {
  if (value == "0") return {};
  if (value != "1") return refused(value, "0 or 1");
  return with_settings({{"act.calib", kClippedRange, place}});
}

// -1: no layer gets 16 bits.
TidlMeaning mixed_precision_factor(const std::string& value, const std::string& place) {
  if (value == "-1") return {};
  if (!find_quant_key("mixed.factor")->fault(value).empty()) return refused(value, "-1, or 1..16");
  return with_settings({{"mixed.factor", value, place}});
}

Meant correction(std::string name) {
  return [name](const std::string& value, const std::string&) {
    if (value != "0" && value != "1") return refused(value, "0 or 1");
    TidlMeaning meaning;
    if (value == "1") meaning.corrections = {name};
    return meaning;
  };
}

TidlMeaning tensor_bits(const std::string& value, const std::string& place) {
  if (value != "8" && value != "16" && value != "32") return refused(value, "8, 16 or 32");
  return with_settings({{"weight.bits", value, place}, {"act.bits", value, place}});
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
  return with_settings({{"weight.granularity", "channel_dw", place}});
}

// "a, b" as "name:a|name:b"; the spaces are none of the names'.
std::string match_of_list(const std::string& kind, const std::string& list) {
  std::string match, name;
  for (const char c : list + ",") {
    if (c != ',') {
      if (c != ' ') name += c;
      continue;
    }
    if (!name.empty()) match += (match.empty() ? "" : "|") + kind + name;
    name.clear();
  }
  return match;
}

// Layers of a list, by "name:" or "op:", with settings of their own.
Meant for_layers(std::string kind, std::vector<std::pair<std::string, std::string>> settings) {
  return [kind, settings](const std::string& value, const std::string& place) {
    TidlMeaning meaning;
    const std::string match = match_of_list(kind, value);
    if (match.empty()) return meaning;
    QuantOverride override{match, place, {}};
    for (const auto& [key, setting] : settings) override.settings.push_back({key, setting, place});
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
      {"accuracy_level", accuracy_level},
      {"advanced_options:calibration_frames", without_meaning("a correction says its own frames", "")},
      {"advanced_options:calibration_iterations",
       without_meaning("a correction says its own iterations", "")},
      {"advanced_options:quantization_scale_type", scale_type},
      {"advanced_options:high_resolution_optimization",
       without_meaning("steps of outputs are not searched", "0")},
      {"advanced_options:activation_clipping", activation_clipping},
      {"advanced_options:weight_clipping", correction("weight_clip")},
      {"advanced_options:bias_calibration", correction("bias_iterative")},
      {"advanced_options:channel_wise_quantization", channel_wise},
      {"advanced_options:bias_clipping", without_meaning("a bias has the accumulator's width", "0")},
      {"advanced_options:mixed_precision_factor", mixed_precision_factor},
      {"advanced_options:output_feature_16bit_names_list",
       for_layers("name:", {{"weight.bits", "16"}, {"act.bits", "16"}})},
      {"advanced_options:params_16bit_names_list", for_layers("name:", {{"weight.bits", "16"}})},
      {"advanced_options:add_data_convert_ops",
       without_meaning("inputs and outputs are converted by the host", "0")},
      {"deny_list", for_layers("op:", {{"mode", "float"}})},
      {"deny_list:layer_type", for_layers("op:", {{"mode", "float"}})},
      {"deny_list:layer_name", for_layers("name:", {{"mode", "float"}})},
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
