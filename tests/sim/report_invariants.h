// What holds of every timed report, whatever the network: time is partitioned, sums add up, nothing is faster
// than the array, and what must move once has moved. The network itself is read by the importer alone:
// nothing here asks lowering what it did.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <variant>

#include "runtime/import/import.h"

namespace mmasim::sim::test {

inline uint64_t operand_bytes(const std::string& precision) {
  return precision == "int8" ? 1 : precision == "int16" ? 2 : 4;
}

// Multiply-accumulates a cycle: an array of 64 bytes is 64 x 64 at 8 bits, 32 x 32 at 16, 16 x 16 at 32.
inline double array_peak(const nlohmann::json& report, const std::string& precision) {
  const uint64_t side = report["config"]["mma"]["array_bytes"].get<uint64_t>() / operand_bytes(precision);
  return static_cast<double>(side * side);
}

inline uint64_t sum_of(const nlohmann::json& object) {
  uint64_t sum = 0;
  for (const auto& [name, value] : object.items()) sum += value.get<uint64_t>();
  return sum;
}

inline void check_time_of_layer(const nlohmann::json& report, const nlohmann::json& layer) {
  const uint64_t cycles = layer["cycles"], mma = layer["mma_cycles"], dsp = layer["dsp_cycles"];
  CHECK(cycles == layer["end_cycle"].get<uint64_t>() - layer["start_cycle"].get<uint64_t>());
  CHECK(mma <= cycles);
  CHECK(mma == layer["mma_useful_cycles"].get<uint64_t>() + layer["mma_edge_cycles"].get<uint64_t>() +
                   layer["mma_load_cycles"].get<uint64_t>() + layer["mma_drain_cycles"].get<uint64_t>());
  CHECK(dsp <= cycles);
  CHECK(layer["dma_cycles"].get<uint64_t>() <= cycles);
  // What is neither overhead nor waiting is array or DSP busy; where both work they overlap at most wholly.
  const uint64_t idle = layer["overhead_cycles"].get<uint64_t>() + sum_of(layer["stall_cycles"]);
  REQUIRE(idle <= cycles);
  CHECK(cycles - idle >= std::max(mma, dsp));
  CHECK(cycles - idle <= mma + dsp);
  const double macs = layer["macs"];
  const double peak = array_peak(report, layer["precision"]);
  CHECK(static_cast<double>(cycles) >= macs / peak);
  if (layer["dataflow"] != "dsp") {
    CHECK(static_cast<double>(mma) >= macs / peak);
    CHECK(layer["mma_useful_cycles"] == static_cast<uint64_t>(std::ceil(macs / peak)));
  }
  CHECK(layer["mma_utilization"].get<double>() <= 1.0);
}

inline void check_sums(const nlohmann::json& report) {
  uint64_t end_cycle = 0, macs = 0, ddr_read = 0, ddr_write = 0;
  double energy = 0;
  for (const auto& layer : report["layers"]) {
    CAPTURE(layer["name"]);
    CHECK(layer["start_cycle"] == end_cycle);
    end_cycle = layer["end_cycle"];
    check_time_of_layer(report, layer);
    macs += layer["macs"].get<uint64_t>();
    ddr_read += layer["ddr_read_bytes"].get<uint64_t>();
    ddr_write += layer["ddr_write_bytes"].get<uint64_t>();
    CHECK(layer["energy_mj"].get<double>() >= 0);
    energy += layer["energy_mj"].get<double>();
  }
  const auto& totals = report["totals"];
  CHECK(totals["cycles"] == end_cycle);
  CHECK(totals["macs"] == macs);
  CHECK(report["network"]["macs"] == macs);
  CHECK(totals["ddr_read_bytes"] == ddr_read);
  CHECK(totals["ddr_write_bytes"] == ddr_write);
  CHECK(totals["energy_mj"].get<double>() == doctest::Approx(energy).epsilon(1e-12));
  double parts = 0;
  for (const auto& [part, millijoules] : totals["energy"].items()) {
    CHECK(millijoules.get<double>() >= 0);
    parts += millijoules.get<double>();
  }
  CHECK(totals["energy_mj"].get<double>() == doctest::Approx(parts).epsilon(1e-12));
  CHECK(totals["mma_utilization"].get<double>() <= 1.0);
  CHECK(totals["ddr_utilization"].get<double>() <= 1.0);
}

inline int64_t weight_count(const runtime::Node& node) {
  return std::visit(
      [](const auto& op) -> int64_t {
        using Type = std::decay_t<decltype(op)>;
        if constexpr (std::is_same_v<Type, runtime::Conv> || std::is_same_v<Type, runtime::ConvTranspose> ||
                      std::is_same_v<Type, runtime::Gemm>) {
          return runtime::element_count(op.weights.shape);
        } else {
          return 0;
        }
      },
      node.op);
}

// On-chip memories are empty when the network is called, and results must reach DDR: every weight and every
// input is read from there at least once, every output written.
inline void check_movement(const nlohmann::json& report, const std::string& network_file) {
  const auto graph = runtime::import_network(network_file, {0, false}).graph;
  const auto bytes = operand_bytes(report["precision"]);
  std::map<std::string, uint64_t> weight_bytes;  // by the network's node
  uint64_t all_weights = 0, inputs = 0, outputs = 0;
  for (const auto& node : graph.nodes) {
    weight_bytes[node.name] = static_cast<uint64_t>(weight_count(node)) * bytes;
    all_weights += weight_bytes[node.name];
  }
  for (const auto id : graph.inputs)
    inputs += static_cast<uint64_t>(runtime::element_count(graph.tensors[id].shape)) * bytes;
  for (const auto id : graph.outputs)
    outputs += static_cast<uint64_t>(runtime::element_count(graph.tensors[id].shape)) * bytes;
  REQUIRE(all_weights > 0);
  std::set<std::string> seen;
  for (const auto& layer : report["layers"]) {
    uint64_t least = 0;
    for (const auto& name : layer["operators"]) {
      const auto found = weight_bytes.find(name);
      if (found != weight_bytes.end() && found->second > 0 && seen.insert(name).second)
        least += found->second;
    }
    CAPTURE(layer["name"]);
    CHECK(layer["ddr_read_bytes"].get<uint64_t>() >= least);
  }
  for (const auto& [name, least] : weight_bytes) {
    CAPTURE(name);
    CHECK((least == 0 || seen.count(name) == 1));  // no layer with weights was lost
  }
  const auto& totals = report["totals"];
  CHECK(totals["ddr_read_bytes"].get<uint64_t>() >= all_weights + inputs);
  CHECK(totals["ddr_write_bytes"].get<uint64_t>() >= outputs);
  CHECK(totals["peak_ddr_bytes"].get<uint64_t>() >= all_weights + inputs + outputs);
  CHECK(totals["peak_l2_bytes"].get<uint64_t>() <= report["config"]["l2"]["size_bytes"].get<uint64_t>());
  CHECK(totals["peak_l3_bytes"].get<uint64_t>() <= report["config"]["l3"]["size_bytes"].get<uint64_t>());
}

}  // namespace mmasim::sim::test
