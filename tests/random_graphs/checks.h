// What must hold of every network that is not refused: one function per property. Each gives a line saying
// what does not hold, or nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/soc_config.h"
#include "runtime/calibrate/ranges.h"
#include "runtime/tensor_data.h"
#include "sim/experiment/execution.h"
#include "sim/experiment/pipeline.h"
#include "tests/random_graphs/random_network.h"

namespace mmasim::random_graphs {

// A network as `mmasim run` has it before anything executes.
struct Prepared {
  sim::Configuration config;
  sim::LoadedNetwork network;
  runtime::Ranges ranges;
  runtime::QuantSpec spec;
  sim::PlannedNetwork planned;
  std::vector<std::vector<uint8_t>> inputs;       // integers
  std::vector<runtime::IntegerTensor> reference;  // of every tensor of the graph
  uint64_t reference_overflows = 0;
};

sim::Configuration config_of(MachineName name);  // read once in a process

// Throws what the steps throw. network_file and input_files: what RandomNetwork says, on disk.
Prepared prepare(const RandomNetwork& network, const std::string& network_file,
                 const std::vector<std::string>& input_files);

// The result shapes are those that the standard gives.
std::string check_shapes(const Prepared& prepared, const RandomNetwork& network);
// The float network computes what the standard says.
std::string check_import(const Prepared& prepared, const RandomNetwork& network);
// The program, untimed and in the SystemC models, computes the reference's integers in every tensor.
struct Executions {
  sim::Execution untimed, timed;
  std::string fault;
};
Executions check_executions(Prepared& prepared);
// The reference lies within the grids' error of the float network, and no accumulator left its width.
std::string check_float(const Prepared& prepared);
// No layer is faster than the array, no run than the memory; layers partition the time.
std::string check_cycles(const Prepared& prepared, const models::Activity& activity);
// The saved program, loaded and given the same inputs as `mmasim simulate` does, computes the same.
std::string check_simulate(const Prepared& prepared, const std::string& program_file,
                           const std::vector<std::vector<uint8_t>>& outputs);

}  // namespace mmasim::random_graphs
