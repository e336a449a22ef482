// What quantizations make of a network before it is planned, through the whole program.
#include "tests/kit/onnx_builder.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using nlohmann::json;
using runtime::test::TemporaryFolder;

namespace {

const std::string kResnet8 = MMASIM_SOURCE_DIR "/tests/networks/trained/fashion_resnet8.onnx";
const std::string kFashion = MMASIM_SOURCE_DIR "/tests/data/fashion_mnist";

}  // namespace

TEST_CASE("adaptation: integers agree with the reference under every calibrator and correction") {
  const TemporaryFolder folder("adaptation");
  for (const std::string set : {"act.calib=kl", "act.calib=minmax_ema(beta=-1)", "weight.calib=mse",
                                "corrections=relu6,cle,weight_clip,ocs(expand=0.1),bias_correct(frames=8)"}) {
    CAPTURE(set);
    const auto said = command_line("run " + kResnet8 + " --calibration " + kFashion + " --set-quant '" + set +
                                   "' --functional-only --verify --quiet --out " + folder.file("out"));
    CHECK(said.exit_code == 0);
    CHECK(json_of_file(folder.file("out/report.json"))["verify"]["mismatches"] == 0);
  }
}

TEST_CASE("adaptation: what the tables do not hold is refused with its place") {
  const auto error = [](const std::string& set) {
    const auto said = command_line("run " + kResnet8 + " --set-quant '" + set + "' --quiet");
    CHECK(said.exit_code == 2);
    return said.error;
  };
  CHECK(error("act.calib=kll").find("act.calib: calibrator 'kll' is unknown; nearest is 'kl'") !=
        std::string::npos);
  CHECK(error("act.calib=").find("act.calib") != std::string::npos);
  CHECK(error("corrections=cle,clee").find("correction 'clee' is unknown") != std::string::npos);
  CHECK(error("corrections=ocs(expand=3)").find("expand is 3; expected 0..1") != std::string::npos);
}

TEST_CASE("adaptation: a split that depends on weights needs them") {
  const auto said = command_line("run " + std::string(MMASIM_SOURCE_DIR "/tests/networks/mobilenet_v2.onnx") +
                                 " --set-quant corrections=subtensor --timing-only --quiet");
  CHECK(said.exit_code == 2);
  CHECK(said.error.find("subtensor chooses layers by their weights") != std::string::npos);
}

TEST_CASE("adaptation: --compare-float measures what was executed") {
  const TemporaryFolder folder("compare-float");
  // Calibrated on the input itself, which then leaves no grid.
  const std::string run = "run " + kResnet8 + " --quiet --compare-float --out " + folder.file("out");
  const auto said = command_line(run + " --verify=layers");
  REQUIRE(said.exit_code == 0);
  CHECK(said.out.find("error against float") != std::string::npos);
  const auto report = json_of_file(folder.file("out/report.json"));
  CHECK(report["verify"]["mismatches"] == 0);
  CHECK(report["layers"][0]["error"].is_null());  // the call
  size_t rows = 0;
  for (const auto& layer : report["layers"]) {
    if (layer["error"].is_null()) continue;
    ++rows;
    const auto& error = layer["error"];
    CAPTURE(layer["name"]);
    CHECK(error["max_abs"] >= error["mean_abs"]);
    CHECK(std::abs(error["bias"].get<double>()) <= error["mean_abs"].get<double>() * (1 + 1e-12));
    CHECK(error["grid_used"] > 0);
    CHECK(error["grid_used"] <= 1);
    CHECK(error["saturated"] <= 1);
  }
  CHECK(rows > 8);
  // 16 bits: the error of the last layer falls by about 2^8.
  REQUIRE(command_line(run + " --precision int16").exit_code == 0);
  const auto finer = json_of_file(folder.file("out/report.json"));
  const auto last = [](const json& r) { return r["layers"].back()["error"]["mean_abs"].get<double>(); };
  CHECK(last(finer) * 50 < last(report));
  CHECK(command_line("run " + kResnet8 + " --timing-only --compare-float").exit_code == 2);
}

TEST_CASE("adaptation: a run on synthetic samples says so beside its outputs") {
  const TemporaryFolder folder("synthetic");
  const auto said = command_line("run " + kLenet + " --functional-only --quiet --out " + folder.file("out"));
  CHECK(said.out.find("calibrated on 1 synthetic sample: ") != std::string::npos);
  const auto real = command_line("run " + kResnet8 + " --functional-only --quiet --calibration " + kFashion +
                                 " --out " + folder.file("out"));
  CHECK(real.out.find("synthetic sample") == std::string::npos);
}

TEST_CASE("adaptation: raw pixels without dataset.yaml are taken as they are, and both doubts are said") {
  const TemporaryFolder folder("raw");
  for (const char* file : {"images.npy", "labels.npy"})
    std::filesystem::copy_file(kFashion + "/" + file, folder.file(file));
  const auto said = command_line("evaluate " + kResnet8 + " --dataset " + folder.path() +
                                 " --limit 20 --quiet --out " + folder.file("out"));
  CHECK(said.exit_code == 0);
  CHECK(said.error.find("no dataset.yaml: pixels 0..255 go into the network as they are") !=
        std::string::npos);
  CHECK(said.error.find("half of the layers reach beyond") != std::string::npos);
  const auto described = command_line("evaluate " + kResnet8 + " --dataset " + kFashion +
                                      " --limit 20 --quiet --out " + folder.file("out"));
  CHECK(described.error.find("dataset.yaml") == std::string::npos);
}

TEST_CASE("tune: stops at the first quantization that keeps to the target") {
  const TemporaryFolder folder("tune");
  const std::string tune =
      "tune " + kResnet8 + " --dataset " + kFashion + " --limit 50 --quiet --out " + folder.file("out");
  const auto said = command_line(tune + " --target-drop 50");
  CHECK(said.exit_code == 0);
  const auto met = json_of_file(folder.file("out/tune.json"));
  CHECK(met["schema"] == "mmasim.tune/1");
  CHECK(met["met"] == true);
  CHECK(met["runs"].size() == 1);
  CHECK(met["runs"][0]["pareto"] == true);
  CHECK(command_line("tune " + kResnet8 + " --dataset nowhere --target-drop 1").exit_code == 2);
}

TEST_CASE("adaptation: absorbed biases and searched thresholds are executed as the reference says") {
  const TemporaryFolder folder("adaptation-samples");
  const std::string lenet5 = MMASIM_SOURCE_DIR "/tests/networks/trained/fashion_lenet5.onnx";
  for (const std::string quant :
       {"--set-quant 'corrections=relu6,bias_absorb(sigmas=1),bias_correct(frames=8)'",
        "--quant tqt-search --set-quant 'corrections=threshold_search(frames=4)'"}) {
    CAPTURE(quant);
    const auto said = command_line("run " + lenet5 + " --calibration " + kFashion + " " + quant +
                                   " --verify=layers --out " + folder.file("out"));
    CHECK(said.exit_code == 0);
    CHECK(json_of_file(folder.file("out/report.json"))["verify"]["mismatches"] == 0);
  }
  const auto said = command_line("run " + lenet5 + " --calibration " + kFashion +
                                 " --set-quant 'corrections=threshold_search(frames=1),cle' --quiet");
  CHECK(said.exit_code == 2);
  CHECK(said.error.find("cle changes the network whose ranges threshold_search has chosen") !=
        std::string::npos);
}

TEST_CASE("adaptation: a budget of time says how many layers are split") {
  const TemporaryFolder folder("subtensor-time");
  const std::string mini = MMASIM_SOURCE_DIR "/tests/networks/trained/fashion_mobilenetv2_mini.onnx";
  const auto cycles = [&](const std::string& time) {
    const auto said =
        command_line("run " + mini + " --calibration " + kFashion +
                     " --quant asym-pt --set-quant 'corrections=subtensor(size=0.1 time=" + time +
                     ")' --out " + folder.file("out"));
    CHECK(said.exit_code == 0);
    return json_of_file(folder.file("out/report.json"))["totals"]["cycles"].get<uint64_t>();
  };
  const auto exact = command_line("run " + mini + " --precision float32 --timing-only --quiet --out " +
                                  folder.file("float"));
  CHECK(exact.exit_code == 0);
  const auto in_float = json_of_file(folder.file("float/report.json"))["totals"]["cycles"].get<uint64_t>();
  const auto unsplit = cycles("0.00001"), some = cycles("0.1"), all = cycles("1");
  CHECK(unsplit < some);
  CHECK(some < all);
  CHECK(some - unsplit <= in_float / 10);
}
