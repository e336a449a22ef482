// What of ONNX is read, as documentation.
#pragma once

#include <string>
#include <vector>

namespace mmasim::runtime {

// A sentence per supported operator with its constraints: the source of `describe operators`.
struct OperatorSupport {
  std::string onnx_name;
  std::string opsets;
  std::string runs_on;      // "MMA", "DSP", "DMA", "folded"
  std::string constraints;  // one sentence, or empty
};
const std::vector<OperatorSupport>& supported_operators();

}  // namespace mmasim::runtime
