// What `compare`, `evaluate` and `memory` print and leave behind.
#include <algorithm>
#include <filesystem>

#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using nlohmann::json;
using runtime::test::TemporaryFolder;

TEST_CASE("compare: every combination is a run of its own, with ratios to the first") {
  const TemporaryFolder folder("compare");
  const auto said = command_line("compare " + kResnet18 +
                                 " --precision int8,int16 --quant tidl-np2-fixed,per-channel --quiet "
                                 "--out " +
                                 folder.file("out"));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto comparison = json_of_file(folder.file("out/compare.json"));
  CHECK(comparison["schema"] == "mmasim.compare/1");
  REQUIRE(comparison["runs"].size() == 4);
  const auto& first = comparison["runs"][0];
  CHECK(first["precision"] == "int8");
  CHECK(first["quant"] == "tidl-np2-fixed");
  CHECK(first["ratio_to_first"] == json({{"cycles", 1.0}, {"energy_mj", 1.0}, {"ddr_bytes", 1.0}}));
  const auto& second = comparison["runs"][1];
  CHECK(second["precision"] == "int16");
  CHECK(second["ratio_to_first"]["cycles"].get<double>() ==
        doctest::Approx(second["totals"]["cycles"].get<double>() / first["totals"]["cycles"].get<double>()));
  // 16-bit operands take a quarter of the array's peak and twice the bytes: never cheaper, at most four times
  // the cycles
  CHECK(second["ratio_to_first"]["cycles"].get<double>() > 1.0);
  CHECK(second["ratio_to_first"]["cycles"].get<double>() < 4.5);
  CHECK(second["ratio_to_first"]["ddr_bytes"].get<double>() > 1.5);
}

TEST_CASE("compare: a run of the comparison has the cycles of the run alone") {
  const TemporaryFolder folder("compare-alone");
  REQUIRE(command_line("compare " + kLenet + " --precision int16,int8 --quiet --out " + folder.file("both"))
              .exit_code == 0);
  REQUIRE(command_line("run " + kLenet + " --timing-only --quiet --out " + folder.file("alone")).exit_code ==
          0);
  const auto compared = json_of_file(folder.file("both/compare.json"))["runs"][1];
  const auto alone = json_of_file(folder.file("alone/report.json"));
  CHECK(compared["totals"] == alone["totals"]);
  CHECK(compared["layers"] == alone["layers"]);
}

TEST_CASE("compare: an input of the network's own batch and --timing-only change no time") {
  const TemporaryFolder folder("compare-options");
  const auto compare = "compare " + kLenet + " --quiet --out ";
  REQUIRE(command_line(compare + folder.file("plain")).exit_code == 0);
  const auto said = command_line(compare + folder.file("options") + " --timing-only --input " + kDataset +
                                 "/one_image.npy");
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  CHECK(text_of_file(folder.file("plain/compare.json")) == text_of_file(folder.file("options/compare.json")));
}

TEST_CASE("evaluate: float comes first, and quantized accuracy is near it") {
  const TemporaryFolder folder("evaluate");
  const auto said = command_line("evaluate " + kLenet + " --dataset " + kDataset +
                                 " --limit 500 --precision int8,int16 "
                                 "--quiet --out " +
                                 folder.file("out"));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto evaluation = json_of_file(folder.file("out/evaluate.json"));
  CHECK(evaluation["schema"] == "mmasim.evaluate/1");
  CHECK(evaluation["samples"] == 500);
  REQUIRE(evaluation["runs"].size() == 3);
  const auto& exact = evaluation["runs"][0];
  CHECK(exact["quant"] == "float");
  CHECK(exact["cycles"].is_null());
  CHECK(exact["energy_mj"].is_null());
  CHECK(exact["agreement_with_float"] == 1.0);
  CHECK(exact["top1"].get<double>() > 0.85);
  const auto& int8 = evaluation["runs"][1];
  const auto& int16 = evaluation["runs"][2];
  CHECK(std::abs(int8["top1"].get<double>() - exact["top1"].get<double>()) < 0.02);
  CHECK(int8["agreement_with_float"].get<double>() > 0.97);
  // each bit more is 6 dB: 8 bits more on weights and activations give tens of decibels
  CHECK(int16["sqnr_db"].get<double>() > int8["sqnr_db"].get<double>() + 30);
  CHECK(int16["cycles"].get<uint64_t>() > int8["cycles"].get<uint64_t>());
}

TEST_CASE("evaluate: images without labels tell agreement and noise of each output") {
  const TemporaryFolder folder("evaluate-unlabelled");
  std::filesystem::create_directory(folder.file("data"));
  for (const char* file : {"images.npy", "calibration.npy"})
    std::filesystem::copy_file(kDataset + "/" + file, folder.file("data/" + std::string(file)));
  folder.write("data/dataset.yaml",
               "name: unlabelled\nimages: images.npy\ncalibration: calibration.npy\npreprocess:\n  scale: "
               "0.00392156862745098\n  mean: [0.2860]\n  std: [0.3530]\n");
  const std::string evaluate = "evaluate " + kLenet + " --limit 100 --quiet --out " + folder.file("out");
  const auto said = command_line(evaluate + " --dataset " + folder.file("data"));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto run = json_of_file(folder.file("out/evaluate.json"))["runs"][1];
  CHECK(run["top1"].is_null());
  REQUIRE(run["outputs"].size() == 1);
  CHECK(run["outputs"][0]["sqnr_db"] == run["sqnr_db"]);
  CHECK(run["outputs"][0]["agreement_with_float"] == run["agreement_with_float"]);
  CHECK(run["agreement_with_float"].get<double>() > 0.9);
  CHECK(said.out.find("agrees in ") != std::string::npos);
  const auto tuned = command_line("tune " + kLenet + " --target-drop 1 --limit 10 --quiet --dataset " +
                                  folder.file("data") + " --out " + folder.file("tuned"));
  CHECK(tuned.exit_code == 2);
  CHECK(tuned.mentions("no labels.npy"));
}

TEST_CASE("evaluate: the answer does not depend on the number of threads") {
  const TemporaryFolder folder("evaluate-threads");
  const auto evaluate = "evaluate " + kLenet + " --dataset " + kDataset + " --limit 100 --quiet --out ";
  REQUIRE(command_line(evaluate + folder.file("a") + " --threads 1").exit_code == 0);
  REQUIRE(command_line(evaluate + folder.file("b") + " --threads 3").exit_code == 0);
  CHECK(text_of_file(folder.file("a/evaluate.json")) == text_of_file(folder.file("b/evaluate.json")));
}

TEST_CASE("evaluate: datasets that are not there or do not fit are told, and leave nothing behind") {
  const TemporaryFolder folder("evaluate-mistakes");
  const auto missing =
      command_line("evaluate " + kLenet + " --dataset /nonexistent --out " + folder.file("out"));
  CHECK(missing.exit_code == 2);
  CHECK(missing.is_one_line());
  const auto large = command_line("evaluate " + kResnet18 + " --random-weights 1 --dataset " + kDataset +
                                  " --out " + folder.file("out"));
  CHECK(large.exit_code == 2);
  CHECK(large.mentions("[1, 3, 224, 224]"));
  CHECK_FALSE(std::filesystem::exists(folder.file("out")));
}

TEST_CASE("memory: a stream is replayed on the configuration's DDR") {
  const TemporaryFolder folder("memory");
  folder.write("stream", "0x0 READ 0\n0x40 READ 0\n0x80 WRITE 10\n");
  const auto said = command_line("memory " + folder.file("stream") + " --format json");
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto result = json::parse(said.out);
  CHECK(result["reads_done"] == 2);
  CHECK(result["writes_done"] == 1);
  // the second read finds the row that the first opened
  CHECK(result["row_hit_fraction"] == 0.5);
  folder.write("stream", "0x0 REED 0\n");
  const auto wrong = command_line("memory " + folder.file("stream"));
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.mentions("stream:1"));
}
