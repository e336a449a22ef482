// Files, their bases, the precision and single settings in their order of precedence.
#include "runtime/quantize/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "isa/kit/config_folders.h"
#include "isa/kit/nearest_word.h"
#include "runtime/quantize/quant_keys.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

namespace fs = std::filesystem;

constexpr int kDeepestBase = 8;

bool is_file_name(const std::string& preset) {
  const std::string extension = fs::path(preset).extension().string();
  return extension == ".yaml" || extension == ".yml";
}

// The first folder of presets that exists.
const fs::path& preset_folder() {
  static const fs::path folder = [] {
    std::string tried;
    std::error_code error;
    for (const auto& configs : config_folders()) {
      const fs::path candidate = configs / "quant";
      if (fs::is_directory(candidate, error)) return candidate;
      tried += (tried.empty() ? "" : ", ") + candidate.string();
    }
    throw UserError("no quantization presets found; looked for " + tried);
  }();
  return folder;
}

[[noreturn]] void refuse_unknown(const std::string& name) {
  const std::string sought = name.substr(0, 64);
  std::vector<std::string> names;
  std::string list;
  for (const auto& preset : presets()) {
    names.push_back(preset.name);
    list += (list.empty() ? "" : ", ") + preset.name;
  }
  throw UserError("quantization preset '" + sought + "' is unknown; nearest is '" +
                  isa::nearest_word(sought, names) + "'; presets: " + list);
}

// Looks for the one file: reading all presets takes longer than a small network does.
std::string path_of_preset(const std::string& preset) {
  if (is_file_name(preset)) return preset;
  const fs::path file = preset_folder() / (preset + ".yaml");
  std::error_code error;
  if (file.parent_path() != preset_folder() || !fs::is_regular_file(file, error)) refuse_unknown(preset);
  return file.string();
}

// A preset's places do not say where it is installed.
QuantFile read_without_faults(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  const bool is_preset = folder == preset_folder();
  QuantFile file = read_quant_file(path, is_preset ? "quant" / fs::path(path).filename() : fs::path(path));
  if (!file.faults.empty()) throw UserError(file.faults.front());
  return file;
}

void apply(QuantSpec& spec, const QuantSetting& setting) {
  find_quant_key(setting.key)->set(spec, setting.value);
  spec.origins[setting.key] = setting.place;
}

void apply_file(QuantSpec& spec, const std::string& path, int depth);

// What `path` holds. A base is looked for among the presets, or beside the file that names it.
void apply_settings(QuantSpec& spec, const QuantFile& file, const std::string& path, int depth) {
  if (!file.preset.empty()) {
    const bool beside = is_file_name(file.preset) && fs::path(file.preset).is_relative();
    apply_file(spec,
               beside ? (fs::path(path).parent_path() / file.preset).string() : path_of_preset(file.preset),
               depth + 1);
  }
  for (const auto& setting : file.settings) apply(spec, setting);
  spec.overrides.insert(spec.overrides.end(), file.overrides.begin(), file.overrides.end());
  spec.notes.insert(spec.notes.end(), file.notes.begin(), file.notes.end());
}

void apply_file(QuantSpec& spec, const std::string& path, int depth) {
  if (depth > kDeepestBase) throw UserError(path + ": presets are based on one another without end");
  apply_settings(spec, read_without_faults(path), path, depth);
}

void apply_precision(QuantSpec& spec) {
  const std::string& precision = spec.precision;
  if (precision == "preset" || precision == "mixed") return;
  if (precision == "float32") {  // every node, whatever the preset says
    spec.mode = QuantChoices::Mode::real;
    spec.compress = QuantChoices::Compress::none;
    spec.origins["mode"] = "--precision float32";
    spec.overrides.clear();
    return;
  }
  if (spec.mode == QuantChoices::Mode::real || spec.mode == QuantChoices::Mode::weight_only)
    throw UserError("precision " + precision.substr(0, 64) + " cannot be used with preset '" + spec.preset +
                    "', which computes in float32");
  const uint32_t bits = precision == "int8" ? 8 : precision == "int16" ? 16 : precision == "int32" ? 32 : 0;
  if (bits == 0) {
    throw UserError("precision '" + precision.substr(0, 64) + "' cannot be used with preset '" + spec.preset +
                    "'; allowed: " + fmt::format("{}", fmt::join(precision_words(), ", ")));
  }
  for (const auto& [key, width] :
       {std::pair{"weight.bits", &spec.weight_bits}, {"act.bits", &spec.act_bits}}) {
    const auto origin = spec.origins.find(key);
    if (origin == spec.origins.end()) {
      *width = bits;
      spec.origins[key] = "--precision " + precision;
    } else if (container_bits(*width) != bits) {
      throw UserError("precision " + precision + " cannot be used with preset '" + spec.preset +
                      "', which fixes " + key + " at " + std::to_string(*width) + " (" + origin->second +
                      ")");
    }
  }
}

}  // namespace

namespace {

// Not of a node.
bool is_of_network(const std::string& key) { return key == "corrections" || key.rfind("mixed.", 0) == 0; }

void check_mixed(const QuantSpec& spec) {
  const bool is_mixed = spec.mixed_factor > 1 || !spec.wide_layers.empty();
  if (is_mixed && (spec.mode != QuantChoices::Mode::fixed || container_bits(spec.weight_bits) != 8 ||
                   container_bits(spec.act_bits) != 8))
    throw UserError("quantization '" + spec.preset +
                    "': mixed.factor and mixed.layers widen layers of 8 bits; expected mode static, " +
                    "weight.bits and act.bits of at most 8");
}

}  // namespace

const std::vector<PresetInfo>& presets() {
  static const std::vector<PresetInfo> list = [] {
    std::vector<PresetInfo> infos;
    for (const auto& entry : fs::directory_iterator(preset_folder())) {
      const fs::path& path = entry.path();
      if (path.extension() != ".yaml") continue;
      infos.push_back({path.stem().string(), read_quant_file(path.string()).about});
    }
    std::sort(infos.begin(), infos.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return infos;
  }();
  return list;
}

const std::vector<std::string>& precision_words() {
  static const std::vector<std::string> words{"int8", "int16", "int32", "mixed", "float32"};
  return words;
}

bool is_precision(const std::string& word) {
  const auto& words = precision_words();
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string precisions_text() {
  const auto& words = precision_words();
  return fmt::format("{} or {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

std::string nominal_precision(const QuantSpec& spec) {
  const uint32_t bits = container_bits(spec.act_bits);
  const bool is_real = spec.mode != QuantChoices::Mode::fixed;
  bool differs = !is_real && container_bits(spec.weight_bits) > bits;
  for (const auto& override : spec.overrides)
    for (const auto& setting : override.settings)
      differs = differs || setting.key == "mode" || setting.key == "weight.bits" || setting.key == "act.bits";
  differs = differs || spec.mixed_factor > 1 || !spec.wide_layers.empty();
  if (spec.mode == QuantChoices::Mode::dynamic) return "mixed";
  if (is_real && !differs) return "float32";
  return differs ? "mixed" : "int" + std::to_string(bits);
}

bool chooses_wide_layers(const QuantChoices& choices) {
  return choices.mixed_factor > 1 && choices.wide_layers.empty();
}

std::string quant_name(const std::string& preset) {
  return is_file_name(preset) ? fs::path(preset).stem().string() : preset;
}

namespace {

QuantSpec named(const std::string& preset, const std::string& precision) {
  QuantSpec spec;
  spec.preset = quant_name(preset);
  spec.precision = precision;
  return spec;
}

// What comes on top of the files, and whether all of it can be done together.
void complete(QuantSpec& spec, const std::vector<std::string>& set) {
  apply_precision(spec);
  for (const auto& text : set) {
    const auto [match, setting] = quant_option(text);
    if (match.empty()) {
      apply(spec, setting);
    } else {
      spec.overrides.push_back({match, setting.place, {setting}});
    }
  }
  check_choices(spec, "quantization '" + spec.preset + "'");
  check_mixed(spec);
  for (const auto& override : spec.overrides) {
    QuantChoices choices = spec;
    for (const auto& setting : override.settings) {
      if (is_of_network(setting.key))
        throw UserError(setting.place + ": " + setting.key +
                        " is of the whole network; an override cannot set it");
      find_quant_key(setting.key)->set(choices, setting.value);
    }
    check_choices(choices, override.place);
  }
}

}  // namespace

QuantSpec resolve_preset(const std::string& preset, const std::string& precision,
                         const std::vector<std::string>& set) {
  QuantSpec spec = named(preset, precision);
  apply_file(spec, path_of_preset(preset), 0);
  complete(spec, set);
  return spec;
}

std::vector<std::string> faults_of_quant_text(const std::string& text, const std::string& file) {
  QuantFile read = read_quant_text(text, file);
  if (!read.faults.empty()) return std::move(read.faults);
  try {
    QuantSpec spec = named(file, "preset");
    apply_settings(spec, read, file, 0);
    complete(spec, {});
  } catch (const UserError& error) {
    return {error.what()};
  }
  return {};
}

void check_choices(const QuantChoices& choices, const std::string& place) {
  const bool is_compressed = choices.compress != QuantChoices::Compress::none;
  const bool is_weight_only = choices.mode == QuantChoices::Mode::weight_only;
  if (is_compressed && !is_weight_only)
    throw UserError(place + ": compress.kind needs mode weight_only; expected none");
  if (is_weight_only && !is_compressed)
    throw UserError(place + ": mode weight_only needs compress.kind; expected int8, fp16 or kmeans");
  if (choices.mode == QuantChoices::Mode::dynamic && choices.weight_bits != 8)
    throw UserError(place + ": mode dynamic multiplies in 8 bits; weight.bits is " +
                    std::to_string(choices.weight_bits) + ", expected 8");
  if (choices.mode != QuantChoices::Mode::fixed) return;  // no output stage
  if (choices.weight_affine && choices.weight_calibrator.kind != "minmax")
    throw UserError(place + ": weight.calib " + choices.weight_calibrator.kind +
                    " chooses ranges around zero; expected weight.symmetric true, or minmax");
  const bool multiplies = choices.requant != QuantChoices::Requant::shift;
  if (multiplies && choices.multiplier_bits == 0)
    throw UserError(place + ": this requant.kind needs requant.mult_bits; expected 1..31");
  if (!multiplies && choices.multiplier_bits != 0)
    throw UserError(place + ": requant.mult_bits is " + std::to_string(choices.multiplier_bits) +
                    ", but requant.kind shift has no multiplier; expected 0");
  if (!multiplies && choices.act_affine)
    throw UserError(place + ": act.symmetric false needs a multiplier; expected requant.kind mul_shift");
  using Scale = QuantChoices::Scale;
  const bool has_channels = choices.weight_granularity != QuantChoices::Granularity::tensor;
  if (!multiplies && choices.weight_scale == Scale::real && choices.act_scale == Scale::pow2)
    throw UserError(
        place +
        ": act.scale pow2 with weight.scale real needs a multiplier; expected requant.kind mul_shift");
  if (choices.weight_bits > 16 && (choices.weight_affine || choices.inter_bits != 0))
    throw UserError(place + ": weight.symmetric false and inter.bits go with weights of at most 16 bits");
  if (choices.weight_affine && (!multiplies || has_channels))
    throw UserError(place +
                    ": weight.symmetric false needs requant.kind mul_shift and weight.granularity tensor");
  const bool powers = choices.weight_scale == Scale::pow2 && choices.act_scale == Scale::pow2;
  if (choices.inter_bits != 0 && (multiplies || has_channels || !powers))
    throw UserError(place +
                    ": inter.bits needs requant.kind shift, weight.granularity tensor and scales pow2");
  if (choices.bias_scale == QuantChoices::BiasScale::output && multiplies)
    throw UserError(place + ": bias.scale out needs requant.kind shift");
  if (choices.requant == QuantChoices::Requant::q10_22 &&
      (choices.act_affine || choices.weight_affine || choices.weight_bits > 8 || choices.act_bits > 8))
    throw UserError(place +
                    ": requant.kind q10_22 goes with symmetric weights and activations of at most 8 bits");
  if (choices.accumulator_bits != 0 &&
      (choices.weight_bits > 8 || choices.act_bits > 8 || choices.weight_affine || choices.inter_bits != 0 ||
       choices.requant == QuantChoices::Requant::q10_22))
    throw UserError(place + ": acc.bits 16 goes with symmetric weights and activations of at most 8 bits, " +
                    "without inter.bits and with requant.kind shift or mul_shift");
  if (choices.leaky == QuantChoices::Leaky::maximum && multiplies)
    throw UserError(place + ": leaky maximum needs requant.kind shift");
}

}  // namespace mmasim::runtime
