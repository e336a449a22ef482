// What a sweep file says, what is wrong with one and where, and which points follow from it.
#include "sim/sweep/sweep_file.h"

#include <doctest/doctest.h>

#include "sim/sweep/points.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim;
using namespace mmasim::sim;
using runtime::test::TemporaryFolder;
using Texts = std::vector<std::string>;

namespace {

Texts faults_of(const std::string& text) {
  const TemporaryFolder folder("sweep-file");
  folder.write("s.yaml", text);
  auto faults = check_sweep_file(folder.file("s.yaml")).faults;
  for (auto& fault : faults) fault.erase(0, folder.path().size() + 1);
  return faults;
}

std::vector<Request> points(const std::string& text) {
  const TemporaryFolder folder("sweep-points");
  folder.write("s.yaml", text);
  return points_of(load_sweep_file(folder.file("s.yaml")), "s.yaml");
}

// "network precision set..." per point
Texts texts_of(const std::vector<Request>& requests) {
  Texts texts;
  for (const auto& request : requests) {
    texts.push_back(request.network + " " + request.quant.precision);
    for (const auto& set : request.config.set) texts.back() += " " + set;
  }
  return texts;
}

}  // namespace

TEST_CASE("sweep file: every fault is told with its place") {
  CHECK(faults_of("network: a.onnx\n") == Texts{});
  CHECK(faults_of("netwrk: a.onnx\n") == Texts{"s.yaml:1:1: unknown key 'netwrk'; did you mean 'network'?",
                                               "s.yaml:1:1: key 'network' is missing"});
  const auto values = faults_of("network: a\nset:\n  l2.size_byte: [1]\n  l2.size_bytes: [1 MiB, 5 kg]\n");
  REQUIRE(values.size() == 2);
  CHECK(values[0] == "s.yaml:3:3: unknown key 'l2.size_byte'; did you mean 'l2.size_bytes'?");
  CHECK(values[1].find("s.yaml:4:26: l2.size_bytes is 5 kg; its unit is one of ") == 0);
  CHECK(faults_of("network: a\nset: {mma.b_banks: []}\n") ==
        Texts{"s.yaml:2:20: expected a value or a list of values"});
  CHECK(faults_of("network: a\nmode: slow\n") ==
        Texts{"s.yaml:2:7: mode is \"slow\"; expected full, timing-only or functional-only"});
  CHECK(
      faults_of("network: a\npoints:\n- {presicion: int8}\n- {mma.b_banks: [1, 2]}\n") ==
      Texts{
          "s.yaml:3:4: unknown key 'presicion' of a point; did you mean 'precision'? (a configuration key is "
          "written whole: l2.size_bytes)",
          "s.yaml:4:17: a point has one value of every key"});
  CHECK(faults_of("network: a\nnetwork: b\n") == Texts{"s.yaml:2:1: key 'network' is given twice"});
  CHECK(faults_of("network: a\ndata: {seed: -1}\n").front().find("s.yaml:2:8: data.seed is -1") == 0);
  CHECK(faults_of("- a\n").front().find("s.yaml:1:1: expected keys") == 0);
  CHECK(faults_of("network: [a\n").front().find(": not YAML") != std::string::npos);
}

TEST_CASE("sweep file: a configuration is none, and a broken one is not taken for one") {
  CHECK(looks_like_sweep_text("network: a\n"));
  CHECK(!looks_like_sweep_text("mma: {array_bytes: 64}\n"));
  CHECK(!looks_like_sweep_text("network: [\n"));
}

TEST_CASE("sweep points: the product of the lists, in their order") {
  CHECK(texts_of(points("network: [a, b]\nprecision: [int8, int16]\nset: {mma.b_banks: [2, 4]}\n")) ==
        Texts{"a int8 mma.b_banks=2", "a int16 mma.b_banks=2", "a int8 mma.b_banks=4",
              "a int16 mma.b_banks=4", "b int8 mma.b_banks=2", "b int16 mma.b_banks=2",
              "b int8 mma.b_banks=4", "b int16 mma.b_banks=4"});
  // 2 x 3 values of the hardware
  CHECK(points("network: a\nset: {mma.b_banks: [2, 4], mma.c_banks: [2, 4, 8]}\n").size() == 6);
}

TEST_CASE("sweep points: single points stand beside the grid, and each request is there once") {
  CHECK(
      texts_of(points("network: a\nprecision: int8\nset: {mma.b_banks: [2, 4]}\n"
                      "points:\n- {mma.b_banks: 8, mma.c_banks: 4}\n- precision: int16\n")) ==
      Texts{"a int8 mma.b_banks=2", "a int8 mma.b_banks=4", "a int8 mma.b_banks=8 mma.c_banks=4", "a int16"});
  CHECK(texts_of(points(
            "network: a\nprecision: [int8, int16]\npoints:\n- {network: b}\n- {precision: int16}\n")) ==
        Texts{"b int8", "b int16", "a int16"});
}

TEST_CASE("sweep points: a network beside the sweep is found, one of the working directory goes before it") {
  const TemporaryFolder folder("sweep-beside");
  folder.write("net.onnx", "");
  folder.write("s.yaml", "network: [net.onnx, nowhere.onnx]\n");
  const auto sweep = load_sweep_file(folder.file("s.yaml"));
  CHECK(sweep.networks == Texts{folder.file("net.onnx"), "nowhere.onnx"});
}

TEST_CASE("sweep points: a product beyond all measure is refused before it is made") {
  std::string values = "[1";
  for (int i = 2; i <= 1100; ++i) values += ", " + std::to_string(i);
  values += "]";
  const auto text = "network: a\nset: {dsp.start_cycles: " + values + ", dma.start_cycles: " + values + "}\n";
  CHECK(runtime::test::user_error([&] { points(text); }) ==
        "s.yaml: the product of the lists has more than 1000000 points");
}
