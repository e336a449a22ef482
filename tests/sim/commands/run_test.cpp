// What `run` and `simulate` leave behind: files, and a report whose numbers fit each other.
#include <filesystem>

#include "isa/kit/sha256.h"
#include "runtime/io/npy.h"
#include "tests/kit/onnx_builder.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using nlohmann::json;
using runtime::test::TemporaryFolder;

namespace {

// Runs LeNet with the options and gives its report back.
json run_lenet(const TemporaryFolder& folder, const std::string& options, const std::string& out = "out") {
  const auto said = command_line("run " + kLenet + " --quiet --out " + folder.file(out) + " " + options);
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  return json_of_file(folder.file(out + "/report.json"));
}

json without_host(json report) {
  report.erase("host");
  return report;
}

void check_layer_sums(const json& report) {
  uint64_t end_cycle = 0, macs = 0, ddr_read = 0, ddr_write = 0;
  double energy = 0;
  for (const auto& layer : report["layers"]) {
    CAPTURE(layer["name"]);
    CHECK(layer["start_cycle"] == end_cycle);
    end_cycle = layer["end_cycle"];
    const uint64_t cycles = layer["cycles"];
    CHECK(cycles == end_cycle - layer["start_cycle"].get<uint64_t>());
    uint64_t stalled = 0;
    for (const auto& [cause, count] : layer["stall_cycles"].items()) stalled += count.get<uint64_t>();
    const uint64_t waiting = layer["overhead_cycles"].get<uint64_t>() + stalled;
    REQUIRE(waiting <=
            cycles);  // the rest is MMA or DSP busy, which may overlap each other but not exceed their sum
    CHECK(cycles - waiting <= layer["mma_cycles"].get<uint64_t>() + layer["dsp_cycles"].get<uint64_t>());
    CHECK(cycles - waiting >= std::max(layer["dsp_cycles"].get<uint64_t>(), uint64_t{0}));
    macs += layer["macs"].get<uint64_t>();
    ddr_read += layer["ddr_read_bytes"].get<uint64_t>();
    ddr_write += layer["ddr_write_bytes"].get<uint64_t>();
    energy += layer["energy_mj"].get<double>();
  }
  const auto& totals = report["totals"];
  CHECK(totals["cycles"] == end_cycle);
  CHECK(totals["macs"] == macs);
  CHECK(totals["ddr_read_bytes"] == ddr_read);
  CHECK(totals["ddr_write_bytes"] == ddr_write);
  CHECK(totals["energy_mj"].get<double>() == doctest::Approx(energy).epsilon(1e-12));
  double parts = 0;
  for (const auto& [part, millijoules] : totals["energy"].items()) parts += millijoules.get<double>();
  CHECK(totals["energy_mj"].get<double>() == doctest::Approx(parts).epsilon(1e-12));
}

}  // namespace

TEST_CASE("run: the report of a verified run is complete and its numbers fit each other") {
  const TemporaryFolder folder("run-report");
  const auto report = run_lenet(folder, "--verify=layers --seed 3");
  for (const auto* key :
       {"schema", "mmasim_version", "network", "config", "config_name", "precision", "quant", "input",
        "totals", "layers", "outputs", "verify", "accumulator", "fallbacks", "host"}) {
    CHECK(report.contains(key));
  }
  CHECK(report["schema"] == "mmasim.report/1");
  CHECK(report["config_name"] == "tda4vm");
  CHECK(report["config"]["l2"]["size_bytes"] == 448 * 1024);
  CHECK(report["network"]["sha256"] == sha256_hex(text_of_file(kLenet)));
  // Conv 1->16 5x5 on 28x28 gives ... LeNet's published sum: 3.02 M.
  CHECK(report["network"]["macs"] == 3024384);
  CHECK(report["totals"]["macs"] == 3024384);
  CHECK(report["input"]["source"] == "synthetic");
  CHECK(report["input"]["calibration"]["source"] == "synthetic");
  CHECK(report["layers"][0]["kind"] == "call");
  CHECK(report["layers"][0]["overhead_cycles"] >= report["config"]["overhead"]["network_call_cycles"]);
  CHECK(report["verify"]["mode"] == "layers");
  CHECK(report["verify"]["mismatches"] == 0);
  CHECK(report["verify"]["compared_tensors"] >= 6);
  CHECK(report["accumulator"]["policy"] == "wrap");
  check_layer_sums(report);
}

TEST_CASE("run: totals are what their definitions give") {
  const TemporaryFolder folder("run-totals");
  const auto report = run_lenet(folder, "--set soc.core_clock_mhz=500");
  const auto& totals = report["totals"];
  const double cycles = totals["cycles"], macs = totals["macs"];
  const double time_s = cycles / 500e6;
  const double ddr_bytes = totals["ddr_read_bytes"].get<double>() + totals["ddr_write_bytes"].get<double>();
  CHECK(totals["time_ms"].get<double>() == doctest::Approx(time_s * 1e3));
  CHECK(totals["macs_per_cycle"].get<double>() == doctest::Approx(macs / cycles));
  CHECK(totals["mma_utilization"].get<double>() ==
        doctest::Approx(macs / cycles / 4096));  // 64 x 64 at 8 bits
  CHECK(totals["inferences_per_second"].get<double>() == doctest::Approx(1 / time_s));
  CHECK(totals["tops"].get<double>() == doctest::Approx(2 * macs / time_s / 1e12));
  CHECK(totals["ddr_bandwidth_gbps"].get<double>() == doctest::Approx(ddr_bytes / time_s / 1e9));
  // a 32-bit bus, two transfers every 0.46875 ns: 8 bytes / 0.46875 ns = 17.067 GB/s
  CHECK(totals["ddr_utilization"].get<double>() == doctest::Approx(ddr_bytes / time_s / 1e9 / 17.0666667));
}

TEST_CASE("run: outputs lie in files that the report names, with their hash") {
  const TemporaryFolder folder("run-outputs");
  const auto report = run_lenet(folder, "");
  REQUIRE(report["outputs"].size() == 1);
  const auto& output = report["outputs"][0];
  CHECK(output["name"] == "logits");
  CHECK(output["file"] == "outputs/logits.npy");
  CHECK(output["dtype"] == "int8");
  CHECK(output["shape"] == json({1, 10}));
  CHECK(output["sha256"] == sha256_hex(text_of_file(folder.file("out/outputs/logits.npy"))));
  const auto integers = runtime::read_npy(folder.file("out/outputs/logits.npy"));
  const auto floats = runtime::to_float(runtime::read_npy(folder.file("out/outputs/logits.float.npy")));
  CHECK(integers.dtype == "|i1");
  REQUIRE(floats.values.size() == 10);
  for (size_t i = 0; i < 10; ++i) {
    const double integer = static_cast<int8_t>(integers.bytes[i]) - output["zero_point"].get<double>();
    CHECK(floats.values[i] == doctest::Approx(integer * output["scale"].get<double>()).epsilon(1e-6));
  }
}

TEST_CASE("run: layers.csv has the report's keys as columns and a row a layer") {
  const TemporaryFolder folder("run-csv");
  const auto report = nlohmann::ordered_json::parse([&] {
    (void)run_lenet(folder, "");
    return text_of_file(folder.file("out/report.json"));
  }());
  std::stringstream csv(text_of_file(folder.file("out/layers.csv")));
  std::string header, keys, row;
  std::getline(csv, header);
  for (const auto& [key, value] : report["layers"][0].items()) keys += (keys.empty() ? "" : ",") + key;
  CHECK(header == keys);
  size_t rows = 0;
  while (std::getline(csv, row)) ++rows;
  CHECK(rows == report["layers"].size());
}

TEST_CASE("run: equal runs leave equal bytes, whatever the folder and the threads, but for host") {
  const TemporaryFolder folder("run-equal");
  const auto first = run_lenet(folder, "--threads 1", "a");
  const auto second = run_lenet(folder, "--threads 3", "elsewhere/b");
  CHECK(without_host(first) == without_host(second));
  CHECK(second["host"]["threads"] == 3);
  for (const std::string file :
       {"layers.csv", "quantization.yaml", "program.mma", "outputs/logits.npy", "outputs/logits.float.npy"}) {
    CHECK(text_of_file(folder.file("a/" + file)) == text_of_file(folder.file("elsewhere/b/" + file)));
  }
}

TEST_CASE("run: time does not depend on values") {
  const TemporaryFolder folder("run-timing");
  const auto timed = run_lenet(folder, "", "a");
  const auto timing_only = run_lenet(folder, "--timing-only", "b");
  CHECK(timing_only["totals"] == timed["totals"]);
  CHECK(timing_only["layers"] == timed["layers"]);
  CHECK(timing_only["outputs"] == json::array());
  CHECK(timing_only["verify"].is_null());
  CHECK(timing_only["accumulator"].is_null());
  CHECK(timing_only["input"]["calibration"]["source"].is_null());
}

TEST_CASE("run: other values inside the models take the same time: an image's time is every image's") {
  const TemporaryFolder folder("run-other-values");
  const auto one = run_lenet(folder, "--verify --seed 1", "a"),
             other = run_lenet(folder, "--verify --seed 2", "b");
  CHECK(one["outputs"][0]["sha256"] != other["outputs"][0]["sha256"]);
  CHECK(one["totals"] == other["totals"]);
  CHECK(one["layers"] == other["layers"]);
}

TEST_CASE("run: values do not depend on time, and without time its keys are null") {
  const TemporaryFolder folder("run-functional");
  const auto timed = run_lenet(folder, "", "a");
  const auto functional = run_lenet(folder, "--functional-only --verify=layers", "b");
  CHECK(functional["outputs"] == timed["outputs"]);
  CHECK(functional["verify"]["mismatches"] == 0);
  for (const auto* key : {"cycles", "time_ms", "macs_per_cycle", "mma_utilization", "inferences_per_second",
                          "tops", "ddr_bandwidth_gbps", "ddr_utilization", "energy_mj"}) {
    CAPTURE(key);
    CHECK(functional["totals"].at(key).is_null());
  }
  CHECK(functional["totals"]["energy"]["ddr_mj"].is_null());
  CHECK(functional["layers"][1]["cycles"].is_null());
  CHECK(functional["layers"][1]["bound"].is_null());
  CHECK(functional["totals"]["macs"] == timed["totals"]["macs"]);
}

TEST_CASE("run: a batch of frames is asked for by the input file and shows in outputs and rate") {
  const TemporaryFolder folder("run-batch");
  runtime::write_npy(folder.file("four.npy"), "<f4", {4, 1, 28, 28}, std::vector<uint8_t>(4 * 4 * 784));
  const auto report = run_lenet(folder, "--verify --input " + folder.file("four.npy"));
  CHECK(report["outputs"][0]["shape"] == json({4, 10}));
  CHECK(report["network"]["macs"] == 4 * 3024384);
  CHECK(report["totals"]["inferences_per_second"].get<double>() ==
        doctest::Approx(4 / (report["totals"]["time_ms"].get<double>() / 1e3)));
  CHECK(report["input"]["source"] == "file");
  CHECK(report["input"]["calibration"]["source"] == "input");
  CHECK(report["input"]["calibration"]["samples"] == 4);
}

TEST_CASE("run: an input that the network declares and nothing reads may be given") {
  const TemporaryFolder folder("run-unread-input");
  tests::OnnxBuilder(13)
      .input("x", {1, 2})
      .input("unread", {3})
      .add_node("Relu", {"x"}, {"y"})
      .output("y")
      .save(folder.file("net.onnx"));
  const std::vector<float> values{1, -2};
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  runtime::write_npy(folder.file("x.npy"), "<f4", {1, 2}, {bytes, bytes + 8});
  const auto given = [&](const std::string& name) {
    return command_line("run " + folder.file("net.onnx") + " --quiet --out " + folder.file("out") +
                        " --input x=" + folder.file("x.npy") + " --input " + name + "=" +
                        folder.file("x.npy"));
  };
  CHECK(given("unread").exit_code == 0);
  const auto other = given("unknown");
  CHECK(other.exit_code == 2);
  CHECK(other.mentions("the network has no such input"));
}

TEST_CASE("run: a reused folder holds the last run's files and what was the user's own") {
  const TemporaryFolder folder("run-reuse");
  (void)run_lenet(folder, "");
  std::ofstream(folder.file("out/outputs/mine.npy")) << "mine";
  std::ofstream(folder.file("out/notes.txt")) << "mine";
  (void)run_lenet(folder, "--timing-only");
  CHECK_FALSE(std::filesystem::exists(folder.file("out/outputs/logits.npy")));
  CHECK_FALSE(std::filesystem::exists(folder.file("out/outputs/logits.float.npy")));
  CHECK(std::filesystem::exists(folder.file("out/outputs/mine.npy")));
  CHECK(std::filesystem::exists(folder.file("out/notes.txt")));
}

TEST_CASE("simulate: the program of a run gives the run's outputs, cycles and energy again") {
  const TemporaryFolder folder("run-simulate");
  const auto run = run_lenet(folder, "--seed 5");
  const auto said = command_line("simulate " + folder.file("out/program.mma") + " --seed 5 --quiet --out " +
                                 folder.file("again"));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto again = json_of_file(folder.file("again/report.json"));
  CHECK(again["totals"] == run["totals"]);
  CHECK(again["layers"] == run["layers"]);
  CHECK(again["outputs"] == run["outputs"]);
  CHECK(again["accumulator"] == run["accumulator"]);
  CHECK(text_of_file(folder.file("out/program.mma")) == text_of_file(folder.file("again/program.mma")));
}

TEST_CASE("simulate: an input between two integers becomes the run's, at every preset and width") {
  const TemporaryFolder folder("run-simulate-ties");
  tests::OnnxBuilder(13)
      .input("x", {1, 1, 16, 16})
      .initializer("w", {1, 1, 1, 1}, {1})
      .add_node("Conv", {"x", "w"}, {"y"})
      .output("y")
      .save(folder.file("net.onnx"));
  // Calibrated to 0..255, of which 0.5, 1.5, ... are halves in 255, 65535 and 4294967295 steps.
  std::vector<float> whole(256), halves(256);
  for (size_t i = 0; i < 256; ++i) whole[i] = static_cast<float>(i), halves[i] = whole[i] + 0.5f;
  const auto save = [&](const std::string& name, const std::vector<float>& values) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
    runtime::write_npy(folder.file(name), "<f4", {1, 1, 16, 16}, {bytes, bytes + 4 * values.size()});
  };
  save("whole.npy", whole), save("halves.npy", halves);
  const std::string halves_file = " --quiet --input " + folder.file("halves.npy") + " --out ";
  for (const std::string preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"}) {
    for (const std::string precision : {"int8", "int16", "int32"}) {
      CAPTURE(preset);
      CAPTURE(precision);
      const auto run =
          command_line("run " + folder.file("net.onnx") + " --quant " + preset + " --precision " + precision +
                       " --calibration " + folder.file("whole.npy") + halves_file + folder.file("out"));
      REQUIRE(run.exit_code == 0);
      const auto again =
          command_line("simulate " + folder.file("out/program.mma") + halves_file + folder.file("again"));
      REQUIRE(again.exit_code == 0);
      const auto y = text_of_file(folder.file("out/outputs/y.npy"));
      CHECK_FALSE(y.empty());
      CHECK(text_of_file(folder.file("again/outputs/y.npy")) == y);
      CHECK(text_of_file(folder.file("again/program.mma")) == text_of_file(folder.file("out/program.mma")));
    }
  }
}

TEST_CASE("simulate: --plain gives the outputs and counts of the fast form at every width, and no cycles") {
  for (const std::string precision : {"int8", "int16", "int32"}) {
    CAPTURE(precision);
    const TemporaryFolder folder("run-plain");
    const auto fast = run_lenet(folder, "--functional-only --seed 5 --precision " + precision);
    const auto said = command_line("simulate " + folder.file("out/program.mma") +
                                   " --plain --seed 5 --quiet --out " + folder.file("plain"));
    CAPTURE(said.error);
    REQUIRE(said.exit_code == 0);
    const auto plain = json_of_file(folder.file("plain/report.json"));
    CHECK(plain["outputs"] == fast["outputs"]);
    CHECK(plain["accumulator"] == fast["accumulator"]);
    CHECK(plain["totals"] == fast["totals"]);
    CHECK(plain["totals"]["cycles"].is_null());
  }
}

TEST_CASE("simulate: --plain and --timing-only leave nothing to run") {
  const TemporaryFolder folder("run-plain-mistake");
  const auto said = command_line("simulate none.mma --plain --timing-only");
  CHECK(said.exit_code == 2);
  CHECK(said.is_one_line());
  CHECK(said.mentions("--plain"));
}

TEST_CASE("run: the host's times add up to the whole run, whatever it was asked for") {
  const TemporaryFolder folder("run-host");
  for (const std::string options : {"", " --verify=layers --compare-float", " --timing-only"}) {
    const auto said =
        command_line("run " + kLenet + " --quiet --format json --out " + folder.file("out") + options);
    REQUIRE(said.exit_code == 0);
    const auto host = nlohmann::json::parse(said.out)["host"];
    double sum = 0;
    for (const char* part : {"import_s", "quantize_s", "lower_s", "simulate_s", "verify_s", "other_s"}) {
      CHECK(host[part] >= 0);
      sum += host[part].get<double>();
    }
    CHECK(sum == doctest::Approx(host["wall_s"].get<double>()));
    CHECK((host["verify_s"] != 0.0) == (options.find("verify") != std::string::npos));
  }
}

TEST_CASE("run: --format json prints the report that is in the folder") {
  const TemporaryFolder folder("run-json");
  const auto said = command_line("run " + kLenet + " --quiet --format json --out " + folder.file("out"));
  CHECK(said.out == text_of_file(folder.file("out/report.json")));
  const auto csv = command_line("run " + kLenet + " --quiet --format csv --out " + folder.file("out"));
  CHECK(csv.out == text_of_file(folder.file("out/layers.csv")));
}
