// A better machine is never slower: the program is compiled once and timed on machines that differ in one
// thing, so that the schedule is kept. Anomalies of scheduling (an earlier transfer that meets another in a
// worse moment) may cost 1 %.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/io/npy.h"
#include "tests/sim/command_line.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;

namespace {

constexpr double kAnomaly = 1.01;

const std::vector<std::string> kEveryday{"trained/fashion_lenet5", "trained/fashion_mobilenetv2_mini",
                                         "trained/fashion_resnet8", "squeezenet1_1"};

std::string sets(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += " --set " + value;
  return text;
}

// A program that is timed under several configurations.
class Compiled {
 public:
  explicit Compiled(const std::string& network) : folder_("compiled") {
    const auto said = command_line("compile " + kNetworks + network + ".onnx --timing-only --quiet -o " +
                                   folder_.file("program.mma"));
    CAPTURE(said.error);
    REQUIRE(said.exit_code == 0);
  }

  nlohmann::json totals(const std::vector<std::string>& values) const {
    const auto said = command_line("simulate " + folder_.file("program.mma") +
                                   " --timing-only --quiet --out " + folder_.file("out") + sets(values));
    CAPTURE(said.error);
    REQUIRE(said.exit_code == 0);
    return json_of_file(folder_.file("out/report.json"))["totals"];
  }
  double cycles(const std::vector<std::string>& values) const { return totals(values)["cycles"]; }

 private:
  TemporaryFolder folder_;
};

// From the slow end to the fast one, on every network; and one network at least tells the ends apart, or
// nothing would be tested.
void check_never_slower(const std::vector<std::vector<std::string>>& machines) {
  CAPTURE(sets(machines.front()));
  bool is_strict = false;
  for (const auto& network : kEveryday) {
    const Compiled program(network);
    CAPTURE(network);
    const double slowest = program.cycles(machines.front());
    double before = slowest;
    for (size_t i = 1; i < machines.size(); ++i) {
      const double cycles = program.cycles(machines[i]);
      CAPTURE(sets(machines[i]));
      CHECK(cycles <= before * kAnomaly);
      before = cycles;
    }
    is_strict = is_strict || before < slowest;
  }
  CHECK(is_strict);
}

nlohmann::json report_of(const std::string& arguments) {
  const TemporaryFolder folder("report");
  const auto said = command_line("run " + arguments + " --timing-only --quiet --out " + folder.file("out"));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  return json_of_file(folder.file("out/report.json"));
}

// What lowering decided for every layer.
std::string schedule_of(const nlohmann::json& report) {
  std::string text;
  for (const auto& layer : report["layers"]) text += layer["dataflow"].dump() + layer["tiles"].dump() + " ";
  return text;
}

}  // namespace

TEST_CASE("monotone: a faster DRAM clock is never slower") {
  check_never_slower({{"ddr.clock_period_ns=3"}, {}, {"ddr.clock_period_ns=0.2"}});
}

TEST_CASE("monotone: wider links, ports and fills are never slower") {
  for (const auto& [key, narrow, wide] :
       std::vector<std::array<std::string, 3>>{{"interconnect.ddr_bytes_per_cycle", "4", "64"},
                                               {"interconnect.l3_bytes_per_cycle", "8", "128"},
                                               {"interconnect.l2_bytes_per_cycle", "8", "128"},
                                               {"l3.read_bytes_per_cycle", "8", "256"},
                                               {"l3.write_bytes_per_cycle", "8", "256"},
                                               {"l2.read_bytes_per_cycle", "8", "256"},
                                               {"l2.write_bytes_per_cycle", "8", "256"},
                                               {"dma.port_bytes_per_cycle", "4", "256"}}) {
    check_never_slower({{key + "=" + narrow}, {}, {key + "=" + wide}});
  }
}

TEST_CASE(
    "monotone: where L2 has a bank for every user nobody waits for one, and where it lacks two, all do") {
  const auto l2_stalls = [](const std::string& sets, const std::string& kind) {
    const auto report = report_of(kNetworks + "resnet18.onnx" + sets);
    uint64_t cycles = 0;
    for (const auto& layer : report["layers"]) {
      if (layer["kind"] == kind && layer["stall_cycles"].contains("l2"))
        cycles += layer["stall_cycles"]["l2"].get<uint64_t>();
    }
    return std::pair{report["totals"]["cycles"].get<uint64_t>(), cycles};
  };
  // Two operand streams, results, and the engine's two ports are five.
  const auto enough = l2_stalls(" --set l2.banks=5", "conv"), few = l2_stalls(" --set l2.banks=3", "conv");
  CHECK(enough.second == 0);
  CHECK(few.second > 0);
  CHECK(few.first > enough.first);
  // The vector core's sums read two vectors and write one.
  CHECK(l2_stalls(" --set l2.banks=5", "add").second == 0);
  CHECK(l2_stalls(" --set l2.banks=3 --set l2.dma_wait_cycles=0 --set dsp.add_cycles=1", "add").second > 0);
}

TEST_CASE("monotone: more banks and more under way are never slower") {
  check_never_slower({{"l2.banks=3"}, {}, {"l2.banks=64"}});
  check_never_slower({{"dma.outstanding_chunks=1"}, {}, {"dma.outstanding_chunks=64"}});
  check_never_slower({{"mma.queue_entries=1"}, {}, {"mma.queue_entries=64"}});
}

// The bank's other times are asked of the controller itself (dram_timing_test): no network here waits for
// them.
TEST_CASE("monotone: without refresh or without a latency no network is slower") {
  std::set<std::string> without_effect{"ddr.refresh=false",
                                       "dma.start_cycles=0",
                                       "dma.end_cycles=0",
                                       "interconnect.ddr_latency_cycles=0",
                                       "interconnect.l3_latency_cycles=0",
                                       "interconnect.l2_latency_cycles=0",
                                       "l2.latency_cycles=0",
                                       "l3.latency_cycles=0",
                                       "mma.drain_cycles=0",
                                       "mma.open_cycles=0",
                                       "mma.close_cycles=0",
                                       "mma.block_cycles=0",
                                       "dsp.start_cycles=0",
                                       "ddr.cl_cycles=18",
                                       "ddr.trcd_cycles=10",
                                       "ddr.trp_cycles=10"};
  const auto changes = without_effect;
  for (const auto& network : kEveryday) {
    const Compiled program(network);
    const double before = program.cycles({});
    for (const auto& change : changes) {
      const double after = program.cycles({change});
      CAPTURE(network);
      CAPTURE(change);
      CHECK(after <= before * kAnomaly);
      if (after < before) without_effect.erase(change);
    }
  }
  CHECK(without_effect == std::set<std::string>{});
}

TEST_CASE("monotone: a higher core clock takes no longer in milliseconds") {
  for (const auto& network : kEveryday) {
    const Compiled program(network);
    double before = INFINITY;
    for (const char* clock :
         {"soc.core_clock_mhz=500", "soc.core_clock_mhz=1000", "soc.core_clock_mhz=2000"}) {
      const double time_ms = program.totals({clock})["time_ms"];
      CAPTURE(network);
      CAPTURE(clock);
      CHECK(time_ms < before);
      before = time_ms;
    }
  }
}

TEST_CASE("monotone: more cores make no network faster, and together they do not do less") {
  for (const auto& network : kEveryday) {
    const Compiled program(network);
    const auto one = program.totals({}), two = program.totals({"soc.cores=2"});
    CAPTURE(network);
    CHECK(two["cores"] == 2);
    CHECK(two["cycles"].get<double>() * kAnomaly >= one["cycles"].get<double>());
    CHECK(two["inferences_per_second"].get<double>() * kAnomaly >=
          one["inferences_per_second"].get<double>());
    CHECK(two["inferences_per_second"].get<double>() == doctest::Approx(2000 / two["time_ms"].get<double>()));
    CHECK(two["ddr_read_bytes"] == one["ddr_read_bytes"]);
  }
}

TEST_CASE("monotone: more memory is never slower where the schedule is kept") {
  uint64_t kept = 0;
  for (const auto& network : kEveryday) {
    const auto base = report_of(kNetworks + network + ".onnx");
    for (const char* change : {"l2.size_bytes=1MiB", "l3.size_bytes=16MiB"}) {
      const auto more = report_of(kNetworks + network + ".onnx --set " + change);
      if (schedule_of(more) != schedule_of(base)) continue;
      ++kept;
      CAPTURE(network);
      CAPTURE(change);
      CHECK(more["totals"]["cycles"].get<double>() <= base["totals"]["cycles"].get<double>() * kAnomaly);
    }
  }
  CHECK(kept >= 4);
}

TEST_CASE("monotone: a wider array is never slower for layers that fill its panel") {
  for (const auto& network : {"squeezenet1_1", "resnet18"}) {
    const std::string file = kNetworks + network + std::string(".onnx --precision ");
    for (const char* precision : {"int8", "int16"}) {
      const auto narrow =
          report_of(file + precision + " --set mma.array_bytes=32 --set mma.store_bytes_per_cycle=32");
      const auto wide = report_of(file + precision);
      std::map<std::string, double> before;
      for (const auto& layer : narrow["layers"]) before[layer["name"]] = layer["mma_cycles"];
      uint64_t filled = 0;
      for (const auto& layer : wide["layers"]) {
        // A layer that fills its panel: much of what the array does is the network's.
        if (layer["mma_cycles"] == 0 || layer["macs"] == 0) continue;
        const double panel = std::string(precision) == "int8" ? 64 : 32;
        const double use = layer["macs"].get<double>() / (layer["mma_cycles"].get<double>() * panel * panel);
        if (use < 0.3) continue;
        ++filled;
        CAPTURE(network);
        CAPTURE(layer["name"]);
        CHECK(layer["mma_cycles"].get<double>() <= before[layer["name"]] * kAnomaly);
      }
      CHECK(filled >= 3);
    }
  }
}

TEST_CASE("monotone: twice the batch costs at most twice, less the fixed start") {
  const TemporaryFolder folder("batch");
  const auto with_batch = [&](int64_t batch) {
    const auto file = folder.file("batch.npy");
    mmasim::runtime::write_npy(file, "|u1", {batch, 1, 28, 28},
                               std::vector<uint8_t>(static_cast<size_t>(batch) * 28 * 28, 1));
    return file;
  };
  for (const char* network :
       {"trained/fashion_lenet5", "trained/fashion_mobilenetv2_mini", "trained/fashion_resnet8"}) {
    double before = 0;
    for (const int64_t batch : {1, 2, 4, 8}) {
      const auto report = report_of(kNetworks + network + ".onnx --input " + with_batch(batch));
      const double cycles = report["totals"]["cycles"];
      CAPTURE(network);
      CAPTURE(batch);
      // once more what is spent at the start: the call
      if (batch > 1) CHECK(cycles <= 2 * before + report["layers"][0]["cycles"].get<double>());
      CHECK(report["totals"]["inferences_per_second"].get<double>() ==
            doctest::Approx(static_cast<double>(batch) * 1000 / report["totals"]["time_ms"].get<double>()));
      before = cycles;
    }
  }
}
