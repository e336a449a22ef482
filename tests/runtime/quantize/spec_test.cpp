#include "runtime/quantize/spec.h"

#include <doctest/doctest.h>

#include <string>

#include "runtime/user_error.h"

using namespace mmasim::runtime;

namespace {

std::string error_of(const std::string& preset, const std::string& precision) {
  try {
    resolve_preset(preset, precision);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("quantize spec: every preset resolves as it says, and at every precision that it does not fix") {
  CHECK(presets().size() >= 13);
  for (const PresetInfo& preset : presets()) {
    CAPTURE(preset.name);
    CHECK_FALSE(preset.sentence.empty());
    CHECK(resolve_preset(preset.name, "preset").preset == preset.name);
  }
  for (const char* preset : {"tidl-np2-fixed", "per-channel", "tidl-dw-channel", "chaidnn-dynamic-fixed"}) {
    CHECK(resolve_preset(preset, "int8").weight_bits == 8);
    CHECK(resolve_preset(preset, "int16").act_bits == 16);
    CHECK(resolve_preset(preset, "int32").weight_bits == 32);
  }
  CHECK(contains(error_of("tidl16", "int8"), "fixes weight.bits at 16"));
  CHECK(contains(error_of("chaidnn-dynamic-fixed-6", "int16"), "fixes weight.bits at 6"));
  CHECK(contains(error_of("asym-pt", "int32"), "at most 16 bits"));
  CHECK(contains(error_of("tqt-static", "int32"), "at most 16 bits"));
}

TEST_CASE("quantize spec: presets differ in exactly what their names say") {
  const QuantSpec np2 = resolve_preset("tidl-np2-fixed", "int8");
  CHECK(np2.weight_scale == QuantSpec::Scale::real);
  CHECK(np2.relu6 == QuantSpec::Relu6::exact);
  const QuantSpec p2 = resolve_preset("tidl-p2-dynamic", "int8");
  CHECK(p2.weight_scale == QuantSpec::Scale::pow2);
  CHECK(p2.relu6 == QuantSpec::Relu6::relu8);
  CHECK(p2.gemm_margin == 1.25);
  const QuantSpec channel = resolve_preset("per-channel", "int8");
  CHECK(channel.weight_granularity == QuantSpec::Granularity::channel);
  CHECK(channel.weight_range == QuantSpec::Range::narrow);
  CHECK(channel.act_affine);
  CHECK(channel.multiplier_bits == 31);
}

TEST_CASE("quantize spec: a misspelt preset is answered with the nearest and the list") {
  const std::string error = error_of("tidl-np2-fixd", "int8");
  CHECK(contains(error, "nearest is 'tidl-np2-fixed'"));
  CHECK(contains(error, "tidl-np2-fixed, tidl-np2-strict, tidl-p2-dynamic"));
  CHECK(contains(error_of("perchannel", "int8"), "nearest is 'per-channel'"));
  for (const char* path : {"../quant/per-channel", "", ".", "/per-channel"})
    CHECK(contains(error_of(path, "int8"), "is unknown"));
}

TEST_CASE("quantize spec: a precision that no integer plan has is refused with what is allowed") {
  for (const char* precision : {"float64", "", "int4"}) {
    CHECK(contains(error_of("per-channel", precision), "allowed: int8, int16, int32, mixed, float32"));
  }
}
