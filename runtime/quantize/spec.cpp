// The table of presets. Each is one named system as orthogonal choices; resolve_preset() adds the precision.
#include "runtime/quantize/spec.h"

#include <algorithm>
#include <functional>

#include "isa/kit/nearest_word.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

struct PresetEntry {
  PresetInfo info;
  std::function<void(QuantSpec&)> apply;
};

void apply_tidl_np2_fixed(QuantSpec& spec) {
  spec.weight_scale = QuantSpec::Scale::real;
  spec.act_scale = QuantSpec::Scale::acc_shift;
  spec.relu6 = QuantSpec::Relu6::exact;
}

void apply_tidl_p2_dynamic(QuantSpec& spec) {
  spec.weight_scale = QuantSpec::Scale::pow2;
  spec.act_scale = QuantSpec::Scale::pow2;
  spec.relu6 = QuantSpec::Relu6::relu8;
}

void apply_per_channel(QuantSpec& spec) {
  spec.weight_granularity = QuantSpec::Granularity::channel;
  spec.weight_range = QuantSpec::Range::narrow;
  spec.act_affine = true;
  spec.act_scale = QuantSpec::Scale::real;
  spec.requant = QuantSpec::Requant::mul_shift;
  spec.multiplier_bits = 31;
  spec.relu6 = QuantSpec::Relu6::clip;
  spec.gemm_margin = 1.0;
  spec.global_average_margin = 1.0;
}

const std::vector<PresetEntry>& entries() {
  static const std::vector<PresetEntry> table = {
      {{"tidl-np2-fixed",
        "One real step a weight tensor, activations rescaled by a shift alone, exact ReLU6 (TIDL NP2Fixed)."},
       apply_tidl_np2_fixed},
      {{"tidl-p2-dynamic",
        "Power-of-two steps for weights and activations, shift alone, ReLU6 widened to ReLU8 (TIDL "
        "P2Dynamic)."},
       apply_tidl_p2_dynamic},
      {{"per-channel",
        "A symmetric step for every output channel, affine unsigned activations, 31-bit multiplier and "
        "shift."},
       apply_per_channel},
  };
  return table;
}

const PresetEntry& find_preset(const std::string& name) {
  const auto& table = entries();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& e) { return e.info.name == name; });
  if (found != table.end()) return *found;
  const std::string sought = name.substr(0, 64);
  std::vector<std::string> names;
  std::string list;
  for (const auto& entry : table) {
    names.push_back(entry.info.name);
    list += (list.empty() ? "" : ", ") + entry.info.name;
  }
  throw UserError("quantization preset '" + sought + "' is unknown; nearest is '" +
                  isa::nearest_word(sought, names) + "'; presets: " + list);
}

uint32_t bits_of(const std::string& precision, const std::string& preset) {
  if (precision == "int8") return 8;
  if (precision == "int16") return 16;
  if (precision == "int32") return 32;
  throw UserError("precision '" + precision.substr(0, 64) + "' cannot be used with preset '" + preset +
                  "'; allowed: int8, int16, int32");
}

}  // namespace

const std::vector<PresetInfo>& presets() {
  static const std::vector<PresetInfo> list = [] {
    std::vector<PresetInfo> infos;
    for (const auto& entry : entries()) infos.push_back(entry.info);
    return infos;
  }();
  return list;
}

QuantSpec resolve_preset(const std::string& preset, const std::string& precision) {
  const PresetEntry& entry = find_preset(preset);
  QuantSpec spec;
  spec.preset = preset;
  entry.apply(spec);
  spec.weight_bits = spec.act_bits = bits_of(precision, preset);
  return spec;
}

}  // namespace mmasim::runtime
