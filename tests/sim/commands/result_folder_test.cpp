// The folder that a command writes to when it is not told: one's own for what would give other results.
#include "sim/commands/result_folder.h"

#include <filesystem>
#include <set>

#include "isa/kit/sha256.h"

#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

Request request_for(const std::string& network) {
  Request request;
  request.network = network;
  return request;
}

template <class Change>
std::string folder_with(const Change& change) {
  auto request = request_for("nets/net.onnx");
  change(request);
  return default_folder(request, "int8");
}

}  // namespace

TEST_CASE("result folder: the plain run's is named by network and precision, whatever it is fed") {
  CHECK(folder_with([](Request&) {}) == "mmasim-out/net-int8");
  CHECK(folder_with([](Request& r) {
          r.data.seed = 3;
          r.verify = Verify::layers;
          r.config.file = "tda4vm";
        }) == "mmasim-out/net-int8");
}

TEST_CASE("result folder: what differs from the plain run stands in its name") {
  CHECK(folder_with([](Request& r) { r.quant.preset = "per-channel"; }) == "mmasim-out/net-int8-per-channel");
  CHECK(folder_with([](Request& r) { r.config.file = "am68a"; }) == "mmasim-out/net-int8-am68a");
  CHECK(folder_with([](Request& r) { r.config.file = MMASIM_SOURCE_DIR "/configs/am68a.yaml"; }) ==
        "mmasim-out/net-int8-am68a");
  CHECK(folder_with([](Request& r) { r.mode = Mode::timing_only; }) == "mmasim-out/net-int8-timing-only");
  CHECK(folder_with([](Request& r) { r.mode = Mode::functional_only; }) ==
        "mmasim-out/net-int8-functional-only");
}

TEST_CASE("result folder: overrides, files and cuts of any kind give a folder of their own each") {
  std::set<std::string> names;
  const auto add = [&](const auto& change) { names.insert(folder_with(change)); };
  add([](Request& r) { r.config.set = {"l2.banks=8"}; });
  add([](Request& r) { r.config.set = {"l2.banks=16"}; });
  add([](Request& r) { r.config.set = {"l2.banks=8", "dma.channels=4"}; });
  add([](Request& r) { r.quant.set = {"l2.banks=8"}; });
  add([](Request& r) { r.import.outputs = {"a", "b"}; });
  add([](Request& r) { r.import.outputs = {"a,b"}; });
  add([](Request& r) { r.import.shapes = {"x=1,3,8,8"}; });
  add([](Request& r) { r.config.file = "a/soc.yaml"; });
  add([](Request& r) { r.config.file = "b/soc.yaml"; });
  add([](Request& r) { r.quant.plan = "a/plan.yaml"; });
  CHECK(names.size() == 10);
  for (const auto& name : names) {
    CHECK(name.find("mmasim-out/net-int8-") == 0);
    CHECK(name.find("-set-") != std::string::npos);
  }
}

TEST_CASE("result folder: a comparison is named by what it compares") {
  auto request = request_for("nets/net.onnx");
  CHECK(default_folder("compare", {request}) == "mmasim-out/net-compare");
  auto other = request;
  request.quant.precision = "int8";
  other.quant.precision = "int16";
  CHECK(default_folder("compare", {request, other}) == "mmasim-out/net-compare-int8+int16");
  other = request;
  other.config.file = "am68a";
  CHECK(default_folder("compare", {request, other}) == "mmasim-out/net-compare-int8-tda4vm+am68a");
  CHECK(default_folder("compare", {other}) == "mmasim-out/net-compare-int8-am68a");
  CHECK(default_folder("compare", {request, request_for("nets/two.onnx")})
            .find("mmasim-out/compare-int8+preset-set-") == 0);
}

TEST_CASE("result folder: a run for time alone leaves the outputs of the run before") {
  const TemporaryFolder folder("default-out");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  CHECK(command_line("run " + kLenet + " --quiet").exit_code == 0);
  CHECK(command_line("run " + kLenet + " --quiet --set l2.banks=8 --timing-only").exit_code == 0);
  std::filesystem::current_path(before);
  CHECK(std::filesystem::exists(folder.file("mmasim-out/fashion_lenet5-int8/outputs/logits.npy")));
  const auto folders = std::filesystem::directory_iterator(folder.file("mmasim-out"));
  CHECK(std::distance(folders, std::filesystem::directory_iterator()) == 2);
}

TEST_CASE("result folder: a run that takes the place of another network's says so") {
  const TemporaryFolder folder("result");
  for (const std::string name : {"a", "b"}) std::filesystem::create_directory(folder.file(name));
  std::filesystem::copy(kLenet, folder.file("a/net.onnx"));
  std::filesystem::copy(kNetworks + "trained/fashion_resnet8.onnx", folder.file("b/net.onnx"));
  const auto run = [&](const std::string& arguments) {
    const auto said =
        command_line("run " + arguments + " --timing-only --quiet", "cd " + folder.path() + " && ");
    CHECK(said.exit_code == 0);
    return said.error;
  };
  CHECK(run("a/net.onnx") == "");
  CHECK(run("./a/net.onnx") == "");  // the same one
  CHECK(run("b/net.onnx --out none") == "");
  CHECK(run("b/net.onnx") ==
        "mmasim: mmasim-out/net-int8-timing-only held the run of another network, ./a/net.onnx, whose place "
        "these files "
        "took; --out keeps both\n");
  CHECK(run("b/net.onnx") == "");
}

TEST_CASE("result folder: --out none writes nothing, --no-program all but the program") {
  const TemporaryFolder folder("no-files");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto said = command_line("run " + kLenet + " --quiet --out none --format json");
  CHECK(said.exit_code == 0);
  const auto output = nlohmann::json::parse(said.out)["outputs"][0];
  CHECK(output["file"] == nullptr);
  for (const auto& command : std::vector<std::string>{
           "compare " + kLenet, "evaluate " + kLenet + " --limit 2 --dataset " + kDataset,
           "tune " + kLenet + " --limit 2 --target-drop 100 --dataset " + kDataset})
    CHECK(command_line(command + " --quiet --out none").exit_code == 0);
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(command_line("run " + kLenet + " --quiet --no-program --out out").exit_code == 0);
  std::filesystem::current_path(before);
  CHECK_FALSE(std::filesystem::exists(folder.file("out/program.mma")));
  const auto written = folder.file("out/outputs/logits.npy");
  CHECK(sha256_hex(text_of_file(written)) == output["sha256"]);
  const auto traced = command_line("run " + kLenet + " --trace csv --out none");
  CHECK(traced.exit_code == 2);
  CHECK(traced.mentions("--trace serves nothing beside --out none"));
}
