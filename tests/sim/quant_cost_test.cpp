// What each quantization costs beside 8 bits with one shift per tensor (quantization.md 7.2), as simulated
// cycles of one product of two 1024 x 1024 matrices and of a depthwise layer.
#include "tests/kit/onnx_builder.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

constexpr int64_t kSize = 1024;
// An output stage that rescales every lane by itself.
const std::string kPerLane =
    " --set mma.output.multiplier_bits=31 --set mma.output.per_lane_shift=true --set "
    "mma.output.zero_point=true"
    " --set mma.output.clip=true";

struct Cost {
  double cycles = 0, mma_cycles = 0, dsp_cycles = 0;
};

Cost cost_of_run(const std::string& arguments, const TemporaryFolder& folder) {
  const auto said = command_line("run " + arguments + " --quiet --out " + folder.file("out"));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto report = json_of_file(folder.file("out/report.json"));
  Cost cost;
  cost.cycles = report["totals"]["cycles"].get<double>();
  for (const auto& layer : report["layers"]) {
    cost.mma_cycles += layer["mma_cycles"].get<double>();
    cost.dsp_cycles += layer["dsp_cycles"].get<double>();
  }
  return cost;
}

Cost product(const std::string& options) {
  const TemporaryFolder folder("quant-cost");
  tests::OnnxBuilder network(13);
  network.input("x", {kSize, kSize}).initializer("w", {kSize, kSize}).output("y");
  network.add_node("MatMul", {"x", "w"}, {"y"}).save(folder.file("product.onnx"));
  return cost_of_run(folder.file("product.onnx") + " --timing-only " + options, folder);
}

}  // namespace

TEST_CASE("quant cost: weights of 16 bits take two passes of the array, 16 bits of both take four") {
  const double narrow = product("--precision int8").mma_cycles;
  const auto weights = product("--set-quant weight.bits=16");
  CHECK(weights.dsp_cycles == 0);
  CHECK(weights.mma_cycles >= 1.95 * narrow);
  CHECK(weights.mma_cycles <= 2.2 * narrow);
  for (const std::string wide : {"--precision int16", "--set-quant act.bits=16"}) {
    CAPTURE(wide);
    const double cycles = product(wide).mma_cycles;
    CHECK(cycles >= 3.9 * narrow);
    CHECK(cycles <= 4.3 * narrow);
  }
}

TEST_CASE(
    "quant cost: a scale per channel is free where the output stage has one per lane, and else is not") {
  const double one_scale = product("--precision int8").cycles;
  const auto native = product("--quant per-channel" + kPerLane);
  CHECK(native.dsp_cycles == 0);
  CHECK(native.cycles <= 1.02 * one_scale);
  const auto by_dsp = product("--quant per-channel");
  CHECK(by_dsp.dsp_cycles > 0);
  CHECK(by_dsp.cycles > 1.02 * one_scale);
}

TEST_CASE("quant cost: what changes numbers alone costs nothing") {
  const auto one_scale = product("--quant static-acc32" + kPerLane);
  for (const std::string same :
       {"--quant static-acc16", "--quant static-acc32 --set-quant act.symmetric=false",
        "--quant static-acc32 --set-quant weight.bits=4", "--quant static-acc32 --set-quant act.bits=6",
        "--quant static-acc32 --set-quant requant.mult_bits=8"}) {
    CAPTURE(same);
    CHECK(product(same + kPerLane).cycles == one_scale.cycles);
  }
  const auto shift = product("--precision int8");
  for (const std::string same : {"--quant tidl-p2-dynamic", "--quant tidl-dw-channel"}) {
    CAPTURE(same);
    CHECK(product(same).cycles == shift.cycles);
  }
  CHECK(product("--quant chaidnn-dynamic-fixed-6").cycles == product("--quant chaidnn-dynamic-fixed").cycles);
}

TEST_CASE("quant cost: a zero point of weights is one column of ones per panel, and a detour by the DSP") {
  // Raw sums of 32 bits, as wherever the DSP finishes; 1024 outputs of 63 a panel are 17 panels instead
  // of 16.
  const auto symmetric = product("--quant per-channel"), affine = product("--quant asym-pt" + kPerLane);
  CHECK(symmetric.dsp_cycles > 0);
  CHECK(affine.mma_cycles >= 1.05 * symmetric.mma_cycles);
  CHECK(affine.mma_cycles <= 1.08 * symmetric.mma_cycles);
  CHECK(affine.dsp_cycles > symmetric.dsp_cycles);
}

TEST_CASE("quant cost: a depthwise layer in two parts is that layer again, and a sum") {
  const TemporaryFolder folder("quant-cost");
  tests::OnnxBuilder network(13);
  network.input("x", {1, 64, 32, 32}).initializer("w", {64, 1, 3, 3}).output("y");
  network
      .add_node("Conv", {"x", "w"}, {"y"}, {tests::integer("group", 64), tests::ints("pads", {1, 1, 1, 1})})
      .save(folder.file("depthwise.onnx"));
  const std::string run = folder.file("depthwise.onnx") + " --quant static-acc32" + kPerLane;
  // DSP cycles by kind of layer
  const auto of_kind = [&](const std::string& options, const std::string& kind) {
    cost_of_run(run + options, folder);
    double cycles = 0;
    const auto report = json_of_file(folder.file("out/report.json"));
    for (const auto& layer : report["layers"])
      if (layer["kind"] == kind) cycles += layer["dsp_cycles"].get<double>();
    return cycles;
  };
  const std::string split = " --set-quant 'corrections=subtensor(size=1)'";
  CHECK(of_kind(split, "depthwise") == 2 * of_kind("", "depthwise"));
  CHECK(of_kind("", "add") == 0);
  // 64 * 32 * 32 bytes of two inputs and a result, 64 bytes a vector
  CHECK(of_kind(split, "add") >= 3 * 64.0 * 32 * 32 / 64);
}
