// What a program may rely on: the promise of a machine to the programs compiled for it. Time is not part of
// it.
#pragma once

#include <cstdint>
#include <string>

#include "isa/kit/fields.h"

namespace mmasim::isa {

struct Machine {
  std::string name = "tda4vm";
  uint32_t array_bytes = 64;  // bytes of an A vector; panels are S x S with S = array_bytes / operand bytes
  uint32_t b_banks = 2;
  uint32_t c_banks = 8;                // each holds S rows of S accumulators
  uint32_t multiplier_bits = 0;        // of the output stage; 0: shift only
  uint32_t per_lane_shift = 0;         // 1: a shift for every lane, 0: one shift for all
  uint32_t has_output_zero_point = 0;  // 1: the output stage adds a zero point after the shift
  uint32_t has_output_clip = 0;        // 1: programmable clip bounds, 0: saturation and ReLU only
  uint32_t half_up_only = 1;           // 1: the output stage rounds half up, nothing else
  uint32_t max_shift = 63;
  uint32_t vector_bytes = 64;  // of the DSP
  uint32_t dma_channels = 16;
  uint32_t dma_queue_entries = 64;  // per channel; the core stalls on a full queue
  uint32_t tokens = 64;             // token 0 is always at its count and ignores signals
  uint64_t l2_bytes = 448 * 1024;
  uint64_t l3_bytes = 7968 * 1024;
  uint64_t ddr_bytes = uint64_t{2} << 30;

  static constexpr auto fields = make_field_list(
      field(&Machine::array_bytes, "array_bytes", 4, "bytes",
            "an A vector; a panel has array_bytes / operand bytes rows and columns"),
      field(&Machine::b_banks, "b_banks", 4, "", "B panels held; one loads while another computes"),
      field(&Machine::c_banks, "c_banks", 4, "", "accumulator banks, each one panel of rows"),
      field(&Machine::multiplier_bits, "multiplier_bits", 4, "bits",
            "width of the output stage's multiplier; 0 is shift only"),
      field(&Machine::per_lane_shift, "per_lane_shift", 4, "",
            "1 if the output stage has a shift for every lane"),
      field(&Machine::has_output_zero_point, "has_output_zero_point", 4, "",
            "1 if the output stage adds a zero point"),
      field(&Machine::has_output_clip, "has_output_clip", 4, "",
            "1 if the output stage has programmable clip bounds"),
      field(&Machine::half_up_only, "half_up_only", 4, "", "1 if the output stage rounds half up only"),
      field(&Machine::max_shift, "max_shift", 4, "bits", "largest right shift of the output stage"),
      field(&Machine::vector_bytes, "vector_bytes", 4, "bytes", "a DSP vector"),
      field(&Machine::dma_channels, "dma_channels", 4, "", "DMA channels, each a queue served in order"),
      field(&Machine::dma_queue_entries, "dma_queue_entries", 4, "", "descriptors a channel's queue holds"),
      field(&Machine::tokens, "tokens", 4, "", "dependency tokens, token 0 being always ready"),
      field(&Machine::l2_bytes, "l2_bytes", 8, "bytes", "usable L2 scratchpad"),
      field(&Machine::l3_bytes, "l3_bytes", 8, "bytes", "usable MSMC SRAM"),
      field(&Machine::ddr_bytes, "ddr_bytes", 8, "bytes", "DDR"));

  constexpr uint32_t panel(uint32_t operand_bytes) const { return array_bytes / operand_bytes; }  // S
};

}  // namespace mmasim::isa
