// What the program knows of a run it says: what was overridden, where layers ran, where files are, what took
// the host's time; and what it writes for programs is plain data.
#include <algorithm>
#include <set>

#include "isa/kit/sha256.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using nlohmann::json;
using runtime::test::TemporaryFolder;

namespace {

using Row = std::vector<std::string>;

// Cells without quotes, as those here are.
std::vector<Row> rows_of_csv(const std::string& csv) {
  std::vector<Row> rows;
  std::stringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::stringstream cells(line + ",");
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

std::string cell(const std::vector<Row>& rows, size_t row, const std::string& column) {
  const auto at = std::find(rows[0].begin(), rows[0].end(), column);
  REQUIRE(at != rows[0].end());
  return rows[row].at(static_cast<size_t>(at - rows[0].begin()));
}

void check_is_data(const std::string& csv, size_t rows_below) {
  CAPTURE(csv);
  CHECK(csv.find('%') == std::string::npos);
  const auto rows = rows_of_csv(csv);
  REQUIRE(rows.size() == rows_below + 1);
  CHECK(std::set<std::string>(rows[0].begin(), rows[0].end()).size() == rows[0].size());
  for (const auto& row : rows) CHECK(row.size() == rows[0].size());
}

std::string out_in(const TemporaryFolder& folder) { return " --quiet --out " + folder.file("out"); }

}  // namespace

TEST_CASE("said: a table names the overrides and the folder, and the report the overrides") {
  const TemporaryFolder folder("said-run");
  const auto said = command_line("run " + kLenet + " --set l2.banks=8 --set-quant act.bits=16 --timing-only" +
                                 out_in(folder));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  CHECK(said.out.find(" on tda4vm with l2.banks=8, act.bits=16: ") != std::string::npos);
  const auto last = "files in " + folder.file("out") + "\n";
  CHECK(said.out.substr(said.out.size() - last.size()) == last);
  const auto report = json_of_file(folder.file("out/report.json"));
  CHECK(report["overrides"] == json({{"config", {"l2.banks=8"}},
                                     {"quant", {"act.bits=16"}},
                                     {"shapes", json::array()},
                                     {"outputs", json::array()}}));
  CHECK(text_of_file(folder.file("out/report.html")).find(folder.file("out")) == std::string::npos);
  CHECK(command_line("run " + kLenet + " --timing-only --quiet --out none").out.find("files in") ==
        std::string::npos);
}

TEST_CASE("said: layers that ran elsewhere than usual are marked, with the reason below") {
  const auto real = command_line("run " + kLenet + " --precision float32 --timing-only --quiet --out none");
  CHECK(real.out.find("conv !") != std::string::npos);
  CHECK(real.out.find("\n! on the DSP, as the array has no real numbers: ") != std::string::npos);
  const auto usual = command_line("run " + kLenet + " --timing-only --quiet --out none");
  CHECK(usual.out.find('!') == std::string::npos);
}

// The program issues its first transfers before the first layer begins: that time is the call's row, too.
TEST_CASE("said: what of the network call is configured and what is not") {
  const std::string begin = "\nnetwork call: ";
  const auto line_with = [&](const std::string& options) {
    const auto out = command_line("run " + kLenet + " --timing-only --quiet --out none " + options).out;
    const auto at = out.find(begin);
    REQUIRE(at != std::string::npos);
    return out.substr(at + begin.size(), out.find('\n', at + 1) - at - begin.size());
  };
  const auto free = line_with("--set overhead.network_call_cycles=0");
  const auto dear = line_with("--set overhead.network_call_cycles=1000");
  REQUIRE(free.rfind("0 cycles as configured, ", 0) == 0);
  CHECK(dear == "1000" + free.substr(1));
}

TEST_CASE("said: a comparison names network, hash and overrides, and its CSV is data") {
  const TemporaryFolder folder("said-compare");
  const auto compare = "compare " + kLenet + " --precision int8,int16 --set l2.banks=8" + out_in(folder);
  const auto said = command_line(compare + " --format csv");
  REQUIRE(said.exit_code == 0);
  check_is_data(said.out, 2);
  const auto runs = json_of_file(folder.file("out/compare.json"))["runs"];
  const auto rows = rows_of_csv(said.out);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(runs[i]["network_sha256"] == sha256_hex(text_of_file(kLenet)));
    CHECK(runs[i]["network_file"] == kLenet);
    CHECK(runs[i]["overrides"]["config"] == json({"l2.banks=8"}));
    CHECK(cell(rows, i + 1, "totals.cycles") == runs[i]["totals"]["cycles"].dump());
    CHECK(cell(rows, i + 1, "ratio_to_first.cycles") == runs[i]["ratio_to_first"]["cycles"].dump());
    CHECK(cell(rows, i + 1, "overrides.config") == "l2.banks=8");
  }
  CHECK(command_line(compare).out.find("all with l2.banks=8\n") != std::string::npos);
  const auto layers = command_line(compare + " --layers --format csv").out;
  const auto layer_rows = rows_of_csv(layers);
  REQUIRE(layer_rows.size() == 1 + runs[0]["layers"].size() + runs[1]["layers"].size());
  CHECK(cell(layer_rows, 2, "cycles") == runs[0]["layers"][1]["cycles"].dump());
}

TEST_CASE("said: an evaluation and a tuning name what they are of, and their CSV is data") {
  const TemporaryFolder folder("said-evaluate");
  const auto data = kLenet + " --dataset " + kDataset + " --limit 4 --set l2.banks=8 --format csv";
  const auto evaluated = command_line("evaluate " + data + out_in(folder));
  const auto tuned = command_line("tune " + data + " --target-drop 100" + out_in(folder));
  check_is_data(evaluated.out, 2);
  const auto rows = rows_of_csv(evaluated.out);
  CHECK(cell(rows, 1, "quant") == "float");
  CHECK(cell(rows, 1, "cycles").empty());
  CHECK(rows_of_csv(tuned.out)[0][0] == "quant");
  CHECK(tuned.out.find('%') == std::string::npos);
  for (const auto* name : {"out/evaluate.json", "out/tune.json"}) {
    const auto results = json_of_file(folder.file(name));
    CHECK(results["network"]["sha256"] == sha256_hex(text_of_file(kLenet)));
    CHECK(results["config_name"] == "tda4vm");
    CHECK(results["overrides"]["config"] == json({"l2.banks=8"}));
  }
}

TEST_CASE("said: CSV of the commands that only print is data, too") {
  const TemporaryFolder folder("said-csv");
  REQUIRE(command_line("run " + kLenet + " --timing-only --trace csv" + out_in(folder)).exit_code == 0);
  const auto trace = "trace " + folder.file("out/trace.csv");
  for (const auto& command :
       std::vector<std::string>{trace, trace + " " + folder.file("out/trace.csv"), "check " + kLenet,
                                "advise " + kLenet + " --budget 2 --quiet"}) {
    CAPTURE(command);
    const auto said = command_line(command + " --format csv");
    REQUIRE(said.exit_code == 0);
    CHECK(said.out.find('%') == std::string::npos);
    CHECK(said.out.find('*') == std::string::npos);
    const auto header = rows_of_csv(said.out)[0];
    CHECK(std::set<std::string>(header.begin(), header.end()).size() == header.size());
  }
}

TEST_CASE("said: the host's times add up, and a verification is one of them") {
  const TemporaryFolder folder("said-host");
  for (const std::string options : {"", " --verify=layers", " --compare-float"}) {
    CAPTURE(options);
    REQUIRE(command_line("run " + kLenet + options + out_in(folder)).exit_code == 0);
    const auto host = json_of_file(folder.file("out/report.json"))["host"];
    double sum = 0;
    for (const auto* part : {"import_s", "quantize_s", "lower_s", "simulate_s", "verify_s", "other_s"}) {
      CHECK(host[part].get<double>() >= 0);
      sum += host[part].get<double>();
    }
    CHECK(sum == doctest::Approx(host["wall_s"].get<double>()).epsilon(1e-9));
    CHECK((host["verify_s"].get<double>() > 0) == !options.empty());
  }
}
