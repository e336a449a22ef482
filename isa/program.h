// A program: code, constants, where its tensors lie, and the names a report needs. See program_file.h for the
// file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/address.h"
#include "isa/element.h"
#include "isa/input_rounding.h"
#include "isa/instruction.h"
#include "isa/kit/large_bytes.h"
#include "isa/machine.h"

namespace mmasim::isa {

// Where a tensor lies. Element (i0, i1, ...) of the logical shape is at address + sum(i_d *
// strides_bytes[d]).
struct TensorPlacement {
  std::string name;
  Element element = Element::s8;
  std::vector<int64_t> shape;          // logical, as the network names it
  std::vector<int64_t> strides_bytes;  // one per dimension
  Address address;
  // The tensor is whole when `ready_token` has reached `ready_count`, and may be overwritten later (a watcher
  // looks right then). Inputs are whole before the program starts; outputs stay whole.
  uint16_t ready_token = 0;
  uint32_t ready_count = 0;
  double inv_step = 1.0;  // float = (integer - zero_point) / inv_step
  int64_t zero_point = 0;
  InputRounding input_rounding = InputRounding::half_up_product;  // of a float that becomes an integer
};

struct LayerInfo {
  std::string name;
  std::string kind;                    // "conv", "depthwise", "gemm", "pool", "call", "layout", ...
  std::string precision;               // "int8", "int16", "int32"
  std::string dataflow;                // chosen by lowering; free text of one word or two
  std::vector<std::string> operators;  // the network's nodes it covers
  uint64_t macs = 0;                   // of the network's operators, however executed
  uint64_t tiles = 0;
};

struct Program {
  Machine machine;
  std::string network;
  std::string precision;      // of the run: "int8", ...
  std::vector<uint8_t> code;  // encoded instructions, one after another (codec.h)
  uint64_t instruction_count = 0;
  uint64_t constants_bytes = 0;  // they begin at ddr:0; no instruction writes them
  LargeBytes constants;          // constants_bytes of them, or none: a program for timing only
  std::vector<TensorPlacement> inputs, outputs;
  std::vector<TensorPlacement> intermediates;  // may be empty
  std::vector<LayerInfo> layers;
  uint64_t l2_bytes_used = 0, l3_bytes_used = 0, ddr_bytes_used = 0;  // high-water marks
  bool accumulator_proven = true;  // no accumulator can overflow for any input

  bool has_values() const { return constants.size() == constants_bytes; }
};

}  // namespace mmasim::isa
