// `memory` and `edges` of a report, and what layers fetch by kind: nothing lies where something else does,
// what is said to be the peak is the peak, and every tensor of the network lies somewhere.
#include <algorithm>
#include <map>
#include <set>

#include "runtime/import/import.h"
#include "runtime/transform/legalize.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using nlohmann::json;
using runtime::test::TemporaryFolder;

namespace {

json timed(const std::string& network, const std::string& options) {
  const TemporaryFolder folder("memory");
  const auto said =
      command_line("run " + network + " --timing-only --quiet --out " + folder.file("out") + " " + options);
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  return json_of_file(folder.file("out/report.json"));
}

uint64_t number(const json& row, const char* key) { return row[key].get<uint64_t>(); }
uint64_t rounded(uint64_t bytes, uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

// Each time that a block lies there is one of its own.
std::vector<json> blocks_of(const json& report, const std::string& space) {
  std::vector<json> blocks;
  for (const auto& row : report["memory"]) {
    if (row["space"] != space) continue;
    auto block = row;
    for (uint64_t i = 0; i < number(row, "times"); ++i) {
      block["first_step"] = number(row, "first_step") + i * number(row, "step_period");
      block["last_step"] = number(row, "last_step") + i * number(row, "step_period");
      blocks.push_back(block);
    }
  }
  return blocks;
}

// Goes through the steps, with the blocks that lie there then by address; visit(step, blocks alive).
template <class Visit>
void for_each_step(const std::vector<json>& blocks, const char* first, const char* last, const Visit& visit) {
  std::map<uint64_t, std::vector<size_t>> begins, ends;
  for (size_t i = 0; i < blocks.size(); ++i) {
    REQUIRE(number(blocks[i], first) <= number(blocks[i], last));
    begins[number(blocks[i], first)].push_back(i);
    ends[number(blocks[i], last) + 1].push_back(i);
    begins[number(blocks[i], last) + 1];
  }
  std::map<uint64_t, size_t> alive;  // by address
  for (const auto& [step, beginning] : begins) {
    for (const auto i : ends[step]) alive.erase(number(blocks[i], "address"));
    for (const auto i : beginning) {
      const bool is_new = alive.emplace(number(blocks[i], "address"), i).second;
      CAPTURE(blocks[i]);
      CHECK(is_new);
    }
    visit(step, alive);
  }
}

void check_apart(const std::vector<json>& blocks, const char* first, const char* last) {
  for_each_step(blocks, first, last, [&](uint64_t step, const std::map<uint64_t, size_t>& alive) {
    uint64_t end = 0;
    for (const auto& [address, i] : alive) {
      if (address < end) {
        CAPTURE(step);
        CAPTURE(blocks[i]);
        CHECK(address >= end);
      }
      end = address + number(blocks[i], "bytes");
    }
  });
}

// Of L2, whose blocks begin at multiples of 64 bytes.
uint64_t most_alive(const std::vector<json>& blocks) {
  uint64_t most = 0;
  for_each_step(blocks, "first_step", "last_step", [&](uint64_t, const std::map<uint64_t, size_t>& alive) {
    uint64_t bytes = 0;
    for (const auto& [address, i] : alive)
      bytes += rounded(std::max<uint64_t>(number(blocks[i], "bytes"), 1), 64);
    most = std::max(most, bytes);
  });
  return most;
}

uint64_t end_of(const std::vector<json>& blocks, uint64_t unit) {
  uint64_t end = 0;
  for (const auto& block : blocks)
    end = std::max(end, number(block, "address") + rounded(number(block, "bytes"), unit));
  return end;
}

void check_tensors(const json& report, const std::string& file) {
  std::set<std::string> lying;
  for (const auto& block : report["memory"]) {
    if (block["kind"] == "constant") continue;
    lying.insert(block["tensor"].get<std::string>());
    for (const auto& view : block["views"]) lying.insert(view.get<std::string>());
  }
  const auto graph = runtime::legalize(runtime::import_network(file, {0, false}).graph);
  for (const auto& tensor : graph.tensors) {
    CAPTURE(tensor.name);
    CHECK(lying.count(tensor.name) == 1);
  }
}

// Constants follow each other from address 0, each from a burst of 128 bytes on; each is fetched at least
// once.
void check_constants(const json& report) {
  uint64_t end = 0, bytes = 0, fetched = 0;
  for (const auto& block : blocks_of(report, "ddr")) {
    if (block["kind"] != "constant") continue;
    CHECK(number(block, "address") == end);
    CHECK(number(block, "first_layer") == 0);
    CHECK(number(block, "last_layer") == report["layers"].size() - 1);
    end += rounded(number(block, "bytes"), 128);
    bytes += number(block, "bytes");
  }
  for (const auto& layer : report["layers"]) {
    CHECK(number(layer, "ddr_weight_bytes") + number(layer, "ddr_feature_bytes") ==
          number(layer, "ddr_read_bytes"));
    fetched += number(layer, "ddr_weight_bytes");
  }
  CHECK(bytes > 0);
  CHECK(fetched >= bytes);
}

void check_layers(const json& report) {
  std::vector<uint64_t> layer_of;
  for (size_t i = 0; i < report["layers"].size(); ++i)
    layer_of.insert(layer_of.end(), number(report["layers"][i], "tiles"), i);
  std::map<std::string, uint64_t> sums;
  for (const auto* space : {"l2", "l3", "ddr"}) {
    for (const auto& block : blocks_of(report, space)) {
      // The call has no step: what is there before it is there from layer 0 and step 0.
      const bool is_there_before =
          block["space"] == "ddr" && (block["kind"] == "constant" || block["kind"] == "input");
      const uint64_t first_layer = is_there_before ? 0 : layer_of.at(number(block, "first_step"));
      CHECK(number(block, "first_layer") == first_layer);
      CHECK(number(block, "last_layer") == layer_of.at(number(block, "last_step")));
    }
  }
  for (const auto& layer : report["layers"])
    for (const auto* key : {"l3_read_bytes", "l3_write_bytes", "l2_read_bytes", "l2_write_bytes"})
      sums[key] += number(layer, key);
  for (const auto& [key, sum] : sums) CHECK(report["totals"][key] == sum);
  std::set<uint64_t> fed;
  for (const auto& edge : report["edges"]) {
    CHECK(number(edge, "from") < number(edge, "to"));
    fed.insert(number(edge, "to"));
  }
  for (uint64_t i = 2; i < report["layers"].size();
       ++i) {  // but for the call and the reader of the only input
    CAPTURE(report["layers"][i]["name"]);
    CHECK(fed.count(i) == 1);
  }
  CHECK(fed.size() + 2 == report["layers"].size());
}

void check_memory(const std::string& network, const std::string& options) {
  CAPTURE(network);
  CAPTURE(options);
  const auto report = timed(network, options);
  const auto l2 = blocks_of(report, "l2"), l3 = blocks_of(report, "l3"), ddr = blocks_of(report, "ddr");
  check_apart(l2, "first_step", "last_step");
  for (const auto& blocks : {l3, ddr}) {  // these tell it by layers already
    check_apart(blocks, "first_layer", "last_layer");
    check_apart(blocks, "first_step", "last_step");
  }
  const auto& totals = report["totals"];
  CHECK(most_alive(l2) == number(totals, "peak_l2_bytes"));
  CHECK(end_of(l2, 64) <= number(report["config"]["l2"], "size_bytes"));
  CHECK(end_of(l3, 128) == number(totals, "peak_l3_bytes"));
  CHECK(end_of(ddr, 1) <= number(totals, "peak_ddr_bytes"));
  CHECK(end_of(ddr, 128) >= number(totals, "peak_ddr_bytes"));
  check_tensors(report, network);
  check_constants(report);
  check_layers(report);
}

}  // namespace

TEST_CASE("memory: blocks never overlap, peaks agree and every tensor lies somewhere") {
  for (const std::string network :
       {"trained/fashion_lenet5", "trained/fashion_resnet8", "resnet18", "mobilenet_v2"})
    check_memory(kNetworks + network + ".onnx", "");
}

TEST_CASE("memory: also where L2 is tight and L3 too small for all") {
  check_memory(kResnet18, "--precision int32 --set l2.size_bytes=262144 --set l3.size_bytes=1048576");
  check_memory(kNetworks + "squeezenet1_1.onnx", "--precision int16 --set l3.size_bytes=524288");
}

TEST_CASE("memory: the blocks of a small network are those of its shapes") {
  const auto report = timed(kLenet, "");
  std::map<std::string, std::set<uint64_t>> bytes;  // in DDR, by kind
  for (const auto& block : blocks_of(report, "ddr")) bytes[block["kind"]].insert(number(block, "bytes"));
  CHECK(bytes["input"] == std::set<uint64_t>{28 * 28});  // one byte an element
  CHECK(bytes["output"] == std::set<uint64_t>{10});
  CHECK(bytes["activation"].empty());  // all of them stay on the chip
  for (const auto& block : blocks_of(report, "ddr")) {
    if (block["kind"] == "input") CHECK(number(block, "first_step") == 0);
    if (block["kind"] == "output") CHECK(number(block, "last_layer") == report["layers"].size() - 1);
  }
  // A chain: every layer but the call and the first reads the one before it.
  json edges = json::array();
  for (size_t i = 2; i < report["layers"].size(); ++i) edges.push_back({{"from", i - 1}, {"to", i}});
  CHECK(report["edges"] == edges);
}

TEST_CASE("memory: of a compiled program what its file says") {
  const TemporaryFolder folder("memory-program");
  REQUIRE(command_line("compile " + kLenet + " --quiet -o " + folder.file("lenet.mma")).exit_code == 0);
  REQUIRE(command_line("simulate " + folder.file("lenet.mma") + " --timing-only --quiet --out " +
                       folder.file("out"))
              .exit_code == 0);
  const auto report = json_of_file(folder.file("out/report.json"));
  REQUIRE(report["memory"].size() == 3);
  CHECK(report["memory"][0]["tensor"] == "constants");
  CHECK(report["memory"][0]["address"] == 0);
  CHECK(report["memory"][1]["kind"] == "input");
  CHECK(report["memory"][1]["bytes"] == 28 * 28);
  CHECK(report["memory"][2]["bytes"] == 10);
  CHECK(report["edges"].empty());
}

TEST_SUITE_BEGIN("long");

TEST_CASE("long: memory of every network at every width on every part") {
  for (const std::string network :
       {"densenet121", "efficientnet_lite0", "inception_v3", "mobilenet_v1", "mobilenet_v2", "regnet_x_400mf",
        "resnet18", "resnet50", "squeezenet1_1", "vgg16"}) {
    for (const std::string precision : {"int8", "int16", "int32"}) {
      for (const std::string soc : {"tda4vm", "am62a"})
        check_memory(kNetworks + network + ".onnx",
                     "--precision " + precision + " --config " MMASIM_SOURCE_DIR "/configs/" + soc + ".yaml");
    }
  }
}

TEST_SUITE_END();
