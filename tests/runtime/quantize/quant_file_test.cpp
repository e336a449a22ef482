// Quantization files: what is read, what is refused and where, which of two settings wins.
#include "runtime/quantize/quant_file.h"

#include <doctest/doctest.h>

#include "runtime/quantize/match.h"
#include "runtime/quantize/quant_keys.h"
#include "runtime/quantize/spec.h"
#include "runtime/user_error.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim::runtime;
using mmasim::runtime::test::TemporaryFolder;

namespace {

std::vector<std::string> faults(const std::string& text) {
  const TemporaryFolder folder("quant-file");
  folder.write("q.yaml", text);
  std::vector<std::string> list;
  for (const auto& fault : read_quant_file(folder.file("q.yaml")).faults)
    list.push_back(fault.substr(folder.path().size() + 1));
  return list;
}

using Faults = std::vector<std::string>;

// Values that a key may have.
std::vector<std::string> samples_of(const QuantKey& key) {
  if (key.path == "corrections") return {"cle", "weight_clip,bias_correct"};
  if (key.path == "mixed.layers") return {"conv1", "conv1,conv7"};
  if (key.path == "mixed.candidates") return {"auto", "name:conv*|op:Gemm"};
  if (key.check) return {"minmax", "percentile(percentile=99.98)"};
  if (!key.words.empty()) return key.words;
  return {key.is_whole ? "4" : "1.5"};
}

}  // namespace

TEST_CASE("quant file: settings, overrides and a base are read with their places") {
  const TemporaryFolder folder("quant-file");
  folder.write("q.yaml",
               "about: mine\npreset: per-channel\nweight: {bits: 4}\noverrides:\n"
               "  - {match: \"name:conv*|op:Softmax\", act: {bits: 16}}\n");
  const QuantFile file = read_quant_file(folder.file("q.yaml"));
  CHECK(file.faults.empty());
  CHECK(file.about == "mine");
  CHECK(file.preset == "per-channel");
  REQUIRE(file.settings.size() == 1);
  CHECK(file.settings[0].key == "weight.bits");
  CHECK(file.settings[0].value == "4");
  CHECK(file.settings[0].place == folder.file("q.yaml") + ":3:10");
  REQUIRE(file.overrides.size() == 1);
  CHECK(file.overrides[0].match == "name:conv*|op:Softmax");
  CHECK(file.overrides[0].settings[0].key == "act.bits");
}

TEST_CASE("quant file: every key may stand under one 'quant'") {
  const TemporaryFolder folder("quant-file");
  folder.write("q.yaml", "quant:\n  act: {bits: 16}\n");
  CHECK(resolve_preset(folder.file("q.yaml"), "preset").act_bits == 16);
}

TEST_CASE("quant file: faults are told with line, column and what is allowed") {
  CHECK(faults("weight:\n  bit: 8\n") ==
        Faults{"q.yaml:2:3: unknown key 'weight.bit'; did you mean 'weight.bits'?"});
  CHECK(faults("weight: {bits: 7.5}\n") ==
        Faults{"q.yaml:1:16: weight.bits is 7.5; expected a whole number, 2..32"});
  CHECK(faults("act: {bits: 12}\n") == Faults{"q.yaml:1:13: act.bits is 12; expected one of 6, 8, 16, 32"});
  CHECK(faults("act: {symmetric: no}\n") ==
        Faults{"q.yaml:1:18: act.symmetric is no; expected true or false"});
  CHECK(faults("relu6: exact\nrelu6: clip\n") == Faults{"q.yaml:2:1: key 'relu6' is given twice"});
  CHECK(faults("weight: 8\n") == Faults{"q.yaml:1:1: section 'weight' is not a mapping of keys"});
  CHECK(faults("overrides:\n  - {act: {bits: 16}}\n") ==
        Faults{"q.yaml:2:5: an override without 'match' says of no node what it changes"});
  CHECK(faults("overrides:\n  - {match: conv1}\n") ==
        Faults{"q.yaml:2:13: match has 'conv1'; expected name:GLOB or op:GLOB, with | between several"});
  CHECK(faults("[1, 2]\n").size() == 1);
  CHECK(faults("").size() == 1);
  CHECK(faults("a: [\n").at(0).find("not YAML") != std::string::npos);
}

TEST_CASE("quant file: --set-quant key@match=value is an override that wins over the file's") {
  const auto spec =
      resolve_preset("tidl-np2-fixed", "int16",
                     {"weight.bits@name:conv*|op:Gemm=8", "act.calib@name:x=percentile(percentile=99)"});
  CHECK(spec.weight_bits == 16);
  REQUIRE(spec.overrides.size() == 2);
  CHECK(spec.overrides[0].match == "name:conv*|op:Gemm");
  CHECK(spec.overrides[0].settings[0].key == "weight.bits");
  CHECK(spec.overrides[0].settings[0].value == "8");
  CHECK(spec.overrides[1].match == "name:x");
  CHECK(spec.overrides[1].settings[0].value == "percentile(percentile=99)");
  CHECK(nominal_precision(spec) == "mixed");
  CHECK_THROWS_WITH_AS(
      resolve_preset("tidl-np2-fixed", "preset", {"weight.bits@conv=8"}),
      "--set-quant weight.bits: match has 'conv'; expected name:GLOB or op:GLOB, with | between several",
      UserError);
  CHECK_THROWS_AS(resolve_preset("tidl-np2-fixed", "preset", {"weight.bits@name:conv"}), UserError);
}

TEST_CASE("quant file: --set-quant over the file, the file over its preset, the preset over the defaults") {
  const TemporaryFolder folder("quant-file");
  folder.write("base.yaml", "preset: per-channel\nrequant: {mult_bits: 24}\n");
  folder.write("q.yaml", "preset: base.yaml\nrelu6: exact\nrequant: {round: half_even}\n");
  const QuantSpec spec = resolve_preset(folder.file("q.yaml"), "int16", {"requant.round=half_away"});
  CHECK(spec.preset == "q");
  CHECK(spec.weight_granularity == QuantSpec::Granularity::channel);  // per-channel
  CHECK(spec.multiplier_bits == 24);                                  // base.yaml
  CHECK(spec.relu6 == QuantSpec::Relu6::exact);                       // q.yaml
  CHECK(spec.requant_rounding == mmasim::isa::Rounding::half_away);
  CHECK(spec.act_bits == 16);
  CHECK(spec.origins.at("requant.round") == "--set-quant requant.round");
  CHECK(spec.origins.at("requant.mult_bits") == folder.file("base.yaml") + ":2:11");
  CHECK(spec.origins.at("act.bits") == "--precision int16");
  CHECK(spec.origins.count("acc.overflow") == 0);  // the default
}

TEST_CASE("quant file: files that are based on each other, and widths against a precision, are refused") {
  const TemporaryFolder folder("quant-file");
  folder.write("a.yaml", "preset: b.yaml\n");
  folder.write("b.yaml", "preset: a.yaml\n");
  CHECK_THROWS_WITH_AS(resolve_preset(folder.file("a.yaml"), "preset"), doctest::Contains("without end"),
                       UserError);
  folder.write("w.yaml", "act: {bits: 16}\nweight: {bits: 16}\n");
  CHECK_THROWS_WITH_AS(resolve_preset(folder.file("w.yaml"), "int8"),
                       doctest::Contains("fixes weight.bits at 16"), UserError);
  CHECK(nominal_precision(resolve_preset(folder.file("w.yaml"), "int16")) == "int16");
  CHECK(nominal_precision(resolve_preset("per-channel", "preset")) == "int8");
  folder.write("m.yaml", "overrides: [{match: \"op:Conv\", act: {bits: 16}}]\n");
  CHECK(nominal_precision(resolve_preset(folder.file("m.yaml"), "preset")) == "mixed");
}

TEST_CASE("quant file: choices that no output stage can do together are refused") {
  for (const char* set : {"requant.kind=mul_shift", "act.symmetric=false", "weight.symmetric=false",
                          "act.scale=pow2", "inter.bits=16"}) {
    CAPTURE(set);
    CHECK_THROWS_AS(resolve_preset("tidl-np2-fixed", "int8", {set}), UserError);
  }
}

TEST_CASE("quant match: globs of names and operators") {
  CHECK(glob_matches("conv*", "conv1"));
  CHECK(glob_matches("*", ""));
  CHECK(glob_matches("a*b?c*", "aXXbYc"));
  CHECK(glob_matches("head/*/conv", "head/3/conv"));
  CHECK_FALSE(glob_matches("conv", "conv1"));
  CHECK_FALSE(glob_matches("?", ""));
  CHECK_FALSE(glob_matches("a*b", "abc"));
  CHECK(glob_matches(std::string(40, '*') + "b", std::string(4000, 'a') + "b"));  // no exponential walk
  const MatchSubject subject{{"conv1", "conv1_out"}, {"Conv", "DepthwiseConv"}};
  CHECK(matches("op:Depth*", subject));
  CHECK(matches("name:x|op:Conv", subject));
  CHECK(matches("name:*_out", subject));
  CHECK_FALSE(matches("name:Conv|op:conv1", subject));
}

TEST_CASE("quant keys: every key gives back what it is set to, and refuses what is none of its values") {
  for (const QuantKey& key : quant_keys()) {
    CAPTURE(key.path);
    QuantChoices choices;
    const std::vector<std::string> values = samples_of(key);
    for (const std::string& value : values) {
      CHECK(key.fault(value) == "");
      key.set(choices, value);
      CHECK(key.get(choices) == value);
    }
    CHECK_FALSE(key.sentence.empty());
    if (key.path == "mixed.layers") continue;  // a name may be any text
    if (key.check) {
      CHECK(key.fault("nonsense").find("nonsense") != std::string::npos);
    } else {
      CHECK(key.fault("nonsense").find(key.path + " is nonsense; expected ") == 0);
    }
    if (key.path != "corrections") CHECK(key.fault("") != "");  // no correction at all is a list, too
  }
}

TEST_CASE("quant file: TIDL's options become settings and overrides, or are told to mean nothing here") {
  const TemporaryFolder folder("quant-file");
  folder.write(
      "q.yaml",
      "tidl_options:\n  tensor_bits: 8\n  accuracy_level: 1\n  advanced_options:calibration_frames: 20\n"
      "  advanced_options:\n    quantization_scale_type: 1\n    channel_wise_quantization: 1\n"
      "    output_feature_16bit_names_list: \"12, 45\"\n    params_16bit_names_list: conv7\n"
      "    bias_clipping: 0\n    bias_calibration: 1\n    mixed_precision_factor: 1.2\n"
      "    add_data_convert_ops: 3\n  deny_list: \"Softmax, ArgMax\"\n");
  const QuantSpec spec = resolve_preset(folder.file("q.yaml"), "preset");
  CHECK(spec.weight_scale == QuantSpec::Scale::pow2);  // tidl-p2-dynamic
  CHECK(spec.weight_granularity == QuantSpec::Granularity::channel_dw);
  CHECK(spec.weight_bits == 8);
  CHECK(spec.mixed_factor == 1.2);
  REQUIRE(spec.overrides.size() == 3);
  CHECK(spec.overrides[0].match == "name:12|name:45");
  CHECK(spec.overrides[0].settings.size() == 2);
  CHECK(spec.overrides[1].match == "name:conv7");
  CHECK(spec.overrides[1].settings[0].key == "weight.bits");
  CHECK(spec.overrides[2].match == "op:Softmax|op:ArgMax");
  CHECK(spec.overrides[2].settings[0].value == "float");
  CHECK(find_quant_key("corrections")->get(spec) == "weight_clip,bias_iterative");
  CHECK(find_quant_key("act.calib")->get(spec) == "percentile(percentile=99.98)");
  const std::string named = ": tidl_options.advanced_options:";
  CHECK(spec.notes ==
        std::vector<std::string>{
            folder.file("q.yaml") + ":4:3" + named +
                "calibration_frames has no meaning here: a correction says its own frames",
            folder.file("q.yaml") + ":13:5" + named +
                "add_data_convert_ops has no meaning here: inputs and outputs are converted by the host"});
  CHECK(faults("tidl_options: {tensor_bits: 7}\n") ==
        Faults{"q.yaml:1:16: tidl_options.tensor_bits is 7; expected 8, 16 or 32"});
  CHECK(faults("tidl_options: {tensor_bit: 8}\n") ==
        Faults{"q.yaml:1:16: tidl_options.tensor_bit is no option of TIDL's quantization; did you mean "
               "'tensor_bits'?"});
  CHECK(faults("preset: per-channel\ntidl_options: {advanced_options: {quantization_scale_type: 0}}\n") ==
        Faults{"q.yaml:2:35: the preset is given twice, as 'per-channel' and 'tidl-np2-fixed'"});
}
