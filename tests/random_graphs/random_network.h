// A description read as a network a user could have: ONNX bytes, inputs, and what to run them on.
#pragma once

#include <string>
#include <vector>

#include "runtime/tensor_data.h"
#include "tests/random_graphs/description.h"
#include "tests/random_graphs/drawing.h"

namespace mmasim::random_graphs {

enum class MachineName : uint8_t { tda4vm, am62a, tiny };

struct RandomNetwork {
  std::string onnx;  // the file's bytes
  std::vector<DrawnTensor> input_tensors, outputs;
  std::vector<runtime::FloatTensor> inputs;
  std::string preset, precision;
  MachineName machine = MachineName::tda4vm;
};

RandomNetwork network_of(const Description& description);

struct MachineChoice {
  std::string config;                  // a file of configs/
  std::vector<std::string> overrides;  // as --set takes them
};
MachineChoice machine_choice(MachineName name);

}  // namespace mmasim::random_graphs
