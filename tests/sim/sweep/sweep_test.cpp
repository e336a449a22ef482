// `mmasim sweep`: rows that equal single runs, whole after whatever happened to the sweep.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>

#include "sim/report/embedded_text.h"
#include "sim/sweep/rows.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

using Texts = std::vector<std::string>;

Texts lines_of(const std::string& file) {
  std::stringstream text(text_of_file(file));
  Texts lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

Texts sorted_lines(const std::string& file) {
  auto lines = lines_of(file);
  std::sort(lines.begin(), lines.end());
  return lines;
}

// 3 x 2 x 2 points of a small network.
void write_sweep(const TemporaryFolder& folder) {
  folder.write("s.yaml", "network: " + kLenet +
                             "\nprecision: [int8, int16]\nset:\n  l2.size_bytes: [256 KiB, 448 KiB, 1 MiB]\n"
                             "  ddr.clock_period_ns: [0.46875, 0.9375]\n");
}

Said sweep(const TemporaryFolder& folder, const std::string& out, const std::string& options = "",
           const std::string& environment = "") {
  return command_line("sweep " + folder.file("s.yaml") + " --quiet --out " + folder.file(out) + " " + options,
                      environment);
}

void check_same_results(const TemporaryFolder& folder, const std::string& a, const std::string& b) {
  for (const auto* name : {"/results.jsonl", "/results.csv"}) {
    CAPTURE(name);
    CHECK(sorted_lines(folder.file(a + name)) == sorted_lines(folder.file(b + name)));
  }
}

// The moments are spread over the time of an undisturbed sweep.
void check_kills(int kills) {
  const TemporaryFolder folder("sweep-killed");
  write_sweep(folder);
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(sweep(folder, "whole").exit_code == 0);
  const double whole_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::mt19937 random(1);
  for (int kill = 0; kill < kills; ++kill) {
    const double moment_s = std::uniform_real_distribution<>(0, whole_s)(random);
    const auto out = "out" + std::to_string(kill);
    const auto said = sweep(folder, out, "", "timeout -s KILL " + std::to_string(moment_s));
    CAPTURE(moment_s);
    const auto resumed = sweep(folder, out, "--resume");
    CAPTURE(resumed.error);
    REQUIRE(resumed.exit_code == 0);
    check_same_results(folder, "whole", out);
  }
}

}  // namespace

TEST_CASE("sweep: a row has the totals of the run it stands for, whatever the number of processes") {
  const TemporaryFolder folder("sweep-rows");
  write_sweep(folder);
  REQUIRE(sweep(folder, "one", "--jobs 1").exit_code == 0);
  const auto said = sweep(folder, "two", "--jobs 2 --format json");
  REQUIRE(said.exit_code == 0);
  check_same_results(folder, "one", "two");
  const auto json = nlohmann::json::parse(said.out);
  CHECK(json["schema"] == "mmasim.sweep/1");
  REQUIRE(json["rows"].size() == 12);
  const auto run = command_line("run " + kLenet +
                                " --timing-only --precision int16 --set l2.size_bytes=1MiB --set "
                                "ddr.clock_period_ns=0.9375 --quiet --format json --out " +
                                folder.file("run"));
  REQUIRE(run.exit_code == 0);
  const auto totals = nlohmann::json::parse(run.out)["totals"];
  const auto& row = json["rows"][11];
  CHECK(row["l2.size_bytes"] == 1 << 20);
  CHECK(row["ddr.clock_period_ns"] == 0.9375);
  CHECK(row["precision"] == "int16");
  for (const auto* name : {"cycles", "time_ms", "macs", "ddr_read_bytes", "energy_mj", "peak_l2_bytes"}) {
    CHECK(row[name] == totals[name]);
  }
  CHECK(row["energy.ddr_mj"] == totals["energy"]["ddr_mj"]);
  CHECK(lines_of(folder.file("one/results.csv")).size() == 13);
  CHECK(lines_of(folder.file("one/results.csv"))[0].find(
            "hash,network,config,l2.size_bytes,ddr.clock_period_ns,") == 0);
}

TEST_CASE("sweep: a point that fails is recorded and stops no other") {
  const TemporaryFolder folder("sweep-failing");
  folder.write("s.yaml", "network: [nothere.onnx, " + kLenet + "]\nset: {mma.array_bytes: [64, 48]}\n");
  const auto said = sweep(folder, "out", "--format json");
  CHECK(said.exit_code == 1);
  const auto json = nlohmann::json::parse(said.out);
  REQUIRE(json["rows"].size() == 4);
  CHECK(json["failed"] == 3);
  CHECK(json["rows"][0]["error"] == "nothere.onnx: no such file");
  CHECK(json["rows"][2]["error"].is_null());
  CHECK(json["rows"][2]["cycles"] > 0);
  CHECK(json["rows"][3]["error"] == "--set mma.array_bytes: mma.array_bytes is 48; expected a power of two");
  CHECK(json["rows"][3]["cycles"].is_null());
  const auto before = text_of_file(folder.file("out/results.jsonl"));
  CHECK(sweep(folder, "out", "--resume").exit_code == 1);  // repeats nothing
  CHECK(text_of_file(folder.file("out/results.jsonl")) == before);
}

TEST_CASE("sweep.html: one file that holds the rows and the script that draws them") {
  const TemporaryFolder folder("sweep-page");
  write_sweep(folder);
  const auto said = sweep(folder, "out", "--format json");
  REQUIRE(said.exit_code == 0);
  const auto page = text_of_file(folder.file("out/sweep.html"));
  CHECK(page.find(std::string(embedded_text("sweep.js"))) != std::string::npos);
  const std::string begin = "<script id=\"data\" type=\"application/json\">";
  const auto at = page.find(begin);
  REQUIRE(at != std::string::npos);
  const auto end = page.find("</script>", at);
  CHECK(nlohmann::json::parse(page.substr(at + begin.size(), end - at - begin.size())) ==
        nlohmann::json::parse(said.out));
}

TEST_CASE("sweep: killed at any moment and resumed it has the results of one that was not") {
  check_kills(4);
}

TEST_CASE("sweep: a full disk is one line, and the sweep goes on when there is room") {
  const TemporaryFolder folder("sweep-full");
  write_sweep(folder);
  REQUIRE(sweep(folder, "whole").exit_code == 0);
  const auto bytes = text_of_file(folder.file("whole/results.jsonl")).size();
  const auto blocks = std::to_string(bytes / 2 / 512);  // room for half of it
  const auto said = sweep(folder, "out", "", "ulimit -f " + blocks + ";");
  CHECK(said.exit_code == 2);
  CHECK(said.is_one_line());
  CHECK(said.mentions("results.jsonl: cannot be written: "));
  CHECK(said.mentions("; what is there is whole, and --resume goes on from it"));
  const auto kept = lines_of(folder.file("out/results.jsonl")).size();
  CHECK(kept >= 4);
  CHECK(kept < 12);
  CHECK(sweep(folder, "out", "--resume").exit_code == 0);
  check_same_results(folder, "whole", "out");
}

TEST_CASE("sweep: a dry run tells the points and writes nothing") {
  const TemporaryFolder folder("sweep-dry");
  write_sweep(folder);
  const auto said = sweep(folder, "out", "--dry-run --jobs 2");
  CHECK(said.exit_code == 0);
  CHECK(said.out.find("12 points of ") != std::string::npos);
  CHECK(said.out.find(" s on 2 processes\n") != std::string::npos);
  CHECK(!std::filesystem::exists(folder.file("out")));
}

TEST_CASE("sweep: two at once in one folder are refused, and faults of the file are one line") {
  const TemporaryFolder folder("sweep-twice");
  write_sweep(folder);
  std::filesystem::create_directory(folder.file("out"));
  const auto said = sweep(folder, "out", "", "flock " + folder.file("out/results.jsonl"));
  CHECK(said.exit_code == 2);
  CHECK(said.mentions("results.jsonl: another process has it open"));
  folder.write("s.yaml", "network: a\nset: {l2.size: [1]}\n");
  const auto broken = sweep(folder, "other");
  CHECK(broken.exit_code == 2);
  CHECK(broken.is_one_line());
  CHECK(broken.mentions("s.yaml:2:7: unknown key 'l2.size'"));
}

TEST_CASE("sweep: validate judges sweep files, too") {
  const TemporaryFolder folder("sweep-validate");
  write_sweep(folder);
  CHECK(command_line("validate " + folder.file("s.yaml")).out == folder.file("s.yaml") + ": ok\n");
  folder.write("s.yaml", "network: a\nprecision: int9\n");
  const auto said = command_line("validate " + folder.file("s.yaml"));
  CHECK(said.exit_code == 2);
  CHECK(said.mentions("s.yaml:2:12: quant.precision is \"int9\""));
}

TEST_CASE("sweep rows: the area proxy counts SRAM and a tenth of a KiB per multiply-accumulator") {
  Configuration config;
  config.cores = 2;
  config.machine.array_bytes = 32;
  config.machine.l2_bytes = 64 * 1024;
  config.machine.l3_bytes = 1024 * 1024;
  const auto area = area_proxy(config);
  CHECK(area.array_macs == 2048);             // 2 x 32 x 32
  CHECK(area.sram_bytes == 2 * 1088 * 1024);  // 64 + 1024 KiB each
  CHECK(area.kib() == doctest::Approx(2176 + 204.8));
}

TEST_SUITE_BEGIN("long");

TEST_CASE("sweep: killed twenty times at random moments and resumed it is whole") { check_kills(20); }

TEST_SUITE_END();
