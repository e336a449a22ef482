// docs/comparison.md shows what the program prints: its rows of two networks at two widths are run again.
// MMASIM_RECORD_README=1 runs them all and writes the first table anew.
#include <fmt/format.h>

#include <map>
#include <set>

#include "tests/sim/command_line.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;

namespace {

const std::string kPage = MMASIM_SOURCE_DIR "/docs/comparison.md";

Said compare(const std::string& networks, const std::string& precisions, const std::string& out) {
  const auto said =
      command_line("compare " + networks + " --precision " + precisions +
                       " --config tda4vm,am62a --timing-only --format markdown --quiet --out " + out,
                   "cd " + kNetworks + " && ");
  REQUIRE(said.exit_code == 0);
  return said;
}

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  std::stringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.insert(line);
  return lines;
}

void record(std::string page) {
  const auto said =
      compare("resnet18.onnx resnet50.onnx mobilenet_v2.onnx vgg16.onnx", "int8,int16,int32", "none");
  const auto begin = page.find("| run |"), end = page.find("\n\n", begin);
  page.replace(begin, end - begin, said.out.substr(0, said.out.find("\n\n")));
  std::ofstream(kPage, std::ios::binary) << page;
}

// "18 layers x2.02 (88 %)" of those whose time one cause decides; nothing if there are none.
std::string decided(const nlohmann::json& first, const nlohmann::json& second, const std::string& cause) {
  uint64_t layers = 0, before = 0, now = 0;
  for (const auto& change : second["changes"]) {
    if (change["cause"] != cause) continue;
    ++layers;
    before += first["layers"][change["first_layer"].get<size_t>()]["cycles"].get<uint64_t>();
    now += second["layers"][change["layer"].get<size_t>()]["cycles"].get<uint64_t>();
  }
  if (layers == 0) return "| ";
  const auto ratio = static_cast<double>(now) / static_cast<double>(before);
  const auto share = 100 * static_cast<double>(before) / first["totals"]["cycles"].get<double>();
  return fmt::format("| {} layer{} x{:.2f} ({:.0f} %) ", layers, layers == 1 ? "" : "s", ratio, share);
}

}  // namespace

TEST_CASE("comparison page: what it shows of two networks is what the runs give") {
  const auto page = text_of_file(kPage);
  if (std::getenv("MMASIM_RECORD_README") != nullptr) return record(page);
  const TemporaryFolder folder("comparison");
  const auto said = compare("resnet18.onnx mobilenet_v2.onnx", "int8,int16", folder.file("out"));
  const auto shown = lines_of(page);
  size_t rows = 0;
  for (const auto& line : lines_of(said.out)) {
    if (line.rfind("|", 0) != 0) continue;
    CHECK_MESSAGE(shown.count(line) == 1, line);
    ++rows;
  }
  CHECK(rows == 2 + 2 * 2 * 2);  // a heading of two lines

  std::map<std::string, nlohmann::json> runs;
  const auto compared = json_of_file(folder.file("out/compare.json"));
  for (const auto& run : compared["runs"]) runs[run["label"].get<std::string>()] = run;
  for (const std::string network : {"resnet18", "mobilenet_v2"}) {
    const auto &first = runs.at(network + " int8 tda4vm"), &second = runs.at(network + " int16 tda4vm");
    std::string line = "| " + network + " ";
    for (const auto* cause : {"mma", "dsp", "ddr", "overhead"}) line += decided(first, second, cause);
    line += "|";
    CHECK_MESSAGE(shown.count(line) == 1, line);
  }
}
