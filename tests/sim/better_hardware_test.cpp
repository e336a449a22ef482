// A better machine is no slower where networks are scheduled anew for it: the schedules of the part as it
// ships stay open to it. monotone_test keeps the program and changes the machine alone. Of the large networks
// every fifth pair of part and change is tried; MMASIM_BETTER_EVERY=1 tries all, which takes some minutes.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "sim/experiment/perform.h"
#include "test_places.h"

using namespace mmasim;

namespace {

constexpr double kSlower = 1.005;
// A deeper queue of the DRAM controller reorders more, of a program that is the same to the byte (lowering is
// not told of the queue): vgg16 on the AM62A takes 0.55 % longer.
constexpr double kReordered = 1.006;

using Sets = std::vector<std::string>;

// Each better than all five parts'.
const std::vector<Sets> kBetter{
    {"soc.tokens=128"},
    {"mma.open_cycles=16"},
    {"mma.drain_cycles=12"},
    {"mma.close_cycles=2"},
    {"mma.block_cycles=1"},
    {"mma.queue_entries=8"},
    {"mma.c_banks=16"},
    {"mma.b_banks=4"},
    {"mma.store_bytes_per_cycle=128"},
    {"dsp.start_cycles=20"},
    {"dsp.add_cycles=2"},
    {"dsp.rescale_cycles=2"},
    {"dsp.requantize_cycles=2"},
    {"dsp.depthwise_tap_cycles=0.5"},
    {"dsp.pool_max_tap_cycles=0.5"},
    {"dsp.pool_average_tap_cycles=1"},
    {"l2.banks=8"},
    {"l2.latency_cycles=4"},
    {"l2.read_bytes_per_cycle=128"},
    {"l2.write_bytes_per_cycle=128"},
    {"l2.size_bytes=512KiB"},
    {"l2.size_bytes=640KiB"},
    {"l2.size_bytes=1MiB"},
    {"l2.size_bytes=2MiB"},
    {"l3.size_bytes=16MiB"},
    {"l3.latency_cycles=12"},
    {"l3.read_bytes_per_cycle=128"},
    {"l3.write_bytes_per_cycle=128"},
    {"interconnect.l2_bytes_per_cycle=128"},
    {"interconnect.l3_bytes_per_cycle=128"},
    {"interconnect.ddr_bytes_per_cycle=64"},
    {"interconnect.l3_latency_cycles=8"},
    {"interconnect.ddr_latency_cycles=30"},
    {"dma.channels=32"},
    {"dma.issue_cycles=6"},
    {"dma.start_cycles=50"},
    {"dma.end_cycles=5"},
    {"dma.queue_entries=128"},
    {"dma.port_bytes_per_cycle=128"},
    {"dma.outstanding_chunks=16"},
    {"ddr.clock_period_ns=0.234375"},
    {"ddr.clock_period_ns=0.3"},
    {"ddr.trcd_cycles=20"},
    {"ddr.trp_cycles=22"},
    {"ddr.trfc_cycles=300"},
    {"ddr.refresh=false"},
    {"ddr.transaction_queue_depth=64"},
    {"ddr.bank_queue_depth=16"},
    {"ddr.channels=4", "interconnect.ddr_bytes_per_cycle=128"},
};

const Sets kParts{"tda4vm", "am62a", "am67a", "am68a", "am69a"};

std::string said(const Sets& sets) {
  std::string text;
  for (const auto& set : sets) text += " " + set;
  return text;
}

sim::Request request_of(const std::string& network, const std::string& part, const Sets& sets) {
  sim::Request request;
  request.network = MMASIM_SOURCE_DIR "/tests/networks/" + network + ".onnx";
  request.config = {MMASIM_SOURCE_DIR "/configs/" + part + ".yaml", sets};
  request.mode = sim::Mode::timing_only;
  return request;
}

size_t every_of_large_networks() {
  const char* every = std::getenv("MMASIM_BETTER_EVERY");
  const size_t asked = every != nullptr ? std::strtoul(every, nullptr, 10) : 5;
  return asked == 0 ? 1 : asked;
}

// Of each network every so many pairs, beginning with another one than the network before.
void check_never_slower(const Sets& networks, const Sets& parts, const std::vector<Sets>& better,
                        size_t every = 1) {
  sim::Progress progress(sim::Loudness::quiet);
  size_t pair = 0;
  for (const auto& network : networks) {
    std::vector<sim::Request> requests;
    for (const auto& part : parts) {
      requests.push_back(request_of(network, part, {}));
      for (const auto& sets : better) {
        if (pair++ % every == 0) requests.push_back(request_of(network, part, sets));
      }
    }
    ++pair;
    sim::Groundwork groundwork;
    groundwork.prepare(requests, progress);
    double before = 0;
    for (const auto& request : requests) {
      const auto outcome = sim::perform(request, progress, groundwork);
      const auto cycles = static_cast<double>(outcome.report.totals.cycles.value());
      if (request.config.set.empty()) before = cycles;
      CAPTURE(network);
      CAPTURE(request.config.file);
      CAPTURE(said(request.config.set));
      CAPTURE(before);
      const bool reorders = said(request.config.set) == " ddr.transaction_queue_depth=64";
      CHECK(cycles <= (reorders ? kReordered : kSlower) * before);
    }
  }
}

}  // namespace

TEST_CASE("better hardware: no change for the better makes a small network slower on any part") {
  check_never_slower(
      {"trained/fashion_lenet5", "trained/fashion_resnet8", "trained/fashion_mobilenetv2_mini"}, kParts,
      kBetter);
}

TEST_CASE("better hardware: resnet18 and squeezenet are no slower with more memory or more of its rate") {
  check_never_slower({"resnet18", "squeezenet1_1"}, {"tda4vm"},
                     {{"ddr.channels=4", "interconnect.ddr_bytes_per_cycle=128"},
                      {"ddr.clock_period_ns=0.234375"},
                      {"l2.size_bytes=640KiB"},
                      {"l2.size_bytes=1MiB"},
                      {"l3.size_bytes=16MiB"},
                      {"interconnect.l3_bytes_per_cycle=128"},
                      {"dma.start_cycles=50"}});
}

TEST_CASE("better hardware: more of L2 is no slower than less of it, below the part's own size too") {
  sim::Progress progress(sim::Loudness::quiet);
  for (const std::string network : {"resnet18", "squeezenet1_1", "trained/fashion_resnet8"}) {
    double before = 0;
    for (const std::string size :
         {"192KiB", "224KiB", "256KiB", "320KiB", "384KiB", "448KiB", "512KiB", "1MiB"}) {
      const auto request = request_of(network, "tda4vm", {"l2.size_bytes=" + size});
      const auto outcome = sim::perform(request, progress, {});
      const auto cycles = static_cast<double>(outcome.report.totals.cycles.value());
      CAPTURE(network);
      CAPTURE(size);
      if (before > 0) CHECK(cycles <= kSlower * before);
      before = cycles;
    }
  }
}

TEST_SUITE_BEGIN("long");

TEST_CASE("better hardware: no change for the better makes a large network slower on any part") {
  check_never_slower({"densenet121", "efficientnet_lite0", "inception_v3", "mobilenet_v1", "mobilenet_v2",
                      "regnet_x_400mf", "resnet18", "resnet50", "squeezenet1_1"},
                     kParts, kBetter, every_of_large_networks());
}

TEST_CASE("better hardware: no change for the better makes vgg16 slower on any part") {
  check_never_slower({"vgg16"}, kParts, kBetter, every_of_large_networks());
}

TEST_SUITE_END();
