#include "runtime/quantize/quant_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "isa/kit/nearest_word.h"
#include "runtime/calibrate/calibrator_table.h"
#include "runtime/quantize/match.h"
#include "runtime/quantize/yaml_text.h"
#include "runtime/transform/sample_corrections.h"

namespace mmasim::runtime {

namespace {

// The words of an enumeration, in the order of its values.
template <class Choice>
QuantKey words_key(Choice QuantChoices::*member, const char* path, std::vector<std::string> words,
                   const char* sentence) {
  QuantKey key{path, words, false, 0, 0, sentence, {}, {}};
  key.set = [member, words](QuantChoices& choices, const std::string& text) {
    const auto index = std::find(words.begin(), words.end(), text) - words.begin();
    choices.*member = static_cast<Choice>(index);
  };
  key.get = [member, words](const QuantChoices& choices) {
    return words.at(static_cast<size_t>(choices.*member));
  };
  return key;
}

template <class Number>
QuantKey number_key(Number QuantChoices::*member, const char* path, double min, double max,
                    const char* sentence) {
  QuantKey key{path, {}, std::is_integral_v<Number>, min, max, sentence, {}, {}};
  key.set = [member](QuantChoices& choices, const std::string& text) {
    choices.*member = static_cast<Number>(std::strtod(text.c_str(), nullptr));
  };
  key.get = [member](const QuantChoices& choices) { return fmt::format("{}", choices.*member); };
  return key;
}

QuantKey flag_key(bool QuantChoices::*member, const char* path, const char* sentence) {
  QuantKey key{path, {"true", "false"}, false, 0, 0, sentence, {}, {}};
  key.set = [member](QuantChoices& choices, const std::string& text) { choices.*member = text == "true"; };
  key.get = [member](const QuantChoices& choices) { return choices.*member ? "true" : "false"; };
  return key;
}

// A flag that is kept as its opposite.
QuantKey denied_key(bool QuantChoices::*member, const char* path, const char* sentence) {
  QuantKey key{path, {"true", "false"}, false, 0, 0, sentence, {}, {}};
  key.set = [member](QuantChoices& choices, const std::string& text) { choices.*member = text == "false"; };
  key.get = [member](const QuantChoices& choices) { return choices.*member ? "false" : "true"; };
  return key;
}

// Widths that the machine has elements for.
QuantKey element_bits_key(uint32_t QuantChoices::*member, const char* path, const char* sentence) {
  QuantKey key = number_key(member, path, 8, 32, sentence);
  key.words = {"6", "8", "16", "32"};
  return key;
}

QuantKey inter_bits_key() {
  QuantKey key = number_key(&QuantChoices::inter_bits, "inter.bits", 0, 16,
                            "a product's sum is rounded to so many before the bias is added; 0: it is not");
  key.words = {"0", "16"};
  return key;
}

QuantKey accumulator_bits_key() {
  QuantKey key = number_key(&QuantChoices::accumulator_bits, "acc.bits", 0, 16,
                            "of a sum with its bias, of operands of at most 8 bits; 0: four times the "
                            "operands'");
  key.words = {"0", "16"};
  return key;
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream text(list);
  for (std::string word; std::getline(text, word, ',');) words.push_back(word);
  return words;
}

std::vector<Choice> choices_of(const std::string& text) {
  std::vector<Choice> choices;
  for (const auto& word : words_of(text)) choices.push_back(parse_choice(word));
  return choices;
}

std::string text_of_all(const std::vector<Choice>& choices) {
  std::string text;
  for (const auto& choice : choices) text += (text.empty() ? "" : ",") + text_of(choice);
  return text;
}

// What a check that throws says of a text; empty if nothing.
template <class Check>
std::string complaint_of(const std::string& path, const std::string& text, const Check& check_text) {
  try {
    check_text(text);
    return "";
  } catch (const std::exception& error) {  // of the form, or of the table
    return path + ": " + error.what();
  }
}

QuantKey calibrator_key(Choice QuantChoices::*member, const char* path, const char* sentence) {
  QuantKey key{path, {}, false, 0, 0, sentence, {}, {}};
  key.set = [member](QuantChoices& choices, const std::string& text) {
    choices.*member = parse_choice(text);
  };
  key.get = [member](const QuantChoices& choices) { return text_of(choices.*member); };
  key.check = [path = key.path](const std::string& text) {
    return complaint_of(path, text, [](const std::string& each) { runtime::check(parse_choice(each)); });
  };
  key.form = "a calibrator (calibrators.md), such as kl or percentile(percentile=99.9 bins=1024)";
  return key;
}

QuantKey corrections_key() {
  QuantKey key{"corrections", {}, false, 0, 0, "", {}, {}};
  key.sentence =
      "what is done to the network before it is quantized, in this order; for the whole network only";
  key.set = [](QuantChoices& choices, const std::string& text) { choices.corrections = choices_of(text); };
  key.get = [](const QuantChoices& choices) { return text_of_all(choices.corrections); };
  key.check = [](const std::string& text) {
    return complaint_of("corrections", text, [](const std::string& all) {
      for (const auto& each : choices_of(all)) check_correction(each);
    });
  };
  key.form = "a list of transforms and bias corrections (transforms.md), such as [relu6(bound=0), cle]";
  return key;
}

QuantKey candidates_key() {
  QuantKey key{"mixed.candidates", {}, false, 0, 0, "", {}, {}};
  key.sentence = "the layers that mixed.factor chooses from: auto, or a match as overrides have";
  key.set = [](QuantChoices& choices, const std::string& text) { choices.mixed_candidates = text; };
  key.get = [](const QuantChoices& choices) { return choices.mixed_candidates; };
  key.check = [](const std::string& text) {
    if (text == "auto") return std::string{};
    const std::string fault = fault_of_match(text);
    return fault.empty() ? fault : "mixed.candidates: " + fault;
  };
  key.form = "auto, or a match such as name:conv1|op:Gemm";
  return key;
}

QuantKey wide_layers_key() {
  QuantKey key{"mixed.layers", {}, false, 0, 0, "", {}, {}};
  key.sentence =
      "layers whose weights and result have 16 bits, by name; where there are none, mixed.factor chooses";
  key.set = [](QuantChoices& choices, const std::string& text) { choices.wide_layers = words_of(text); };
  key.get = [](const QuantChoices& choices) {
    std::string text;
    for (const auto& name : choices.wide_layers) text += (text.empty() ? "" : ",") + name;
    return text;
  };
  key.check = [](const std::string&) { return std::string{}; };  // a name may be any text
  key.form = "a list of names, such as [conv1, conv7]";
  return key;
}

// Of the whole network.
std::vector<QuantKey> mixed_keys() {
  return {
      number_key(&QuantChoices::mixed_factor, "mixed.factor", 1, 16,
                 "layers get 16 bits, those first that gain the most per cycle, while the network takes at "
                 "most so many times its cycles; 1: none does"),
      candidates_key(), wide_layers_key()};
}

// Of tensors: weights and feature maps.
std::vector<QuantKey> tensor_keys() {
  using Choices = QuantChoices;
  return {
      words_key(
          &Choices::mode, "mode", {"static", "dynamic", "weight_only", "float"},
          "integers on calibrated grids; on grids measured at run time, with real results; float32 with "
          "compressed weights; float32"),
      words_key(&Choices::compress, "compress.kind", {"none", "int8", "fp16", "kmeans"},
                "how memory holds the weights of mode weight_only"),
      number_key(&Choices::compress_bits, "compress.bits", 1, 8, "of an index into the codebook of kmeans"),
      number_key(&Choices::weight_bits, "weight.bits", 2, 32,
                 "of a weight; stored in the next of 8, 16 and 32 bits, and no narrower than the input"),
      words_key(
          &Choices::weight_granularity, "weight.granularity", {"tensor", "channel", "channel_dw"},
          "one step for all weights of a layer, one per output channel, or that for depthwise layers alone"),
      words_key(&Choices::weight_scale, "weight.scale", {"real", "pow2"}, "any step, or powers of two alone"),
      words_key(&Choices::weight_range, "weight.range", {"full", "narrow"},
                "absmax is 2^(b-1), which saturates, or 2^(b-1) - 1"),
      denied_key(
          &Choices::weight_affine, "weight.symmetric",
          "false: weights have a zero point, whose product with the sum of inputs the machine computes"),
      words_key(&Choices::weight_rounding, "weight.round", rounding_words(), "of weights"),
      element_bits_key(&Choices::act_bits, "act.bits", "of a feature map"),
      denied_key(&Choices::act_affine, "act.symmetric",
                 "false: unsigned with a zero point, so that the grid spans the range"),
      words_key(&Choices::act_scale, "act.scale", {"real", "pow2", "acc_shift"},
                "any step, powers of two, or the accumulator's step times a power of two"),
      words_key(&Choices::act_sign, "act.sign", {"auto", "signed"},
                "unsigned where nothing is negative, or signed throughout"),
      words_key(&Choices::act_range, "act.range", {"full", "narrow"},
                "of real symmetric steps: absmax is 2^(b-1), which saturates, or 2^(b-1) - 1"),
  };
}

// Of operators and their output stages.
std::vector<QuantKey> operator_keys() {
  using Choices = QuantChoices;
  return {
      words_key(&Choices::requant, "requant.kind", {"shift", "mul_shift", "q10_22"},
                "the output stage's rescaling: by a shift; by a multiplier and a shift; or, of products, by "
                "a multiplier of "
                "22 fraction bits, behind which a bias of 8.8 bits is added"),
      number_key(&Choices::multiplier_bits, "requant.mult_bits", 0, 31,
                 "of that multiplier; 0 where there is none"),
      words_key(&Choices::requant_rounding, "requant.round", rounding_words(), "of the output stage"),
      words_key(&Choices::overflow, "acc.overflow", overflow_words(),
                "what becomes of a sum that leaves its accumulator"),
      accumulator_bits_key(),
      calibrator_key(&Choices::weight_calibrator, "weight.calib",
                     "how the range of weights is chosen, of a layer or of each output channel"),
      calibrator_key(&Choices::act_calibrator, "act.calib", "how the range of a feature map is chosen"),
      corrections_key(),
      words_key(
          &Choices::relu6, "relu6", {"exact", "relu8", "clip", "relu", "relu4"},
          "a clip from 0 is the grid's end; is widened to the next power of two, which is the grid's end; "
          "is a bound of the output stage; is dropped above; or is narrowed to the power of two below"),
      words_key(&Choices::bias_scale, "bias.scale", {"prod", "out"},
                "a bias has the accumulator's step, or is first rounded to the output's step and bits"),
      inter_bits_key(),
      words_key(&Choices::average_pool, "avgpool.rule", {"reciprocal", "tidl_q", "dwconv"},
                "1/N in 12 bits and more; in TIDL's Q8 or Q12; or as an unsigned 8-bit weight"),
      flag_key(&Choices::average_pool_exact_pow2, "avgpool.exact_pow2",
               "of dwconv: a power of two is no grid's end, so that it is exact"),
      words_key(
          &Choices::merge, "eltwise.merge", {"align", "merged"},
          "operands of Add, Sub and Concat are brought to one step, or their producers share one range"),
      words_key(&Choices::leaky, "leaky", {"fraction", "maximum"},
                "slope times x and x are rounded once; or max(x, slope * x) at x's step, of 8 bits and one "
                "slope"),
      number_key(&Choices::gemm_margin, "margin.innerproduct", 0.5, 16,
                 "the output range of Gemm and MatMul is widened by it"),
      number_key(&Choices::global_average_margin, "margin.global_avgpool", 0.5, 16,
                 "the output range of global averages is widened by it"),
  };
}

std::vector<QuantKey> make_keys() {
  auto keys = tensor_keys();
  for (auto& key : operator_keys()) keys.push_back(std::move(key));
  for (auto& key : mixed_keys()) keys.push_back(std::move(key));
  return keys;
}

}  // namespace

std::string QuantKey::allowed() const {
  if (check) return form;
  if (words.empty()) return fmt::format("a {}number, {}..{}", is_whole ? "whole " : "", min, max);
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "" : ", ") + word;
  return words.size() == 2 && words[0] == "true" ? "true or false" : "one of " + list;
}

std::string QuantKey::fault(const std::string& text) const {
  if (check) return check(text);
  const auto refused = [&] {
    const std::string seen = text.empty() ? "empty" : text.substr(0, 64);
    return path + " is " + seen + "; expected " + allowed();
  };
  if (!words.empty()) {
    return std::find(words.begin(), words.end(), text) != words.end() ? "" : refused();
  }
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const bool is_number = !text.empty() && *end == '\0' && std::isfinite(value);
  if (!is_number || (is_whole && value != std::floor(value)) || value < min || value > max) return refused();
  return "";
}

const std::vector<QuantKey>& quant_keys() {
  static const std::vector<QuantKey> keys = make_keys();
  return keys;
}

const QuantKey* find_quant_key(const std::string& path) {
  for (const auto& key : quant_keys())
    if (key.path == path) return &key;
  return nullptr;
}

std::string unknown_quant_key_text(const std::string& path) {
  std::vector<std::string> known{"about", "preset", "overrides", "tidl_options"};
  for (const auto& key : quant_keys()) known.push_back(key.path);
  const std::string seen = path.substr(0, 64);
  return "unknown key '" + seen + "'; did you mean '" + isa::nearest_word(seen, known) + "'?";
}

}  // namespace mmasim::runtime
